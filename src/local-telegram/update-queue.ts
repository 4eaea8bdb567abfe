import type { Update } from 'grammy/types';
import type { ChatStore, UpdateBody } from './chat-store.ts';

export type UpdateQueue = ReturnType<typeof createUpdateQueue>;
export interface Poll {
  offset: number;
  limit: number;
  timeoutMs: number;
  allowedUpdates: string[] | undefined;
}
export type PollOutcome = Update[] | 'superseded' | 'closed';

// Telegram sends these only to bots that ask for them by name.
const onRequestOnly = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

/** The bot's unconfirmed updates, and the one long poll that may wait for them. */
export function createUpdateQueue(
  store: ChatStore,
  onConfirmed: (messages: { chat_id: number; message_id: number }[]) => void,
) {
  let allowed = JSON.parse(store.setting('allowed_updates') ?? '[]') as string[];
  let endWaiting: ((outcome: PollOutcome) => void) | undefined;

  const isWanted = (kind: string) =>
    allowed.length > 0 ? allowed.includes(kind) : !onRequestOnly.has(kind);

  function allowOnly(kinds: string[]) {
    if (JSON.stringify(kinds) === JSON.stringify(allowed)) return;
    allowed = kinds;
    store.saveSetting('allowed_updates', JSON.stringify(kinds));
  }

  function confirmBefore(offset: number) {
    const first = offset < 0 ? (store.updateFromEnd(-offset) ?? 0) : offset;
    if (first <= 0) return;
    const messages = store.removeUpdatesBefore(first);
    if (messages.length > 0) onConfirmed(messages);
  }

  return {
    /** Stores an update; call `announce` once the transaction around it is committed. */
    add(body: UpdateBody): number | undefined {
      return Object.keys(body).every(isWanted) ? store.insertUpdate(body) : undefined;
    },

    announce() {
      if (!endWaiting) return;
      const updates = store.pendingUpdates(100);
      if (updates.length > 0) endWaiting(updates);
    },

    poll(poll: Poll, onGone: (forget: () => void) => void): PollOutcome | Promise<PollOutcome> {
      endWaiting?.('superseded');
      if (poll.allowedUpdates) allowOnly(poll.allowedUpdates);
      confirmBefore(poll.offset);
      const updates = store.pendingUpdates(poll.limit);
      if (updates.length > 0 || poll.timeoutMs <= 0) return updates;
      const { promise, resolve } = Promise.withResolvers<PollOutcome>();
      const timer = setTimeout(() => end([]), poll.timeoutMs);
      function end(outcome: PollOutcome) {
        clearTimeout(timer);
        if (endWaiting === end) endWaiting = undefined;
        resolve(Array.isArray(outcome) ? outcome.slice(0, poll.limit) : outcome);
      }
      endWaiting = end;
      onGone(() => end('closed'));
      return promise;
    },

    pendingCount: () => store.pendingCount(),
    allowedUpdates: () => allowed,
    close: () => endWaiting?.('closed'),
  };
}
