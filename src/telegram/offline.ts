import type { JobQueue } from '../ports/jobs.ts';
import { sendJob } from '../ports/outgoing.ts';
import type { Settings } from '../ports/users.ts';
import { inWords } from '../time-words.ts';

export interface OfflineOptions {
  settings: Settings;
  /** Of memory.db. */
  jobs: JobQueue;
  userIds: () => number[];
  timezone: string;
  now: () => number;
}

/** Telegram keeps updates for 24 hours. */
const keptMs = 24 * 3_600_000;
const recordEveryMs = 60_000;

/** Records when Telegram was last heard; after more than a day it says what may be missing. */
export function createOfflineWatch(options: OfflineOptions): { heard(botId: number): void } {
  const { settings, now } = options;
  let recordedAt = 0;
  return {
    heard(botId) {
      if (now() - recordedAt < recordEveryMs) return;
      const key = `last heard:${botId}`;
      const since = Number(settings.get(key) ?? now());
      if (now() - since > keptMs) tell(since, options);
      recordedAt = now();
      settings.set(key, String(recordedAt));
    },
  };
}

function tell(since: number, { jobs, userIds, timezone }: OfflineOptions): void {
  const text = `I was off line since ${inWords(since, timezone)}. Telegram keeps messages for 24 hours only: what you sent me before that, please send again.`;
  for (const userId of userIds()) {
    jobs.add(sendJob({ userId, chatId: userId }, `offline:${userId}:${since}`, { text }));
  }
}
