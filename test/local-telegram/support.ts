import { Api } from 'grammy';
import { type LocalTelegram, startLocalTelegram } from '../../src/local-telegram/local-telegram.ts';
import { TelegramUser } from '../support/telegram-user.ts';

export interface Answer {
  ok: boolean;
  result: unknown;
  error_code?: number;
  description?: string;
  parameters?: { retry_after: number };
}
export interface Stage extends AsyncDisposable {
  telegram: LocalTelegram;
  user: TelegramUser;
  api: Api;
  call(method: string, params?: object): Promise<Answer>;
}

/** A Telegram in memory, its owner, and the bot's side of it. */
export async function openStage(file = ':memory:'): Promise<Stage> {
  const telegram = await startLocalTelegram({ file, port: 0 });
  const user = new TelegramUser(telegram.url, { firstName: 'Ada' });
  return {
    telegram,
    user,
    api: new Api(telegram.token, { apiRoot: telegram.url }),
    call: (method, params = {}) => callBotApi(telegram, method, params),
    async [Symbol.asyncDispose]() {
      user.close();
      await telegram.close();
    },
  };
}

export async function callBotApi(
  { url, token }: { url: string; token: string },
  method: string,
  params: object = {},
): Promise<Answer> {
  const response = await fetch(`${url}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  return (await response.json()) as Answer;
}

/** A PNG header is all that a photo needs here: its size is read from it. */
export function pngOf(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(33);
  bytes.writeUInt32BE(0x89504e47, 0);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}
