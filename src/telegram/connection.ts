import { GrammyError } from 'grammy';
import type { Log } from '../log.ts';

/** What keeps Telegram from us: each said once, and once when it is over. */
export interface Connection {
  works(): void;
  /** Returns after how many milliseconds to try again. */
  failed(error: unknown): number;
}

type Trouble = 'network' | 'unauthorized' | 'conflict';

const words: Record<Trouble, string> = {
  network: 'Telegram cannot be reached; trying again until it can. Nothing is lost meanwhile.',
  unauthorized:
    'Telegram refuses the bot token: check TELEGRAM_BOT_TOKEN with @BotFather. Trying again until it is good.',
  conflict:
    'Another program is polling with the same bot token: stop it. Trying again until it is gone.',
};
const firstDelayMs = 1_000;
const longestDelayMs: Record<Trouble, number> = {
  network: 30_000,
  unauthorized: 60_000,
  conflict: 30_000,
};

export function createConnection(log: Log): Connection {
  let trouble: Trouble | undefined;
  let failures = 0;
  return {
    works() {
      if (trouble) log.info({ after: trouble }, 'Telegram is back');
      trouble = undefined;
      failures = 0;
    },
    failed(error) {
      const now = troubleOf(error);
      if (now !== trouble) log.warn(words[now]);
      log.debug({ err: error }, 'a call to Telegram failed');
      trouble = now;
      failures++;
      return Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs[now]);
    },
  };
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof GrammyError && error.error_code === 401) return 'unauthorized';
  // Telegram answers 404 to a token that it cannot even parse.
  if (error instanceof GrammyError && error.error_code === 404) return 'unauthorized';
  if (error instanceof GrammyError && error.error_code === 409) return 'conflict';
  return 'network';
}
