import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import {
  ada,
  arrived,
  ben,
  entry,
  openTestStores,
  type TestStores,
} from '../support/fast-stores.ts';
import { column } from '../support/read-db.ts';

const contents = (stores: TestStores, userId = ada) =>
  stores.drafts.list(userId).map(({ content }) => content);

function capture(stores: TestStores, id: string, userId = ada, timestamp = 1_000): void {
  const { seq, updateId } = arrived(stores, Number(id.replaceAll(/\D/g, '')), userId);
  const own = { userId, chatId: userId, messageId: updateId, timestamp };
  stores.drafts.capture(entry(id, own), seq);
}

function refuse(stores: TestStores, what: string): void {
  const db = new Database(join(stores.dataDir, 'journal.db'));
  db.exec(`CREATE TRIGGER refuse BEFORE ${what} BEGIN SELECT raise(ABORT, 'refused'); END`);
  db.close();
}

test('the mode has one session a user, and starting again changes nothing', () => {
  using stores = openTestStores();
  expect(stores.drafts.session(ada)).toBeUndefined();
  expect(stores.drafts.start(ada, ada, 500)).toEqual({ userId: ada, chatId: ada, startedAt: 500 });
  expect(stores.drafts.start(ada, ada, 900).startedAt).toBe(500);
  expect(stores.drafts.session(ben)).toBeUndefined();
});

test('a draft keeps everything that was said, as it was said', () => {
  using stores = openTestStores();
  const { seq } = arrived(stores, 1);
  const photo = entry('photo', {
    type: 'image',
    content: 'our 🦊 “lake”\n\n  <b>&amp;',
    raw: { photo: [{ file_id: 'x' }] },
    mediaPath: 'photos/1.jpg',
  });
  stores.drafts.capture(photo, seq);
  expect(stores.drafts.list(ada)).toEqual([photo]);
});

test('a draft and the state of its update are one commit: the text is there and only the receipt is due', () => {
  using stores = openTestStores();
  const { seq } = arrived(stores, 1);
  stores.drafts.capture(entry('one'), seq);
  expect(stores.inbox.open()).toMatchObject([{ seq, state: 'receipt', payload: {} }]);
  expect(contents(stores)).toEqual(['entry one']);
});

test('if the draft cannot be stored, its update still waits with its text', () => {
  using stores = openTestStores();
  capture(stores, 'e1');
  const { seq } = arrived(stores, 2);
  expect(() => stores.drafts.capture(entry('e1'), seq)).toThrow(/UNIQUE/);
  expect(stores.inbox.open()).toMatchObject([
    { updateId: 1, state: 'receipt' },
    { updateId: 2, state: 'waiting', payload: { update_id: 2 } },
  ]);
});

test('if the update cannot be moved on, there is no draft', () => {
  using stores = openTestStores();
  const { seq } = arrived(stores, 1);
  refuse(stores, 'UPDATE ON inbox');
  expect(() => stores.drafts.capture(entry('one'), seq)).toThrow(/refused/);
  expect(stores.drafts.list(ada)).toEqual([]);
  expect(stores.inbox.open()).toMatchObject([{ state: 'waiting' }]);
});

test('an update is captured once, however often it is handled', () => {
  using stores = openTestStores();
  const { seq } = arrived(stores, 1);
  stores.drafts.capture(entry('first try'), seq);
  stores.drafts.capture(entry('second try'), seq);
  expect(contents(stores)).toEqual(['entry first try']);
});

test('drafts are in the order in which they were said', () => {
  using stores = openTestStores();
  capture(stores, 'e3', ada, 3_000);
  capture(stores, 'e12', ada, 1_000);
  capture(stores, 'e11', ada, 1_000);
  expect(contents(stores)).toEqual(['entry e11', 'entry e12', 'entry e3']);
});

test('cancel closes the mode, drops its drafts and tells how many; the other user keeps theirs', () => {
  using stores = openTestStores();
  for (const user of [ada, ben]) stores.drafts.start(user, user, 500);
  capture(stores, 'e1');
  capture(stores, 'e2');
  capture(stores, 'e3', ben);
  expect(stores.drafts.cancel(ada)).toBe(2);
  expect(stores.drafts.session(ada)).toBeUndefined();
  expect(contents(stores)).toEqual([]);
  expect(contents(stores, ben)).toEqual(['entry e3']);
  expect(stores.drafts.session(ben)).toBeDefined();
});

