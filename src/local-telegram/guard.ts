import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export class RefusedHostError extends Error {}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Anyone who reaches this port can read the chat, so it opens on this machine only, unless told. */
export function checkListenHost(host: string, allowOtherInterfaces: boolean) {
  if (loopback.has(host) || allowOtherInterfaces) return;
  throw new RefusedHostError(
    `The local Telegram listens on this machine only: ${host} is refused. Whoever reaches it can read the chat; LOCAL_TELEGRAM_OPEN=yes insists.`,
  );
}

/**
 * A web page elsewhere must not read or write the chat. Its requests carry its Origin; a name of its
 * own that it points at 127.0.0.1 (DNS rebinding) shows in Host; and a plain image tag sends neither,
 * but Sec-Fetch-Site.
 */
export function refusal(
  request: IncomingMessage,
  listenHost: string,
  forPage: boolean,
): string | undefined {
  const host = request.headers.host ?? '';
  const origin = request.headers.origin;
  const ownHost = isOwnHost(host, listenHost);
  if (forPage && !ownHost) return 'Refused: this address is not its own host.';
  if (origin !== undefined && !(ownHost && origin === `http://${host}`))
    return 'Refused: requests from other origins are not answered.';
  if (isCrossSite(request)) return 'Refused: requests from other sites are not answered.';
  return undefined;
}

function isOwnHost(host: string, listenHost: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (loopback.has(name) || name === listenHost) return true;
  // Opened to other interfaces, it is reached by their addresses; an address cannot be rebound.
  return !loopback.has(listenHost) && isIP(name) !== 0;
}

function isCrossSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  const followsLink =
    headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return (site === 'cross-site' || site === 'same-site') && !followsLink;
}
