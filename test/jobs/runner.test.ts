import { expect, test } from 'vitest';
import { createJobRunner, type JobRunner } from '../../src/jobs/runner.ts';
import { type JobHandler, StoppedByUser } from '../../src/ports/job-handler.ts';
import type { JobKind } from '../../src/ports/jobs.ts';
import { createSending } from '../../src/telegram/sending.ts';
import { ada, ben, job, openTestStores, type TestStores } from '../support/fast-stores.ts';
import { openTelegram, readableLog, until } from '../support/fast-telegram.ts';

type Run = JobHandler['run'];

interface Started extends AsyncDisposable {
  runner: JobRunner;
  model: { ready: boolean };
  events: string[];
}

/** A runner over the real queues; each handler tells when it begins and ends. */
function startRunner(
  stores: TestStores,
  runs: Partial<Record<JobKind, Run>>,
  more: Partial<JobHandler> = {},
): Started {
  const events: string[] = [];
  const model = { ready: false };
  const handlerOf = (kind: JobKind): JobHandler => ({
    maxAttempts: Number.POSITIVE_INFINITY,
    ...more,
    async run(job, signal) {
      events.push(`begin ${job.key}`);
      const outcome = await (runs[kind]?.(job, signal) ?? 'done');
      events.push(`end ${job.key}`);
      return outcome;
    },
  });
  const { memoryJobs, journalJobs } = stores;
  const runner = createJobRunner({
    handlers: {
      reply: { handler: handlerOf('reply'), queue: memoryJobs },
      send: { handler: handlerOf('send'), queue: memoryJobs },
      compile: { handler: handlerOf('compile'), queue: journalJobs },
      recompile: { handler: handlerOf('recompile'), queue: memoryJobs },
      export: { handler: handlerOf('export'), queue: memoryJobs },
    },
    modelReady: () => model.ready,
    now: () => stores.clock.now,
    log: readableLog().log,
  });
  return { runner, model, events, [Symbol.asyncDispose]: () => runner.close() };
}

const turns = async () => {
  for (let times = 0; times < 10; times++) await new Promise((resolve) => setImmediate(resolve));
};
const keys = ({ memoryJobs, journalJobs }: TestStores) =>
  [memoryJobs, journalJobs].flatMap((queue) => queue.open().map(({ key }) => key));
const pause: Run = async () => {
  await turns();
  return 'done';
};

test('jobs of a kind in a chat run one after the other, in order', async () => {
  using stores = openTestStores();
  await using started = startRunner(stores, { reply: pause });
  for (const key of ['a', 'b', 'c']) stores.memoryJobs.add(job(key, { kind: 'reply' }));
  started.runner.wake();
  await until(() => keys(stores).length === 0);
  expect(started.events).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
});

test('other kinds and other chats run beside it', async () => {
  using stores = openTestStores();
  const { promise, resolve } = Promise.withResolvers<'done'>();
  const long: Run = ({ key }) => (key === 'long' ? promise : Promise.resolve('done'));
  await using started = startRunner(stores, { reply: long });
  stores.memoryJobs.add(job('long', { kind: 'reply' }));
  stores.memoryJobs.add(job('behind', { kind: 'reply' }));
  stores.memoryJobs.add(job('of Ben', { kind: 'reply', userId: ben, chatId: ben }));
  stores.memoryJobs.add(job('send'));
  stores.journalJobs.add(job('compile', { kind: 'compile' }));
  started.runner.wake();
  await turns();
  expect(keys(stores)).toEqual(['long', 'behind']);
  resolve('done');
  await until(() => keys(stores).length === 0);
});

test('what needs a model waits for it, and does not hold up what needs none', async () => {
  using stores = openTestStores();
  await using started = startRunner(stores, {});
  stores.memoryJobs.add(job('later', { kind: 'reply', needs: 'model' }));
  stores.memoryJobs.add(job('now', { kind: 'reply' }));
  started.runner.wake();
  await turns();
  expect(keys(stores)).toEqual(['later']);
  started.model.ready = true;
  started.runner.modelChanged();
  await turns();
  expect(keys(stores)).toEqual([]);
});

test('a job that found the model loading runs again when its status changes, not before', async () => {
  using stores = openTestStores();
  let loading = true;
  await using started = startRunner(stores, {
    reply: () => Promise.resolve(loading ? 'wait for model' : 'done'),
  });
  stores.memoryJobs.add(job('a', { kind: 'reply' }));
  started.runner.wake();
  await turns();
  started.runner.wake();
  await turns();
  expect(started.events).toEqual(['begin a', 'end a']);
  expect(stores.memoryJobs.open()[0]?.attempts).toBe(0);
  loading = false;
  started.runner.modelChanged();
  await turns();
  expect(keys(stores)).toEqual([]);
});

test('a model that gets ready while a job is just turning away is not missed', async () => {
  using stores = openTestStores();
  let loading = true;
  const line = Promise.withResolvers<void>();
  await using started = startRunner(stores, {
    async compile() {
      const outcome = loading ? 'wait for model' : 'done';
      await line.promise;
      return outcome;
    },
  });
  stores.journalJobs.add(job('a', { kind: 'compile' }));
  started.runner.wake();
  await turns();
  expect(started.events).toEqual(['begin a']);
  loading = false;
  started.runner.modelChanged();
  line.resolve();
  await turns();
  await turns();
  expect(keys(stores)).toEqual([]);
});

