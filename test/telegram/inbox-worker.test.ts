import { HttpError } from 'grammy';
import { expect, test } from 'vitest';
import type { InboxItem } from '../../src/ports/inbox.ts';
import { createInboxWorker, type InboxWorkerOptions } from '../../src/telegram/inbox-worker.ts';
import { ada, ben, incoming, openTestStores, type TestStores } from '../support/fast-stores.ts';
import { readableLog, until } from '../support/fast-telegram.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const settled = async () => {
  for (let times = 0; times < 5; times++) await turn();
};

function work(stores: TestStores, handle: InboxWorkerOptions['handle']) {
  const { log, lines } = readableLog();
  const receipts: number[] = [];
  const setAside: number[] = [];
  const worker = createInboxWorker({
    inbox: stores.inbox,
    handle,
    receipt: ({ updateId }) => void receipts.push(updateId),
    setAside: ({ updateId }) => void setAside.push(updateId),
    now: () => stores.clock.now,
    log,
  });
  return { worker, receipts, setAside, lines };
}

const accept = ({ inbox }: TestStores, ...updates: [id: number, user: number][]) =>
  inbox.accept(
    updates.map(([id, userId]) => incoming(id, { userId, chatId: userId })),
    1_000,
  );

const openIds = ({ inbox }: TestStores) => inbox.open().map(({ updateId }) => updateId);

test('within a chat updates are handled one after the other, in order; each is settled at its end', async () => {
  using stores = openTestStores();
  const seen: string[] = [];
  const { worker } = work(stores, async ({ updateId }) => {
    seen.push(`begin ${updateId}`);
    await turn();
    seen.push(`end ${updateId}`);
    return 'done';
  });
  const items = accept(stores, [1, ada], [2, ada], [3, ada]);
  worker.take(items.slice(0, 2));
  worker.take(items.slice(2));
  await settled();
  await settled();
  expect(seen).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  expect(openIds(stores)).toEqual([]);
});

test('one chat that takes long holds up no other', async () => {
  using stores = openTestStores();
  const { promise, resolve } = Promise.withResolvers<'done'>();
  const { worker } = work(stores, ({ userId }) =>
    userId === ada ? promise : Promise.resolve('done'),
  );
  worker.take(accept(stores, [1, ada], [2, ben], [3, ben]));
  await settled();
  expect(openIds(stores)).toEqual([1]);
  resolve('done');
  await settled();
  expect(openIds(stores)).toEqual([]);
});

test('a captured update is left for its receipt to settle; one found so at the start is not handled again', async () => {
  using stores = openTestStores();
  const handled: number[] = [];
  const { worker, receipts } = work(stores, ({ updateId }) => {
    handled.push(updateId);
    return Promise.resolve('captured');
  });
  const [first, second] = accept(stores, [1, ada], [2, ada]) as [InboxItem, InboxItem];
  worker.take([{ ...first, state: 'receipt' }, second]);
  await settled();
  expect(handled).toEqual([2]);
  expect(receipts).toEqual([1, 2]);
  expect(openIds(stores)).toEqual([1, 2]);
});

test.concurrent('a lost network is no failure of the update: those tries do not count', {
  timeout: 20_000,
}, async () => {
  using stores = openTestStores();
  const troubles = [
    new Error('once'),
    new HttpError('lost', new Error('ECONNRESET')),
    new Error('twice'),
  ];
  const { worker, setAside, lines } = work(stores, () => {
    const trouble = troubles.shift();
    return trouble ? Promise.reject(trouble) : Promise.resolve('done');
  });
  worker.take(accept(stores, [1, ada]));
  await until(() => openIds(stores).length === 0);
  expect(setAside).toEqual([]);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'update failed; trying again',
    'an answer could not be sent; trying again',
    'update failed; trying again',
  ]);
});

test.concurrent('an update that fails by itself is set aside after three tries, told once, and the next one goes on', {
  timeout: 20_000,
}, async () => {
  using stores = openTestStores();
  const tries: number[] = [];
  const { worker, setAside, lines } = work(stores, ({ updateId }) => {
    tries.push(updateId);
    return updateId === 1 ? Promise.reject(new Error('a broken drawer')) : Promise.resolve('done');
  });
  worker.take(accept(stores, [1, ada], [2, ada]));
  await until(() => openIds(stores).length === 0);
  expect(tries).toEqual([1, 1, 1, 2]);
  expect(setAside).toEqual([1]);
  expect(stores.inbox.setAsideCount(ada)).toBe(1);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'update failed; trying again',
    'update failed; trying again',
    'update set aside; it is kept',
  ]);
});

test('close lets the running handler end and settles it; what waits is there at the next start', async () => {
  using stores = openTestStores();
  const { promise, resolve } = Promise.withResolvers<'done'>();
  const { worker } = work(stores, () => promise);
  worker.take(accept(stores, [1, ada], [2, ada]));
  const closed = worker.close();
  await settled();
  expect(openIds(stores)).toEqual([1, 2]);
  resolve('done');
  await closed;
  expect(openIds(stores)).toEqual([2]);
});

test('close does not wait for a pause between tries to be over', async () => {
  using stores = openTestStores();
  const { worker } = work(stores, () => Promise.reject(new HttpError('lost', new Error('gone'))));
  worker.take(accept(stores, [1, ada]));
  await settled();
  await worker.close();
  expect(openIds(stores)).toEqual([1]);
  expect(stores.inbox.open()[0]?.attempts).toBe(0);
});

test('an update that was answered is not answered again because the disk is full', async () => {
  using stores = openTestStores();
  const { settle } = stores.inbox;
  stores.inbox.settle = () => {
    throw Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' });
  };
  let handled = 0;
  const { worker, lines } = work(stores, () => {
    handled++;
    return Promise.resolve('done');
  });
  worker.take(accept(stores, [1, ada]));
  // Longer than the pause before a failed update is handled again.
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect(handled).toBe(1);
  expect(lines.map(({ msg }) => msg)).toContain(
    'a handled update could not be settled; trying again',
  );
  stores.inbox.settle = settle;
  await worker.close();
});
