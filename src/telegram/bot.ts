import { type Api, type Composer, Context } from 'grammy';
import type { Update, UserFromGetMe } from 'grammy/types';
import type { Log } from '../log.ts';
import type { Inbox, InboxItem } from '../ports/inbox.ts';
import { passed } from '../steps.ts';
import { type AllowList, senderOf } from './allow-list.ts';
import { commands } from './commands.ts';
import { createConnection } from './connection.ts';
import type { SenkoContext } from './context.ts';
import { createInboxWorker } from './inbox-worker.ts';
import type { Pairing } from './pairing.ts';
import { isPassing } from './passing-trouble.ts';
import { startPolling } from './polling.ts';
import { createReceipts, type ReceiptOptions } from './receipts.ts';

export interface BotOptions {
  api: Api;
  inbox: Inbox;
  allowList: AllowList;
  pairing: Pairing;
  features: Composer<SenkoContext>;
  receipt: ReceiptOptions['kind'];
  /** Told whenever Telegram has answered. */
  heard: (botId: number) => void;
  /** Told once Telegram has said who the bot is. */
  onStart: (me: UserFromGetMe) => void;
  now: () => number;
  log: Log;
}

export interface SenkoBot {
  /** Updates of strangers since the start. */
  strangers(): number;
  close(): Promise<void>;
}

/** Telegram → allow list → inbox (on disk) → confirmed; then, from the inbox: features, receipts. */
export function startBot(options: BotOptions): SenkoBot {
  const { api, inbox, features, now, log } = options;
  const receipts = createReceipts({ api, inbox, kind: options.receipt, now, log });
  const connection = createConnection(log);
  let me: UserFromGetMe | undefined;
  let strangers = 0;

  const worker = createInboxWorker({
    inbox,
    handle: (item) => handle(item, { api, me: known(me), features }),
    receipt: receipts.send,
    setAside: (item) => apologise(item, api, log),
    now,
    log,
  });

  const accept = (updates: Update[]) => {
    const admitted = updates.flatMap((update) => {
      const sender = senderOf(update);
      if (sender && options.allowList.allows(sender)) {
        return [{ ...sender, botId: known(me).id, updateId: update.update_id, payload: update }];
      }
      if (tryToPair(update, options)) return [];
      strangers++;
      log.debug({ updateId: update.update_id, strangers }, 'a stranger');
      return [];
    });
    if (admitted.length > 0) {
      const stored = inbox.accept(admitted, now());
      passed('update stored');
      worker.take(stored);
    }
  };

  const noteHeard = (botId: number) => {
    try {
      options.heard(botId);
    } catch (err) {
      log.error({ err }, 'it could not be recorded that Telegram was heard');
    }
  };

  const stopPolling = startPolling({
    api,
    connection,
    accept,
    heard: () => me && noteHeard(me.id),
    log,
    async onStart(who) {
      await announceCommands(api, log);
      me = who;
      log.info({ bot: who.username }, 'Telegram connected');
      inbox.retrySetAside();
      worker.take(inbox.open());
      options.onStart(who);
    },
  });

  return {
    strangers: () => strangers,
    async close() {
      await stopPolling();
      await worker.close();
      await receipts.close();
    },
  };
}

/** A menu is a convenience: a server without one is served all the same. */
async function announceCommands(api: Api, log: Log): Promise<void> {
  try {
    await api.setMyCommands(commands);
  } catch (err) {
    if (isPassing(err)) throw err;
    log.warn({ err }, 'Telegram did not take the command menu');
  }
}

/** Nothing is accepted or handled before Telegram has said who the bot is. */
function known(me: UserFromGetMe | undefined): UserFromGetMe {
  if (!me) throw new Error('the bot has not started');
  return me;
}

async function handle(
  item: InboxItem,
  { api, me, features }: { api: Api; me: UserFromGetMe; features: Composer<SenkoContext> },
): Promise<'done' | 'captured'> {
  const context: SenkoContext = Object.assign(new Context(item.payload as Update, api, me), {
    item,
    captured: false,
  });
  await features.middleware()(context, () => Promise.resolve());
  return context.captured ? 'captured' : 'done';
}

/** `/start CODE` of the one who can read the terminal. True: it was an attempt, and is dealt with. */
function tryToPair(update: Update, { pairing, api, now, log }: BotOptions): boolean {
  const { message } = update;
  const code = /^\/start(?:@\w+)?\s+(\S+)$/.exec(message?.text ?? '')?.[1];
  if (!message?.from || message.chat.type !== 'private' || code === undefined) return false;
  const userId = message.from.id;
  const outcome = pairing.attempt(userId, code, now());
  if (outcome === 'closed') return false;
  if (outcome === 'limited') {
    log.warn({ userId }, 'too many wrong pairing codes');
    return true;
  }
  log.info({ userId, outcome }, 'pairing');
  const text =
    outcome === 'paired'
      ? 'Paired: from now on I talk with you and nobody else. Hi, I am Senko 🦊 Just talk to me, or send /journal start to keep your day; /help shows all I can do.'
      : 'That is not the code that my terminal shows.';
  api.sendMessage(message.chat.id, text).catch((err) => log.warn({ err }, 'pairing not answered'));
  return true;
}

function apologise({ chatId, messageId }: InboxItem, api: Api, log: Log): void {
  const text =
    'I stumbled over this one three times. It is kept, and the log says why; nothing is lost.';
  const reply = messageId !== null && {
    reply_parameters: { message_id: messageId, allow_sending_without_reply: true },
  };
  api.sendMessage(chatId, text, { ...reply }).catch((err) => log.warn({ err }, 'apology not sent'));
}
