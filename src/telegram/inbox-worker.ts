import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Inbox, InboxItem } from '../ports/inbox.ts';
import { isPassing, pauseMs } from './passing-trouble.ts';

export interface InboxWorkerOptions {
  inbox: Inbox;
  /** Handles one update; may be called again for one that was not settled. */
  handle: (item: InboxItem) => Promise<'done' | 'captured'>;
  /** What was captured still needs its receipt. */
  receipt: (item: InboxItem) => void;
  /** Told once about an update that failed each time. */
  setAside: (item: InboxItem) => void;
  now: () => number;
  log: Log;
}

export interface InboxWorker {
  take(items: InboxItem[]): void;
  /** Lets running handlers end; what waits is there at the next start. */
  close(): Promise<void>;
}

const maxAttempts = 3;
const retryMs = 1_000;
const settleAgainMs = 5_000;
const longestPauseMs = 30_000;

/** Works the inbox in order within a chat, chats side by side. */
export function createInboxWorker(options: InboxWorkerOptions): InboxWorker {
  const { inbox, handle, receipt, now, log } = options;
  const chats = new Map<number, InboxItem[]>();
  const working = new Set<Promise<void>>();
  const closing = new AbortController();
  const pause = (ms: number) =>
    sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined);

  const workChat = async (chatId: number, items: InboxItem[]) => {
    for (let item = items[0]; item && !closing.signal.aborted; item = items[0]) {
      await work(item);
      items.shift();
    }
    if (items.length === 0) chats.delete(chatId);
  };

  const work = async (item: InboxItem) => {
    if (item.state === 'receipt') return receipt(item);
    for (let failures = 0; !closing.signal.aborted; failures++) {
      try {
        const outcome = await handle(item);
        if (outcome === 'captured') receipt(item);
        else await settle(item);
        return;
      } catch (error) {
        if (await givenUp(item, error, failures)) return;
      }
    }
  };

  /** What was handled is not handled again because the disk is full: only this is. */
  const settle = async (item: InboxItem) => {
    do {
      try {
        inbox.settle([item.seq], now());
        return;
      } catch (err) {
        log.error({ seq: item.seq, err }, 'a handled update could not be settled; trying again');
        await pause(settleAgainMs);
      }
    } while (!closing.signal.aborted);
  };

  /** Without Telegram an update waits; one that fails by itself is set aside after a few tries. */
  const givenUp = async (item: InboxItem, error: unknown, failures: number): Promise<boolean> => {
    if (closing.signal.aborted) return true;
    const ids = { seq: item.seq, updateId: item.updateId, userId: item.userId };
    if (isPassing(error)) {
      log.debug({ ...ids, err: error }, 'an answer could not be sent; trying again');
      const backOffMs = Math.min(retryMs * 2 ** failures, longestPauseMs);
      await pause(pauseMs(error, backOffMs));
      return false;
    }
    if (setAside(item, error)) {
      log.error({ ...ids, err: error }, 'update set aside; it is kept');
      options.setAside(item);
      return true;
    }
    log.warn({ ...ids, err: error }, 'update failed; trying again');
    await pause(retryMs);
    return false;
  };

  /** False also while the disk takes nothing: the update waits until it does. */
  const setAside = (item: InboxItem, error: unknown): boolean => {
    const reason = error instanceof Error ? error.message : String(error);
    try {
      return inbox.failed(item.seq, reason, maxAttempts) === 'set-aside';
    } catch (err) {
      log.error({ seq: item.seq, err }, 'the failure could not be recorded');
      return false;
    }
  };

  return {
    take(items) {
      for (const item of items) {
        const waiting = chats.get(item.chatId);
        if (waiting) {
          waiting.push(item);
          continue;
        }
        const lane = [item];
        chats.set(item.chatId, lane);
        const done = workChat(item.chatId, lane).finally(() => working.delete(done));
        working.add(done);
      }
    },
    async close() {
      closing.abort();
      await Promise.all(working);
    },
  };
}
