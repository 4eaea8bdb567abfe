import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from 'grammy';
import type { Log } from '../log.ts';
import type { Inbox, InboxItem } from '../ports/inbox.ts';
import { isPassing, pauseMs } from './passing-trouble.ts';

export interface ReceiptOptions {
  api: Api;
  inbox: Inbox;
  kind: 'reaction' | 'message' | 'none';
  now: () => number;
  log: Log;
}

export interface Receipts {
  /** Sends the receipt of an entry that is on the disk, in order within a chat. */
  send(item: InboxItem): void;
  close(): Promise<void>;
}

/** Receipts that were sent are recorded together; a crash before that repeats a reaction, harmlessly. */
const recordEveryMs = 250;
const retryMs = 2_000;

export function createReceipts({ api, inbox, kind, now, log }: ReceiptOptions): Receipts {
  const lanes = new Map<number, Promise<void>>();
  const closing = new AbortController();
  let sent: number[] = [];

  const record = () => {
    if (sent.length === 0) return;
    try {
      inbox.settle(sent, now());
      sent = [];
    } catch (err) {
      log.error({ err }, 'receipts could not be recorded; trying again');
    }
  };
  const recorder = setInterval(record, recordEveryMs);

  const deliver = async (item: InboxItem) => {
    while (!closing.signal.aborted) {
      try {
        await sendReceipt(api, kind, item);
        sent.push(item.seq);
        if (kind === 'message') record();
        return;
      } catch (err) {
        if (!isPassing(err)) {
          log.warn({ seq: item.seq, err }, 'receipt refused');
          sent.push(item.seq);
          return;
        }
        const waitMs = pauseMs(err, retryMs);
        await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };

  return {
    send(item) {
      const lane = (lanes.get(item.chatId) ?? Promise.resolve()).then(() => deliver(item));
      lanes.set(item.chatId, lane);
      void lane.finally(() => {
        if (lanes.get(item.chatId) === lane) lanes.delete(item.chatId);
      });
    },
    async close() {
      closing.abort();
      await Promise.all(lanes.values());
      clearInterval(recorder);
      record();
    },
  };
}

async function sendReceipt(api: Api, kind: ReceiptOptions['kind'], item: InboxItem): Promise<void> {
  const { chatId, messageId } = item;
  if (kind === 'none' || messageId === null) return;
  if (kind === 'reaction') {
    try {
      await api.setMessageReaction(chatId, messageId, [{ type: 'emoji', emoji: '✍' }]);
      return;
    } catch (error) {
      // A chat may not allow reactions: the message says the same.
      if (isPassing(error)) throw error;
    }
  }
  await api.sendMessage(chatId, '✓', {
    disable_notification: true,
    reply_parameters: { message_id: messageId, allow_sending_without_reply: true },
  });
}