test('a failing job is tried again after 1, 4, 16, 64 s and so on up to a quarter of an hour', async () => {
  using stores = openTestStores();
  await using started = startRunner(stores, { send: () => Promise.reject(new Error('no')) });
  stores.memoryJobs.add(job('a'));
  const delays: number[] = [];
  for (let attempt = 1; attempt <= 8; attempt++) {
    started.runner.wake();
    await until(() => stores.memoryJobs.open()[0]?.attempts === attempt);
    const { runAfter } = stores.memoryJobs.open()[0]!;
    delays.push((runAfter - stores.clock.now) / 1_000);
    stores.clock.now = runAfter - 1;
    started.runner.wake();
    await turns();
    expect(stores.memoryJobs.open()[0]?.attempts).toBe(attempt);
    stores.clock.now = runAfter;
  }
  expect(delays).toEqual([1, 4, 16, 64, 256, 900, 900, 900]);
});

test('a job that waits for its next try keeps its place: the one behind it does not overtake', async () => {
  using stores = openTestStores();
  const run: Run = ({ key, attempts }) =>
    key === 'a' && attempts === 0 ? Promise.reject(new Error('no')) : Promise.resolve('done');
  await using started = startRunner(stores, { send: run });
  stores.memoryJobs.add(job('a'));
  stores.memoryJobs.add(job('b'));
  started.runner.wake();
  await turns();
  expect(keys(stores)).toEqual(['a', 'b']);
  stores.clock.now += 1_000;
  started.runner.wake();
  await until(() => keys(stores).length === 0);
  expect(started.events).toEqual(['begin a', 'begin a', 'end a', 'begin b', 'end b']);
});

test('after its last try a job is set aside with its reason, told once, and the next one runs', async () => {
  using stores = openTestStores();
  const told: string[] = [];
  const run: Run = ({ key }) =>
    key === 'a' ? Promise.reject(new Error('broken')) : Promise.resolve('done');
  await using started = startRunner(
    stores,
    { reply: run },
    { maxAttempts: 2, setAside: ({ key }) => void told.push(key) },
  );
  stores.memoryJobs.add(job('a', { kind: 'reply' }));
  stores.memoryJobs.add(job('b', { kind: 'reply' }));
  started.runner.wake();
  await turns();
  stores.clock.now += 1_000;
  started.runner.wake();
  await until(() => keys(stores).length === 0);
  expect(told).toEqual(['a']);
  expect(stores.memoryJobs.counts(ada)).toEqual([{ kind: 'reply', waiting: 0, setAside: 1 }]);
});

test('stop ends what is being written and drops the questions that wait, in this chat only', async () => {
  using stores = openTestStores();
  const untilStopped: Run = (_, signal) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        expect(signal.reason).toBeInstanceOf(StoppedByUser);
        resolve('done');
      }),
    );
  const stopWaiting = ({ id }: { id: number }) => stores.memoryJobs.finish(id);
  const runs = { reply: untilStopped, compile: untilStopped };
  await using started = startRunner(stores, runs, { stopWaiting });
  for (const key of ['running', 'waiting']) stores.memoryJobs.add(job(key, { kind: 'reply' }));
  stores.memoryJobs.add(job('of Ben', { kind: 'reply', userId: ben, chatId: ben }));
  stores.journalJobs.add(job('compile', { kind: 'compile' }));
  started.runner.wake();
  await turns();

  expect(started.runner.stop(ada, ['reply', 'compile'])).toBe(3);
  await turns();

  expect(keys(stores)).toEqual(['of Ben']);
  expect(started.runner.stop(ada, ['reply', 'compile'])).toBe(0);
  started.runner.stop(ben, ['reply']);
});

test('stop leaves what is being sent, and what has no way to be stopped before it begins', async () => {
  using stores = openTestStores();
  await using started = startRunner(stores, {});
  stores.memoryJobs.add(job('send'));
  stores.journalJobs.add(job('compile', { kind: 'compile' }));
  expect(started.runner.stop(ada, ['reply', 'compile'])).toBe(0);
  expect(keys(stores)).toEqual(['send', 'compile']);
});

test('what was done is not done again because its end could not be recorded', async () => {
  using stores = openTestStores();
  const { finish } = stores.memoryJobs;
  let full = 2;
  stores.memoryJobs.finish = (id, followedBy) => {
    if (full-- > 0) throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
    finish(id, followedBy);
  };
  await using started = startRunner(stores, {});
  stores.memoryJobs.add(job('once'));
  for (let round = 0; round < 4; round++) {
    started.runner.wake();
    await turns();
    stores.clock.now += 60_000;
  }
  expect(started.events).toEqual(['begin once', 'end once']);
  expect(keys(stores)).toEqual([]);
});

test('close leaves what waits, and what lets itself be cut short, to the next start', async () => {
  using stores = openTestStores();
  const untilClosed: Run = (_, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve('left')));
  const { runner, events } = startRunner(stores, { reply: untilClosed });
  for (const key of ['a', 'b']) stores.memoryJobs.add(job(key, { kind: 'reply' }));
  runner.wake();
  await turns();
  await runner.close();
  runner.wake();
  await turns();
  expect(keys(stores)).toEqual(['a', 'b']);
  expect(events).toEqual(['begin a', 'end a']);
});

test('a message that was accepted during a clean stop is not sent again at the next start', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  const sending = createSending({
    api: telegram.api,
    jobs: stores.memoryJobs,
    log: readableLog().log,
  });
  telegram.telegram.faults.inject({ method: 'sendMessage', kind: 'delay', delayMs: 50 });
  stores.memoryJobs.add(job('once'));

  const first = startRunner(stores, { send: sending.run });
  first.runner.wake();
  await until(() => telegram.calls('sendMessage').length === 1);
  await first.runner.close();
  expect(await telegram.said()).toEqual(['once']);
  await using next = startRunner(stores, { send: sending.run });
  next.runner.wake();
  await turns();
  await until(() => keys(stores).length === 0);

  expect(await telegram.said()).toEqual(['once']);
});
