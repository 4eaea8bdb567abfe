import { expect, test } from 'vitest';
import type { NewJob } from '../../src/ports/jobs.ts';
import type { Outgoing } from '../../src/ports/outgoing.ts';
import { createSending } from '../../src/telegram/sending.ts';
import { job, openTestStores, type TestStores } from '../support/fast-stores.ts';
import { openTelegram, readableLog, type TestTelegram } from '../support/fast-telegram.ts';

const signal = new AbortController().signal;
const sentence = 'The fox went over the hill and looked back once before it was gone. ';
const threeParts = sentence.repeat(160);

const outgoing = (message: Outgoing, changes: Partial<NewJob> = {}) =>
  job(message.text.slice(0, 20), { payload: message, ...changes });

/** Runs the send job that lies in the store, as the runner does. */
async function send(stores: TestStores, { api }: TestTelegram, message?: Outgoing) {
  const { log, lines } = readableLog();
  if (message) stores.memoryJobs.add(outgoing(message));
  const [next] = stores.memoryJobs.open();
  await createSending({ api, jobs: stores.memoryJobs, log }).run(next!, signal);
  stores.memoryJobs.finish(next!.id);
  return lines;
}

test('Markdown arrives as Telegram’s formatting, with its buttons, as an answer to the message', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  await send(stores, telegram, {
    text: '**Hi** Ada & _friends_ <3',
    replyTo: 1,
    buttons: [{ text: 'Later', data: 'later:1' }],
  });
  const message = (await telegram.user.messages()).at(-1)!;
  expect(message).toMatchObject({
    text: 'Hi Ada & friends <3',
    entities: [
      { type: 'bold', offset: 0, length: 2 },
      { type: 'italic', offset: 9, length: 7 },
    ],
    reply_to_message: { message_id: 1 },
    reply_markup: { inline_keyboard: [[{ text: 'Later', callback_data: 'later:1' }]] },
  });
});

test('a long message arrives in parts: the first is the answer, the last has the buttons', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  const buttons = [{ text: 'Later', data: 'later:1' }];
  await send(stores, telegram, { text: threeParts, replyTo: 1, buttons });
  const parts = (await telegram.user.messages()).filter(({ from_bot }) => from_bot);
  expect(parts).toHaveLength(3);
  expect(parts.map(({ text }) => text).join(' ')).toBe(threeParts.trim());
  expect(parts.map((part) => part.reply_to_message?.message_id)).toEqual([1, undefined, undefined]);
  expect(parts.map((part) => part.reply_markup !== undefined)).toEqual([false, false, true]);
});

test('a message to answer that is gone does not keep the answer back', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  await send(stores, telegram, { text: 'still here', replyTo: 4711 });
  expect(await telegram.said()).toEqual(['still here']);
});

test('interrupted between parts, the next start goes on behind the last one that was accepted', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  stores.memoryJobs.add(outgoing({ text: threeParts }));
  let accepted = 0;
  telegram.telegram.on((call) => {
    if (call.kind !== 'answer' || call.method !== 'sendMessage') return;
    if (++accepted === 2) telegram.telegram.faults.down = true;
  });
  // The second part was accepted, but its answer may still be on the way when the network goes.
  telegram.telegram.faults.inject({ method: 'sendMessage', kind: 'delay', delayMs: 0 });
  await expect(send(stores, telegram)).rejects.toThrow();

  const { partsSent } = stores.memoryJobs.open()[0]!.payload as Outgoing;
  expect(partsSent).toBeGreaterThanOrEqual(1);
  const before = await telegram.said();
  telegram.telegram.faults.down = false;
  await send(stores, telegram);

  const after = (await telegram.said()).slice(before.length);
  expect(after).toHaveLength(3 - partsSent!);
  expect(threeParts.trim().endsWith(after.join(' '))).toBe(true);
  expect(stores.memoryJobs.open()).toEqual([]);
});

test('a lost connection is not the end: the job stays, whole', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  telegram.telegram.faults.inject({ method: 'sendMessage', kind: 'drop-before' });
  await expect(send(stores, telegram, { text: 'soon' })).rejects.toThrow();
  expect(stores.memoryJobs.open()).toHaveLength(1);
  await send(stores, telegram);
  expect(await telegram.said()).toEqual(['soon']);
});

test('a send that Telegram is too busy for (429) waits as long as it is told, and goes once', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  telegram.telegram.faults.inject({
    method: 'sendMessage',
    kind: 'status',
    status: 429,
    retryAfter: 1,
  });
  await send(stores, telegram, { text: 'patience' });
  expect(await telegram.said()).toEqual(['patience']);
});

test('formatting that Telegram refuses is left out; the words arrive', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  telegram.api.config.use((call, method, payload, abort) =>
    'entities' in payload && Array.isArray(payload.entities) && payload.entities.length > 0
      ? Promise.resolve({
          ok: false,
          error_code: 400,
          description: "Bad Request: can't parse entities: something new",
        })
      : call(method, payload, abort),
  );
  await send(stores, telegram, { text: '**words** matter' });
  expect(await telegram.said()).toEqual(['words matter']);

  const progress = await telegram.api.sendMessage(1, 'Compiling…');
  await send(stores, telegram, { text: '**the** article', editMessageId: progress.message_id });
  expect(await telegram.said()).toEqual(['words matter', 'the article']);
});

test('a progress message becomes the first part; the rest follows', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  const progress = await telegram.api.sendMessage(1, 'Compiling…');
  await send(stores, telegram, { text: threeParts, editMessageId: progress.message_id });
  const parts = (await telegram.user.messages()).filter(({ from_bot }) => from_bot);
  expect(parts[0]?.message_id).toBe(progress.message_id);
  expect(parts.map(({ text }) => text).join(' ')).toBe(threeParts.trim());
});

test('a progress message that is gone is no hindrance: the article is sent anew', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  const progress = await telegram.api.sendMessage(1, 'Compiling…');
  await telegram.api.deleteMessage(1, progress.message_id);
  await send(stores, telegram, { text: 'The article', editMessageId: progress.message_id });
  expect(await telegram.said()).toEqual(['The article']);
});

test('an edit that was accepted before a crash is not sent a second time', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  const progress = await telegram.api.sendMessage(1, 'Compiling…');
  const article = { text: 'The article', editMessageId: progress.message_id };
  await send(stores, telegram, article);
  await send(stores, telegram, article);
  expect(await telegram.said()).toEqual(['The article']);
});

test('a user who is gone holds nothing up; it is said in the log', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  stores.memoryJobs.add(outgoing({ text: 'marmalade' }, { chatId: 999, userId: 999 }));
  const lines = await send(stores, telegram);
  expect(lines.map(({ msg }) => msg)).toEqual(['a message cannot be delivered']);
  expect(stores.memoryJobs.open()).toEqual([]);
});

test('what Telegram refuses is not written into the log', async () => {
  await using telegram = await openTelegram();
  using stores = openTestStores();
  stores.memoryJobs.add(outgoing({ text: 'marmalade' }, { chatId: 999, userId: 999 }));
  expect(JSON.stringify(await send(stores, telegram))).not.toContain('marmalade');
});
