import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import {
  ada,
  arrived,
  entry,
  incoming,
  job,
  journal,
  openTestStores,
  type TestStores,
} from '../support/fast-stores.ts';

const secret = 'Xylophonquark';
const long = `${secret} ${'and so it went on for pages '.repeat(400)} ${secret}`;

/** Looks at the raw bytes, after what is in the WAL was written back. */
function inTheFile({ dataDir }: TestStores, name: 'journal' | 'memory', word = secret): boolean {
  const file = join(dataDir, `${name}.db`);
  const db = new Database(file);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return [file, `${file}-wal`].some((path) => {
    // FTS5 keeps its words in lower case.
    const bytes = existsSync(path) ? readFileSync(path, 'latin1').toLowerCase() : '';
    return bytes.includes(word.toLowerCase());
  });
}

test('what is stored can be seen in the file, so its absence means something', () => {
  using stores = openTestStores();
  const { seq } = arrived(stores, 1);
  stores.drafts.capture(entry('e', { content: long }), seq);
  expect(inTheFile(stores, 'journal')).toBe(true);
  stores.journals.keep(journal('j', { body: long }), [], []);
  expect(inTheFile(stores, 'memory')).toBe(true);
});

test('a cancelled journal leaves no trace of its words', () => {
  using stores = openTestStores();
  for (const id of [1, 2, 3]) {
    const { seq } = arrived(stores, id);
    stores.drafts.capture(entry(`e${id}`, { content: id === 2 ? secret : long }), seq);
  }
  stores.drafts.cancel(ada);
  expect(inTheFile(stores, 'journal')).toBe(false);
});

test('a journal that was handed over leaves no trace in journal.db', () => {
  using stores = openTestStores();
  const { seq } = arrived(stores, 1);
  stores.drafts.capture(entry('e', { content: long, raw: { caption: secret } }), seq);
  stores.drafts.beginCompile({ journalId: 'j', userId: ada, chatId: ada });
  stores.compiling.handedOver({ journalId: 'j', userId: ada }, stores.journalJobs.open()[0]!.id);
  expect(inTheFile(stores, 'journal')).toBe(false);
});

test('an update that is done leaves no trace of what it said', () => {
  using stores = openTestStores();
  const updates = [1, 2].map((id) => incoming(id, { payload: { text: long } }));
  const items = stores.inbox.accept(updates, 100);
  expect(inTheFile(stores, 'journal')).toBe(true);
  stores.inbox.settle([items[0]!.seq], 200);
  stores.drafts.capture(entry('e', { content: 'short' }), items[1]!.seq);
  expect(inTheFile(stores, 'journal')).toBe(false);
});

test('a rewritten article leaves no trace of the old one, neither in the row nor in the index', () => {
  using stores = openTestStores();
  stores.journals.keep(journal('j', { body: long, title: secret }), [entry('e')], []);
  stores.journals.rewrite(ada, 'j', { title: 'New', body: 'Shorter.', tags: [] }, []);
  expect(inTheFile(stores, 'memory')).toBe(false);
  expect(inTheFile(stores, 'memory', 'Shorter')).toBe(true);
});

test('a message that was sent leaves no trace in the queue', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('send', { payload: { text: long } }));
  stores.memoryJobs.finish(1);
  expect(inTheFile(stores, 'memory')).toBe(false);
});
