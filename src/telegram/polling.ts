import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from 'grammy';
import type { Update, UserFromGetMe } from 'grammy/types';
import type { Log } from '../log.ts';
import { grammySignal } from './api.ts';
import type { Connection } from './connection.ts';

export interface PollingOptions {
  api: Api;
  connection: Connection;
  /** Called once Telegram has told who we are, before the first poll. */
  onStart: (me: UserFromGetMe) => Promise<void>;
  /** Must have stored the updates when it returns; if it throws they are asked for again. */
  accept: (updates: Update[]) => void;
  /** Called whenever Telegram has answered. */
  heard: () => void;
  log: Log;
}

export const allowedUpdates = ['message', 'edited_message', 'callback_query'] as const;
const pollSeconds = 30;
const storeRetryMs = 5_000;
const lastConfirmMs = 2_000;

/**
 * Long polling in which a whole batch reaches the disk in one commit before Telegram is told:
 * the next poll's offset is what confirms it. The returned function ends it, the last batch confirmed.
 */
export function startPolling(options: PollingOptions): () => Promise<void> {
  const { api, connection, accept, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let offset = 0;

  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);

  /** Undefined: it failed, and the pause is over. */
  const attempt = async <T>(call: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await call();
      connection.works();
      options.heard();
      return result;
    } catch (error) {
      if (!signal.aborted) await pause(connection.failed(error));
      return undefined;
    }
  };

  const poll = async () => {
    const query = { offset, timeout: pollSeconds, allowed_updates: [...allowedUpdates] };
    const updates = await attempt(() => api.getUpdates(query, grammySignal(signal)));
    const last = updates?.at(-1);
    if (!updates || !last) return;
    try {
      accept(updates);
      offset = last.update_id + 1;
    } catch (err) {
      log.error({ err }, 'updates could not be stored; Telegram keeps them until they can');
      await pause(storeRetryMs);
    }
  };

  const run = async () => {
    let started = false;
    while (!signal.aborted && !started) {
      const me = await attempt(() => api.getMe(grammySignal(signal)));
      if (me) started = (await attempt(() => options.onStart(me).then(() => true))) ?? false;
    }
    while (!signal.aborted) await poll();
  };

  const running = run();
  return async () => {
    stopping.abort();
    await running;
    if (offset === 0) return;
    const confirm = { offset, limit: 1, timeout: 0, allowed_updates: [...allowedUpdates] };
    await api.getUpdates(confirm, grammySignal(AbortSignal.timeout(lastConfirmMs))).catch((err) => {
      // They come again at the next start, and are folded by their ids.
      log.debug({ err }, 'last updates not confirmed');
    });
  };
}
