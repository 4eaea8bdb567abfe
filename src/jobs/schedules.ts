import cron from 'node-cron';
import type { Log } from '../log.ts';
import type { Inbox } from '../ports/inbox.ts';

export interface ScheduleOptions {
  inbox: Inbox;
  timezone: string;
  now: () => number;
  log: Log;
}

/** Telegram repeats updates for a day at most; and may give an old number again after a quiet week. */
const inboxKeptMs = 2 * 24 * 3_600_000;

/** Everything that happens by the clock; and once at the start, for a machine that is off at that hour. */
export function startSchedules(options: ScheduleOptions): { close(): Promise<void> } {
  const { inbox, now, log, timezone } = options;
  const table = [
    { name: 'forget old updates', at: '17 3 * * *', run: () => inbox.prune(now() - inboxKeptMs) },
  ];
  const tasks = table.map(({ name, at, run }) => {
    const runLogged = () => {
      try {
        log.debug({ schedule: name, result: run() }, 'schedule');
      } catch (err) {
        log.error({ schedule: name, err }, 'schedule');
      }
    };
    runLogged();
    const task = cron.createTask(at, runLogged, { name, timezone });
    void task.start();
    return task;
  });
  return {
    async close() {
      for (const task of tasks) await task.destroy();
    },
  };
}
