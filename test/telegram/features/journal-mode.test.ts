import { Context } from 'grammy';
import type { Update } from 'grammy/types';
import { expect, test } from 'vitest';
import { createCapture } from '../../../src/journal/capture.ts';
import type { SenkoContext } from '../../../src/telegram/context.ts';
import { captureFeature } from '../../../src/telegram/features/capture.ts';
import { journalFeature } from '../../../src/telegram/features/journal.ts';
import { createInboxWorker } from '../../../src/telegram/inbox-worker.ts';
import { ada, entry, openTestStores, type TestStores } from '../../support/fast-stores.ts';
import {
  openTelegram,
  readableLog,
  type TestTelegram,
  until,
} from '../../support/fast-telegram.ts';

/** The inbox worker with the two features, fed by what Telegram has: one look at a time. */
async function workInbox(stores: TestStores, { api }: TestTelegram) {
  const me = await api.getMe();
  const now = () => stores.clock.now;
  const capture = captureFeature({
    drafts: stores.drafts,
    capture: createCapture(stores.drafts, now),
    jobs: stores.memoryJobs,
  });
  const journal = journalFeature({ ...stores, jobs: stores.memoryJobs, timezone: 'UTC', now });
  const worker = createInboxWorker({
    inbox: stores.inbox,
    async handle(item) {
      const context: SenkoContext = Object.assign(new Context(item.payload as Update, api, me), {
        item,
        captured: false,
      });
      const next = async () => void (await capture.middleware()(context, () => Promise.resolve()));
      await journal.middleware()(context, next);
      return context.captured ? 'captured' : 'done';
    },
    receipt: ({ seq }) => stores.inbox.settle([seq], now()),
    setAside: () => undefined,
    now,
    log: readableLog().log,
  });
  let offset = 0;
  return async () => {
    for (const update of await api.getUpdates({ offset })) {
      offset = update.update_id + 1;
      const [chatId, messageId] = [ada, update.message?.message_id ?? null];
      const incoming = { botId: me.id, updateId: update.update_id, userId: ada, chatId, messageId };
      worker.take(stores.inbox.accept([{ ...incoming, payload: update }], now()));
    }
    await until(() => stores.inbox.open().length === 0);
  };
}

const photo = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);

test.concurrent('what is said in journal mode becomes a draft', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  stores.drafts.start(ada, ada, 500);
  const look = await workInbox(stores, telegram);
  await telegram.user.sendPhoto(photo, 'our lake');
  await look();
  expect(stores.drafts.list(ada).map(({ content }) => content)).toEqual(['hello', 'our lake']);
});

test.concurrent('a photo is one draft, though the line about it did not get through at first', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  stores.drafts.start(ada, ada, 500);
  const look = await workInbox(stores, telegram);
  telegram.telegram.faults.inject({ method: 'sendMessage', kind: 'drop-before' });
  await telegram.user.sendPhoto(photo, 'our lake');
  await look();
  expect(stores.drafts.list(ada).map(({ content }) => content)).toEqual(['hello', 'our lake']);
});

test.concurrent('a journal that was dropped is said to be dropped, though the line was lost at first', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  const look = await workInbox(stores, telegram);
  await look();
  stores.drafts.start(ada, ada, 500);
  const [waiting] = stores.inbox.accept(
    [{ botId: 1, updateId: 1, userId: ada, chatId: ada, messageId: 1, payload: {} }],
    1,
  );
  stores.drafts.capture(entry('a'), waiting!.seq);
  stores.inbox.settle([waiting!.seq], 1);
  await telegram.user.send('/journal cancel');
  await look();
  const question = await telegram.user.waitFor(/Drop the open journal/);
  telegram.telegram.faults.inject({ method: 'answerCallbackQuery', kind: 'drop-before' });
  await telegram.user.press(question, 'Drop 1 entry');
  await look();
  expect(stores.drafts.list(ada)).toEqual([]);
  const said = stores.memoryJobs.open().map(({ payload }) => (payload as { text: string }).text);
  expect(said).toEqual([expect.stringContaining('Dropped: 1 entry')]);
});
