import { HttpError } from 'grammy';
import { expect, test } from 'vitest';
import { createLog } from '../src/log.ts';
import { createApi } from '../src/telegram/api.ts';

const token = '123456789:AAHk3-abcdefghijklmnopqrstuvwxyz_12';

function logged(
  write: (log: ReturnType<typeof createLog>) => void,
  secrets: string[] = [],
): string {
  const lines: string[] = [];
  write(createLog({ level: 'debug', secrets, write: (line) => lines.push(line) }));
  expect(lines).not.toEqual([]);
  for (const line of lines) JSON.parse(line);
  return lines.join('');
}

test('a bot’s token is struck out wherever it stands: message, field, address, nested cause', () => {
  const url = `https://api.telegram.org/bot${token}/getMe`;
  const deep = new Error('outer', {
    cause: new HttpError('failed', new Error(`request to ${url} failed`)),
  });
  const text = logged((log) => {
    log.info(`the token is ${token}`);
    log.info({ token, list: [{ url }] }, 'fields');
    log.error({ err: new Error(url) }, 'message');
    log.error({ err: deep }, 'cause');
    log.error({ err: new AggregateError([new Error(url)], 'several') }, 'several');
    log.child({ url }).warn('child');
  });
  expect(text).not.toContain(token);
  expect(text).not.toContain('AAHk3');
  expect(text).toContain('/bot[token]/getMe');
});

test('a real network error of the Bot API shows no token', async () => {
  const api = createApi({ token, apiRoot: 'http://127.0.0.1:9' });
  const error = await api.getMe().catch((reason: unknown) => reason);
  expect(String((error as HttpError).error)).toContain(token);
  expect(logged((log) => log.warn({ err: error }, 'no network'))).not.toContain('AAHk3');
});

test('a secret is struck out however often it stands there; a short one would hit too much', () => {
  const text = logged(
    (log) => log.info({ password: 'open sesame', again: 'open sesame' }, 'open sesame yes'),
    ['open sesame', 'yes', ''],
  );
  expect(text).not.toContain('open sesame');
  expect(text).toContain('[secret] yes');
});

test('what only looks a little like a token stays', () => {
  const harmless = 'at 12:30 in session 1234567:short';
  expect(logged((log) => log.info(harmless))).toContain(harmless);
});

test('a line is one line of JSON with its time and level', () => {
  const line = JSON.parse(logged((log) => log.info({ job: 3 }, 'two\nlines')));
  expect(line).toMatchObject({ level: 30, job: 3, msg: 'two\nlines' });
  expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('below the level nothing is written', () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', secrets: [], write: (line) => lines.push(line) });
  log.debug('whisper');
  log.info('word');
  expect(lines).toHaveLength(1);
});
