import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Update } from 'grammy/types';
import { expect, test } from 'vitest';
import { openStage } from './support.ts';

test('an update waits until a higher offset confirms it, and then is gone', async () => {
  await using stage = await openStage();
  await stage.user.send('one');
  await stage.user.send('two');

  const first = await stage.api.getUpdates();
  expect(first.map(({ message }) => message?.text)).toEqual(['one', 'two']);
  expect(first[1]!.update_id).toBe(first[0]!.update_id + 1);
  expect(await stage.api.getUpdates()).toEqual(first);

  expect(await stage.api.getUpdates({ offset: first[0]!.update_id + 1 })).toEqual([first[1]]);
  const [one, two] = await stage.user.messages();
  expect([one!.confirmed, two!.confirmed]).toEqual([true, false]);
});

test('a long poll ends the moment something arrives', async () => {
  await using stage = await openStage();
  const poll = stage.api.getUpdates({ timeout: 30 });
  await stage.user.send('now');
  expect((await poll)[0]?.message?.text).toBe('now');
});

test('a second poll ends the first one with a conflict', async () => {
  await using stage = await openStage();
  const first = stage.call('getUpdates', { timeout: 30 });
  await stage.call('getMe');
  const second = stage.call('getUpdates', { timeout: 30 });
  expect(await first).toMatchObject({
    ok: false,
    error_code: 409,
    description:
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  });
  await stage.user.send('for the second');
  expect(await second).toMatchObject({ ok: true, result: [{ message: {} }] });
});

test('a poll that hung up takes nothing with it', async () => {
  await using stage = await openStage();
  const hangUp = new AbortController();
  const arrived = Promise.withResolvers<void>();
  stage.telegram.on(({ method }) => method === 'getUpdates' && arrived.resolve());
  const poll = stage.api.getUpdates({ timeout: 30 }, hangUp.signal as never).catch(() => 'gone');
  await arrived.promise;
  hangUp.abort();
  expect(await poll).toBe('gone');
  await stage.user.send('still here?');
  expect((await stage.api.getUpdates())[0]?.message?.text).toBe('still here?');
});

test('a negative offset forgets all but the last updates', async () => {
  await using stage = await openStage();
  for (const text of ['a', 'b', 'c']) await stage.user.send(text);
  const last = await stage.api.getUpdates({ offset: -1 });
  expect(last.map(({ message }) => message?.text)).toEqual(['c']);
  expect(await stage.api.getUpdates()).toEqual(last);
});

test('limit cuts the batch and leaves the rest for later', async () => {
  await using stage = await openStage();
  for (const text of ['a', 'b', 'c']) await stage.user.send(text);
  const two = await stage.api.getUpdates({ limit: 2 });
  expect(two).toHaveLength(2);
  const rest = await stage.api.getUpdates({ offset: two[1]!.update_id + 1 });
  expect(rest.map(({ message }) => message?.text)).toEqual(['c']);
});

test('reactions come only to a bot that asked for them', async () => {
  await using stage = await openStage();
  const { message_id } = await stage.user.send('nice?');
  await stage.user.react(message_id, '👍');
  expect(await stage.api.getUpdates()).toHaveLength(1);

  await stage.api.getUpdates({ allowed_updates: ['message', 'message_reaction'] });
  await stage.user.react(message_id, '🔥');
  await stage.user.edit(message_id, 'nice!');
  const updates = await stage.api.getUpdates();
  expect(updates.map(kindOf)).toEqual(['message', 'message_reaction']);
  expect(updates[1]!.message_reaction).toMatchObject({
    old_reaction: [{ type: 'emoji', emoji: '👍' }],
    new_reaction: [{ type: 'emoji', emoji: '🔥' }],
  });
});

test('chats, ids, token and unconfirmed updates last over a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-telegram-'));
  const file = join(folder, 'telegram.db');
  const before = await openStage(file);
  await before.user.send('remember me');
  const photo = await before.user.sendPhoto(new Uint8Array([1, 2, 3]));
  await before.api.setMyCommands([{ command: 'journal', description: 'Write the day down' }]);
  const [unconfirmed] = await before.api.getUpdates();
  await before[Symbol.asyncDispose]();

  await using after = await openStage(file);
  expect(after.telegram.token).toBe(before.telegram.token);
  expect((await after.api.getUpdates())[0]).toEqual(unconfirmed);
  expect(await after.api.getMyCommands()).toHaveLength(1);
  expect((await after.user.send('next')).message_id).toBe(photo.message_id + 1);
  const { file_path } = await after.api.getFile(photo.photo!.at(-1)!.file_id);
  const download = await fetch(
    `${after.telegram.url}/file/bot${after.telegram.token}/${file_path}`,
  );
  expect(new Uint8Array(await download.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  await rm(folder, { recursive: true });
});

test('update ids never come twice, even when all were confirmed before a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-telegram-'));
  const file = join(folder, 'telegram.db');
  const before = await openStage(file);
  await before.user.send('old');
  const [old] = await before.api.getUpdates();
  await before.api.getUpdates({ offset: old!.update_id + 1 });
  await before[Symbol.asyncDispose]();

  await using after = await openStage(file);
  await after.user.send('new');
  expect((await after.api.getUpdates())[0]!.update_id).toBe(old!.update_id + 1);
  await rm(folder, { recursive: true });
});

function kindOf(update: Update) {
  return Object.keys(update).find((key) => key !== 'update_id');
}
