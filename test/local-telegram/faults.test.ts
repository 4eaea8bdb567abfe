import { expect, test } from 'vitest';
import type { ObservedCall } from '../../src/local-telegram/observers.ts';
import { openStage } from './support.ts';

const chat_id = 1;

test('a flood limit, a broken server and a revoked token answer as Telegram would', async () => {
  await using stage = await openStage();
  const { faults } = stage.telegram;
  faults.inject({ method: 'getMe', kind: 'status', status: 429, retryAfter: 3 });
  faults.inject({ method: 'getMe', kind: 'status', status: 502 });
  expect(await stage.call('getMe')).toEqual({
    ok: false,
    error_code: 429,
    description: 'Too Many Requests: retry after 3',
    parameters: { retry_after: 3 },
  });
  expect(await stage.call('getMe')).toMatchObject({ error_code: 502, description: 'Bad Gateway' });
  expect(await stage.call('getMe')).toMatchObject({ ok: true });
  faults.unauthorized = true;
  expect(await stage.call('getMe')).toMatchObject({ error_code: 401, description: 'Unauthorized' });
});

test('a wrong token is refused', async () => {
  await using stage = await openStage();
  const response = await fetch(`${stage.telegram.url}/bot1:nope/getMe`);
  expect(response.status).toBe(401);
});

test('a connection that breaks before leaves nothing, after leaves the message', async () => {
  await using stage = await openStage();
  await stage.user.send('hello');
  stage.telegram.faults.inject({ method: 'sendMessage', kind: 'drop-before' });
  await expect(stage.call('sendMessage', { chat_id, text: 'lost' })).rejects.toThrow();
  stage.telegram.faults.inject({ method: 'sendmessage', kind: 'drop-after' });
  await expect(stage.call('sendMessage', { chat_id, text: 'kept' })).rejects.toThrow();
  const said = (await stage.user.messages()).filter((message) => message.from_bot);
  expect(said.map(({ text }) => text)).toEqual(['kept']);
});

test('while Telegram is down every call breaks, the waiting poll too, and nothing is lost', async () => {
  await using stage = await openStage();
  const arrived = Promise.withResolvers<void>();
  const stop = stage.telegram.on(() => arrived.resolve());
  const poll = expect(stage.call('getUpdates', { timeout: 30 })).rejects.toThrow();
  await arrived.promise;
  stage.telegram.faults.down = true;
  await poll;
  await expect(stage.call('getMe')).rejects.toThrow();
  await stage.user.send('meanwhile');
  stage.telegram.faults.down = false;
  stop();
  expect(await stage.call('getUpdates')).toMatchObject({
    result: [{ message: { text: 'meanwhile' } }],
  });
});

test('observers are told of each call and each answer, with their times', async () => {
  await using stage = await openStage();
  await stage.user.send('hello');
  const seen: ObservedCall[] = [];
  const stop = stage.telegram.on((call) => seen.push(call));
  stage.telegram.faults.inject({ kind: 'delay', delayMs: 30 });
  await stage.api.sendMessage(chat_id, 'hi');
  stop();
  await stage.api.getMe();
  expect(seen).toMatchObject([
    { kind: 'request', method: 'sendMessage', params: { chat_id, text: 'hi' } },
    { kind: 'answer', method: 'sendMessage', ok: true, delivered: true, result: { text: 'hi' } },
  ]);
  expect(seen[1]!.at - seen[0]!.at).toBeGreaterThanOrEqual(29);
});
