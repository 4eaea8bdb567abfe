import { expect, test } from 'vitest';
import { ada, ben, job, newMemory, openTestStores } from '../support/fast-stores.ts';

const keys = (jobs: { key: string }[]) => jobs.map(({ key }) => key);

test('a job with a known key is not added again, and the first stays as it was', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('a', { payload: { text: 'first' } }));
  stores.memoryJobs.add(job('a', { payload: { text: 'second' } }));
  expect(stores.memoryJobs.open()).toEqual([
    {
      ...job('a', { payload: { text: 'first' } }),
      id: 1,
      attempts: 0,
      runAfter: 0,
      createdAt: 1_000,
    },
  ]);
});

test('jobs are open in the order in which they came, due or not', () => {
  using stores = openTestStores();
  for (const key of ['c', 'a', 'b']) stores.memoryJobs.add(job(key));
  stores.memoryJobs.update(stores.memoryJobs.open()[0]!.id, { runAfter: 99_000 });
  expect(keys(stores.memoryJobs.open())).toEqual(['c', 'a', 'b']);
});

test('each database has jobs of its own', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('same'));
  stores.journalJobs.add(job('same'));
  expect([stores.memoryJobs.open(), stores.journalJobs.open()].map(keys)).toEqual([
    ['same'],
    ['same'],
  ]);
});

test('an update changes what it names and nothing else', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('a', { needs: 'model' }));
  const [{ id } = { id: 0 }] = stores.memoryJobs.open();
  stores.memoryJobs.update(id, { attempts: 2, runAfter: 5_000 });
  stores.memoryJobs.update(id, { payload: { text: 'half sent', partsSent: 1 } });
  expect(stores.memoryJobs.open()).toMatchObject([
    {
      attempts: 2,
      runAfter: 5_000,
      needs: 'model',
      payload: { text: 'half sent', partsSent: 1 },
    },
  ]);
  stores.memoryJobs.update(id, { attempts: 0, runAfter: 0 });
  expect(stores.memoryJobs.open()).toMatchObject([{ attempts: 0, runAfter: 0 }]);
});

test('a finished job is gone, and what follows from it is there', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('a'));
  stores.memoryJobs.finish(stores.memoryJobs.open()[0]!.id, [job('b'), job('c')]);
  expect(keys(stores.memoryJobs.open())).toEqual(['b', 'c']);
});

test('if what follows cannot be stored, the job is not finished', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('a'));
  const broken = job('b', { payload: { big: 1n } });
  expect(() => stores.memoryJobs.finish(1, [broken])).toThrow();
  expect(keys(stores.memoryJobs.open())).toEqual(['a']);
});

test('a job that is set aside is kept and not run; a retry of its kind begins anew', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('a', { kind: 'recompile' }));
  stores.memoryJobs.add(job('b'));
  for (const { id } of stores.memoryJobs.open()) {
    stores.memoryJobs.update(id, { attempts: 4, runAfter: 9_000 });
    stores.memoryJobs.setAside(id, 'the model is too small');
  }
  expect(stores.memoryJobs.open()).toEqual([]);

  stores.memoryJobs.retrySetAside('recompile');

  expect(stores.memoryJobs.open()).toMatchObject([{ key: 'a', attempts: 0, runAfter: 0 }]);
  expect(stores.memoryJobs.counts(ada)).toEqual([
    { kind: 'recompile', waiting: 1, setAside: 0 },
    { kind: 'send', waiting: 0, setAside: 1 },
  ]);
});

test('a user is told of their own jobs only', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('a'));
  stores.memoryJobs.add(job('b', { userId: ben, chatId: ben }));
  stores.memoryJobs.add(job('c', { userId: ben, chatId: ben, kind: 'reply' }));
  expect(stores.memoryJobs.counts(ada)).toEqual([{ kind: 'send', waiting: 1, setAside: 0 }]);
  expect(stores.memoryJobs.counts(ben).map(({ kind }) => kind)).toEqual(['reply', 'send']);
});

test('the runner hears of every new job, wherever it was made', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('a'));
  expect(stores.announced()).toBe(1);
  stores.journalJobs.add(job('b'));
  expect(stores.announced()).toBe(2);
  stores.memoryJobs.finish(1, [job('c')]);
  expect(stores.announced()).toBe(3);
  stores.memories.remember(newMemory('m', 'hello'), [job('d')]);
  expect(stores.announced()).toBe(4);
});
