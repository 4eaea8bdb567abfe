import { autoRetry } from '@grammyjs/auto-retry';
import { Api, type ApiClientOptions } from 'grammy';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';

export interface TelegramAccess {
  token: string;
  /** A self-hosted Bot API server, or the local Telegram. */
  apiRoot?: string | undefined;
  proxy?: string | undefined;
  /** Ends every call that is still under way, at the end of a stop. */
  ending?: AbortSignal;
  /** Gives up soon instead of waiting out a busy Telegram. */
  hasty?: boolean;
}

/** The Bot API as everything here calls it; waits out 429, and leaves network errors to the caller. */
export function createApi({ token, apiRoot, proxy, ending, hasty }: TelegramAccess): Api {
  const client: ApiClientOptions = {
    timeoutSeconds: hasty ? 8 : 60,
    ...(apiRoot && { apiRoot }),
    ...(proxy && { baseFetchConfig: { agent: proxyAgent(proxy), compress: true } }),
  };
  const api = new Api(token, client);
  // Retrying a lost answer would send the message twice.
  if (!hasty)
    api.config.use(
      autoRetry({ rethrowHttpErrors: true, maxRetryAttempts: 3, maxDelaySeconds: 60 }),
    );
  if (ending) {
    api.config.use((call, method, payload, signal) => {
      const signals = [ending, ...(signal ? [signal as unknown as AbortSignal] : [])];
      return call(method, payload, grammySignal(AbortSignal.any(signals)));
    });
  }
  return api;
}

/** grammY's types name the signal of an old polyfill; it takes the platform's. */
export const grammySignal = (signal: AbortSignal) => signal as never;

function proxyAgent(proxy: string) {
  return new URL(proxy).protocol.startsWith('socks')
    ? new SocksProxyAgent(proxy)
    : new HttpsProxyAgent(proxy);
}
