import type { Update } from 'grammy/types';
import { expect, test } from 'vitest';
import { createConnection } from '../../src/telegram/connection.ts';
import { startPolling } from '../../src/telegram/polling.ts';
import { openTelegram, readableLog, type TestTelegram, until } from '../support/fast-telegram.ts';

interface Choices {
  accept?: (updates: Update[]) => void;
  heard?: () => void;
}

/** Polls the real local Telegram; disposing stops it. */
function poll({ api }: TestTelegram, { accept, heard }: Choices = {}) {
  const batches: string[][] = [];
  const { log, lines } = readableLog();
  const started = Promise.withResolvers<void>();
  const stop = startPolling({
    api,
    connection: createConnection(log),
    accept(updates) {
      accept?.(updates);
      batches.push(updates.map(({ message }) => message?.text ?? ''));
    },
    heard: heard ?? (() => undefined),
    onStart: () => Promise.resolve(started.resolve()),
    log,
  });
  return { batches, lines, started: started.promise, stop, [Symbol.asyncDispose]: stop };
}

const pending = async (test: TestTelegram) =>
  (await test.api.getWebhookInfo()).pending_update_count;

test('what was sent is accepted in order, and confirmed only by the next poll', async () => {
  await using telegram = await openTelegram();
  await telegram.user.send('second');
  await using polling = poll(telegram);
  await until(() => polling.batches.length === 1);
  await telegram.user.send('third');
  await until(() => polling.batches.length === 2);
  expect(polling.batches).toEqual([['hello', 'second'], ['third']]);
  const offsets = telegram.calls('getUpdates').map(({ params }) => params.offset);
  expect(offsets[0]).toBe(0);
  expect(offsets[1]).toBeGreaterThan(0);
});

test('what cannot be stored is not confirmed: Telegram keeps it and it comes again', async () => {
  await using telegram = await openTelegram();
  {
    const full = () => {
      throw new Error('the disk is full');
    };
    const polling = poll(telegram, { accept: full });
    await until(() => polling.lines.some(({ msg }) => msg.includes('could not be stored')));
    await polling.stop();
    expect(polling.batches).toEqual([]);
  }
  expect(await pending(telegram)).toBe(1);
  await using next = poll(telegram);
  await until(() => next.batches.length === 1);
  expect(next.batches).toEqual([['hello']]);
});

test('a stop confirms the last batch, so the next start begins behind it', async () => {
  await using telegram = await openTelegram();
  const polling = poll(telegram);
  await until(() => polling.batches.length === 1);
  await polling.stop();
  expect(await pending(telegram)).toBe(0);
});

test('a stop does not wait for the end of a long poll, and confirms nothing that was not stored', async () => {
  await using telegram = await openTelegram();
  const polling = poll(telegram);
  await until(() => telegram.calls('getUpdates').length === 2);
  await polling.stop();
  await telegram.user.send('while she slept');
  expect(await pending(telegram)).toBe(1);
});

test('nothing is accepted before Telegram has said who the bot is', async () => {
  await using telegram = await openTelegram();
  telegram.telegram.faults.inject({ kind: 'drop-before', method: 'getMe' });
  await using polling = poll(telegram);
  await polling.started;
  expect(telegram.calls('getMe')).toHaveLength(2);
  expect(polling.lines.filter(({ level }) => level >= 30).map(({ msg }) => msg)).toEqual([
    expect.stringContaining('cannot be reached'),
    'Telegram is back',
  ]);
  await until(() => polling.batches.length === 1);
});

test('messages, their edits and pressed buttons are asked for, nothing else', async () => {
  await using telegram = await openTelegram();
  await using polling = poll(telegram);
  await until(() => polling.batches.length === 1);
  expect(telegram.calls('getUpdates')[0]?.params.allowed_updates).toEqual([
    'message',
    'edited_message',
    'callback_query',
  ]);
});
