import { expect, test } from 'vitest';
import { ada, ben, incoming, openTestStores } from '../support/fast-stores.ts';
import { column, rows } from '../support/read-db.ts';

test('an update that comes twice is stored once, with its content', () => {
  using stores = openTestStores();
  const [first] = stores.inbox.accept([incoming(5, { payload: { text: 'hi' } })], 100);
  expect(stores.inbox.accept([incoming(5, { payload: { text: 'hi' } })], 200)).toEqual([]);
  expect(stores.inbox.accept([incoming(6), incoming(6)], 200)).toHaveLength(1);

  expect(stores.inbox.open().map(({ updateId }) => updateId)).toEqual([5, 6]);
  expect(stores.inbox.open()[0]).toEqual(first);
  expect(first).toMatchObject({ payload: { text: 'hi' }, receivedAt: 100, attempts: 0 });
});

test('the same update id of another bot is another update', () => {
  using stores = openTestStores();
  stores.inbox.accept([incoming(5), incoming(5, { botId: 78 })], 100);
  expect(stores.inbox.open().map(({ botId }) => botId)).toEqual([77, 78]);
});

test('an update that was done stays known: Telegram may send it again', () => {
  using stores = openTestStores();
  const [item] = stores.inbox.accept([incoming(5)], 100);
  stores.inbox.settle([item!.seq], 100);
  expect(stores.inbox.accept([incoming(5)], 200)).toEqual([]);
  expect(stores.inbox.open()).toEqual([]);
});

test('the order is that of arrival, though Telegram begins with low ids again', () => {
  using stores = openTestStores();
  stores.inbox.accept([incoming(900_000), incoming(900_001)], 100);
  stores.inbox.accept([incoming(17), incoming(18)], 200);
  stores.inbox.accept([incoming(3)], 300);
  expect(stores.inbox.open().map(({ updateId }) => updateId)).toEqual([
    900_000, 900_001, 17, 18, 3,
  ]);
});

test('a batch is stored whole or not at all', () => {
  using stores = openTestStores();
  const unreadable = incoming(6, { payload: { big: 1n } });
  expect(() => stores.inbox.accept([incoming(5), unreadable], 100)).toThrow();
  expect(stores.inbox.open()).toEqual([]);
});

test('what is done has no text any more', () => {
  using stores = openTestStores();
  const [item, other] = stores.inbox.accept([incoming(5), incoming(6)], 100);
  stores.inbox.settle([item!.seq], 700);
  expect(rows(stores.dataDir, 'journal', 'SELECT state, payload, done_at FROM inbox')).toEqual([
    { state: 'done', payload: '', done_at: 700 },
    { state: 'waiting', payload: '{"update_id":6}', done_at: null },
  ]);
  expect(stores.inbox.open()).toEqual([other]);
});

test('a failing update is tried again, and set aside with its error after the last try; it is kept', () => {
  using stores = openTestStores();
  const [bad] = stores.inbox.accept([incoming(5), incoming(6)], 100);
  expect(stores.inbox.failed(bad!.seq, 'no', 3)).toBe('again');
  expect(stores.inbox.failed(bad!.seq, 'still no', 3)).toBe('again');
  expect(stores.inbox.open()[0]).toMatchObject({ updateId: 5, attempts: 2 });
  expect(stores.inbox.setAsideCount(ada)).toBe(0);

  expect(stores.inbox.failed(bad!.seq, 'never', 3)).toBe('set-aside');

  expect(stores.inbox.setAsideCount(ada)).toBe(1);
  expect(stores.inbox.open().map(({ updateId }) => updateId)).toEqual([6]);
  const kept = "SELECT error, payload FROM inbox WHERE state = 'set aside'";
  expect(rows(stores.dataDir, 'journal', kept)).toEqual([
    { error: 'never', payload: '{"update_id":5}' },
  ]);
});

test('only what has been done for long is forgotten', () => {
  using stores = openTestStores();
  const items = [1, 2, 3, 4].map((id) => stores.inbox.accept([incoming(id)], 100)[0]!);
  stores.inbox.settle([items[0]!.seq], 1_000);
  stores.inbox.settle([items[1]!.seq], 2_000);
  stores.inbox.failed(items[2]!.seq, 'broken', 1);
  expect(stores.inbox.prune(2_000)).toBe(1);
  expect(column(stores.dataDir, 'journal', 'SELECT update_id FROM inbox')).toEqual([2, 3, 4]);
});

test('each row has its user', () => {
  using stores = openTestStores();
  stores.inbox.accept([incoming(1), incoming(2, { userId: ben, chatId: ben })], 100);
  expect(column(stores.dataDir, 'journal', 'SELECT user_id FROM inbox')).toEqual([ada, ben]);
});
