import type { Api } from 'grammy';
import {
  type LocalTelegram,
  type LocalTelegramOptions,
  startLocalTelegram,
} from '../../src/local-telegram/local-telegram.ts';
import type { ObservedCall } from '../../src/local-telegram/observers.ts';
import { createLog, type Log } from '../../src/log.ts';
import { createApi } from '../../src/telegram/api.ts';
import { TelegramUser } from './telegram-user.ts';

export interface LogLine {
  level: number;
  msg: string;
  [field: string]: unknown;
}

/** A log whose lines a test can read. */
export function readableLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { log: createLog({ level: 'debug', secrets: [], write }), lines };
}

export interface TestTelegram extends AsyncDisposable {
  telegram: LocalTelegram;
  /** A user who has written already, so that the bot may write to them. */
  user: TelegramUser;
  api: Api;
  /** Calls of a method so far, as they reached Telegram. */
  calls(method: string): ObservedCall[];
  /** What the bot has said, oldest first. */
  said(): Promise<string[]>;
}

/** The real local Telegram over HTTP, in memory, with one user and the bot's API. */
export async function openTelegram(
  options: Partial<LocalTelegramOptions> = {},
): Promise<TestTelegram> {
  const telegram = await startLocalTelegram({ file: ':memory:', port: 0, ...options });
  const user = new TelegramUser(telegram.url, { firstName: 'Ada' });
  const seen: ObservedCall[] = [];
  telegram.on((call) => void seen.push(call));
  await user.send('hello');
  return {
    telegram,
    user,
    api: createApi({ token: telegram.token, apiRoot: telegram.url }),
    calls: (method) =>
      seen.filter(
        (call) => call.kind === 'request' && call.method.toLowerCase() === method.toLowerCase(),
      ),
    said: async () =>
      (await user.messages()).filter((each) => each.from_bot).map(({ text }) => text ?? ''),
    async [Symbol.asyncDispose]() {
      user.close();
      await telegram.close();
    },
  };
}

/** Resolves once it holds. */
export async function until(holds: () => unknown, what = 'what was waited for'): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
