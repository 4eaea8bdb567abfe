import type { LocalTelegram } from '../src/local-telegram/local-telegram.ts';
import type { TelegramUser } from '../test/support/telegram-user.ts';

export interface ReceiptTimes {
  /** From the answer of the long poll that carried the update to the arrival of its receipt. */
  latenciesMs: number[];
  perSecond: number;
}

/** Sends texts into an open journal and watches, as Telegram would, when their receipts come. */
export async function measureReceipts(
  telegram: LocalTelegram,
  user: TelegramUser,
  options: { count: number; everyMs: number },
): Promise<ReceiptTimes> {
  const accepted = new Map<number, number>();
  const receipts = new Map<number, number>();
  const end = telegram.on((call) => {
    const method = call.method.toLowerCase();
    if (method === 'setmessagereaction' && call.kind === 'request') {
      const { chat_id, message_id } = call.params;
      if (Number(chat_id) === user.id) receipts.set(Number(message_id), call.at);
    }
    if (method !== 'getupdates' || call.kind !== 'answer' || !call.ok) return;
    for (const update of call.result as {
      message?: { message_id: number; chat: { id: number } };
    }[]) {
      const { message } = update;
      if (message?.chat.id === user.id) accepted.set(message.message_id, call.at);
    }
  });

  const sent: number[] = [];
  for (let number = 0; number < options.count; number++) {
    const sending = user.send(`thought ${number}, of ordinary length, as people have them`);
    if (options.everyMs > 0) await pause(options.everyMs);
    sent.push((await sending).message_id);
  }
  while (sent.some((id) => !receipts.has(id))) await pause(5);
  end();

  const latenciesMs = sent.map((id) => (receipts.get(id) ?? 0) - (accepted.get(id) ?? 0));
  const first = Math.min(...sent.map((id) => accepted.get(id) ?? 0));
  const last = Math.max(...sent.map((id) => receipts.get(id) ?? 0));
  return { latenciesMs, perSecond: (sent.length / (last - first)) * 1000 };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