test('a compile takes the drafts out of the mode, closes it and adds its job, in one commit', () => {
  using stores = openTestStores();
  for (const user of [ada, ben]) stores.drafts.start(user, user, 500);
  capture(stores, 'e1');
  capture(stores, 'e2', ben);

  expect(stores.drafts.beginCompile({ journalId: 'j', userId: ada, chatId: ada })).toBe(1);

  expect(contents(stores)).toEqual([]);
  expect(stores.drafts.session(ada)).toBeUndefined();
  expect(stores.compiling.entries({ journalId: 'j', userId: ada }).map(({ id }) => id)).toEqual([
    'e1',
  ]);
  expect([stores.compiling.count(ada), stores.compiling.count(ben)]).toEqual([1, 0]);
  expect(stores.journalJobs.open()).toMatchObject([
    { kind: 'compile', key: 'compile:j', userId: ada, chatId: ada, payload: { journalId: 'j' } },
  ]);
  expect(contents(stores, ben)).toEqual(['entry e2']);
});

test('if its job cannot be stored, a compile takes nothing', () => {
  using stores = openTestStores();
  stores.drafts.start(ada, ada, 500);
  capture(stores, 'e1');
  refuse(stores, 'INSERT ON jobs');
  expect(() => stores.drafts.beginCompile({ journalId: 'j', userId: ada, chatId: ada })).toThrow();
  expect(contents(stores)).toEqual(['entry e1']);
  expect(stores.drafts.session(ada)).toBeDefined();
});

test('a compile of nothing leaves the mode open and adds no job', () => {
  using stores = openTestStores();
  stores.drafts.start(ada, ada, 500);
  capture(stores, 'e1', ben);
  expect(stores.drafts.beginCompile({ journalId: 'j', userId: ada, chatId: ada })).toBe(0);
  expect(stores.drafts.session(ada)).toBeDefined();
  expect(stores.journalJobs.open()).toEqual([]);
});

test('what is captured during a compile belongs to the next journal, and a cancel leaves the compile alone', () => {
  using stores = openTestStores();
  capture(stores, 'e1');
  stores.drafts.beginCompile({ journalId: 'j', userId: ada, chatId: ada });
  stores.drafts.start(ada, ada, 900);
  capture(stores, 'e2');
  expect(stores.drafts.cancel(ada)).toBe(1);
  expect(stores.compiling.entries({ journalId: 'j', userId: ada }).map(({ id }) => id)).toEqual([
    'e1',
  ]);
});

test('handed over: the drafts are gone and the job with them', () => {
  using stores = openTestStores();
  capture(stores, 'e1');
  capture(stores, 'e2', ben);
  stores.drafts.beginCompile({ journalId: 'j', userId: ada, chatId: ada });
  const [compile] = stores.journalJobs.open();
  stores.compiling.handedOver({ journalId: 'j', userId: ada }, compile!.id);
  expect(stores.journalJobs.open()).toEqual([]);
  expect(column(stores.dataDir, 'journal', 'SELECT id FROM journal_entries')).toEqual(['e2']);
});

test('put back: a stopped compile returns its drafts to an open journal, beside newer ones', () => {
  using stores = openTestStores();
  const compile = { journalId: 'j', userId: ada, chatId: ada };
  capture(stores, 'e1', ada, 1_000);
  stores.drafts.beginCompile(compile);
  stores.drafts.start(ada, ada, 900);
  capture(stores, 'e2', ada, 2_000);

  stores.compiling.putBack(compile, stores.journalJobs.open()[0]!.id, 5_000);

  expect(contents(stores)).toEqual(['entry e1', 'entry e2']);
  expect(stores.drafts.session(ada)?.startedAt).toBe(900);
  expect(stores.journalJobs.open()).toEqual([]);
  expect(stores.compiling.count(ada)).toBe(0);
});

test('put back into a closed mode opens it again', () => {
  using stores = openTestStores();
  const compile = { journalId: 'j', userId: ada, chatId: ada };
  capture(stores, 'e1');
  stores.drafts.beginCompile(compile);
  stores.compiling.putBack(compile, stores.journalJobs.open()[0]!.id, 5_000);
  expect(stores.drafts.session(ada)).toEqual({ userId: ada, chatId: ada, startedAt: 5_000 });
});
