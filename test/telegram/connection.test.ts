import { GrammyError, HttpError } from 'grammy';
import { expect, test } from 'vitest';
import { createConnection } from '../../src/telegram/connection.ts';
import { readableLog } from '../support/fast-telegram.ts';

const lost = () => new HttpError('Network request failed', new Error('ECONNREFUSED'));
const refused = (error_code: number) =>
  new GrammyError('refused', { ok: false, error_code, description: 'no' }, 'getUpdates', {});

test('a lost network is said once, and once when it is back', () => {
  const { log, lines } = readableLog();
  const connection = createConnection(log);
  for (let failure = 0; failure < 20; failure++) connection.failed(lost());
  connection.works();
  connection.works();
  expect(lines.filter(({ level }) => level >= 30).map(({ msg }) => msg)).toEqual([
    'Telegram cannot be reached; trying again until it can. Nothing is lost meanwhile.',
    'Telegram is back',
  ]);
});

test('tries follow one another more slowly, and never more than half a minute apart', () => {
  const connection = createConnection(readableLog().log);
  const delays = Array.from({ length: 1_200 }, () => connection.failed(lost()) / 1_000);
  expect(delays.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
  expect(delays.at(-1)).toBe(30);
  connection.works();
  expect(connection.failed(lost())).toBe(1_000);
});

test.each([
  [401, /check TELEGRAM_BOT_TOKEN/],
  [404, /check TELEGRAM_BOT_TOKEN/],
  [409, /Another program is polling with the same bot token/],
  [500, /cannot be reached/],
])('an answer %i says what to do', (code, words) => {
  const { log, lines } = readableLog();
  createConnection(log).failed(refused(code));
  expect(lines.filter(({ level }) => level >= 30).map(({ msg }) => msg)).toEqual([
    expect.stringMatching(words),
  ]);
});

test('another trouble than before is said too', () => {
  const { log, lines } = readableLog();
  const connection = createConnection(log);
  for (const error of [lost(), refused(409), refused(409), lost()]) connection.failed(error);
  expect(lines.filter(({ level }) => level >= 30).map(({ msg }) => msg.slice(0, 15))).toEqual([
    'Telegram cannot',
    'Another program',
    'Telegram cannot',
  ]);
});

test('a token that is no good is tried every minute at most', () => {
  const connection = createConnection(readableLog().log);
  const delays = Array.from({ length: 9 }, () => connection.failed(refused(401)));
  expect(delays.at(-1)).toBe(60_000);
});
