import { randomBytes, randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Backend } from './backend.ts';
import { type BotApi, serveBotApi } from './bot-api/bot-api.ts';
import { type ChatStore, openChatStore } from './chat-store.ts';
import { serveClient } from './client/client-api.ts';
import { createClientEvents } from './client/client-events.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFileStore } from './file-store.ts';
import { checkListenHost, refusal } from './guard.ts';
import { createObservers, type Observer } from './observers.ts';
import { sendFile } from './send-file.ts';
import { servePage } from './serve-page.ts';
import { createUpdateQueue } from './update-queue.ts';

export interface LocalTelegramOptions {
  /** The SQLite file that keeps chats, files and updates; or ':memory:'. */
  file: string;
  /** 0: any free one. */
  port: number;
  host?: string;
  allowOtherInterfaces?: boolean;
  bot?: { id?: number; first_name?: string; username?: string; token?: string };
  log?: { warn(details: object, message: string): void };
}

export interface LocalTelegram extends AsyncDisposable {
  url: string;
  token: string;
  faults: Faults;
  on(observer: Observer): () => void;
  close(): Promise<void>;
}

/** A Telegram of one's own: the Bot API for the bot, a chat page for the user, one SQLite file. */
export async function startLocalTelegram(options: LocalTelegramOptions): Promise<LocalTelegram> {
  const host = options.host ?? '127.0.0.1';
  checkListenHost(host, options.allowOtherInterfaces ?? false);
  const backend = openBackend(options);
  const faults = createFaults();
  const observers = createObservers();
  const api = { backend, faults, observers, log: options.log };
  const server = createServer((request, response) => void serve(api, host, request, response));
  // Bots keep connections open between calls; the default of 5 s would break them at bad moments.
  server.keepAliveTimeout = 75_000;
  try {
    await listen(server, options.port, host);
  } catch (error) {
    backend.store.close();
    throw error;
  }
  const close = once(() => closeAll(server, backend));
  return {
    url: addressOf(server, host),
    token: backend.token,
    faults,
    on: observers.add,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function serve(
  api: BotApi,
  listenHost: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    const url = new URL(request.url ?? '/', 'http://local');
    const isBotApi = url.pathname.startsWith('/bot') || url.pathname.startsWith('/file/bot');
    const refused = refusal(request, listenHost, !isBotApi);
    if (refused) response.writeHead(403, { 'content-type': 'text/plain' }).end(`${refused}\n`);
    else if (url.pathname.startsWith('/bot')) await serveBotApi(api, request, response, url);
    else if (isBotApi) serveDownload(api, request, response, url.pathname);
    else if (url.pathname.startsWith('/client/'))
      await serveClient(api.backend, request, response, url);
    else await servePage(response, url.pathname);
  } catch (error) {
    api.log?.warn({ err: error }, 'local Telegram could not answer');
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

function serveDownload(
  { backend, faults }: BotApi,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) {
  const fault = faults.down ? undefined : faults.take('file');
  if (faults.down || fault?.kind === 'drop-before' || fault?.kind === 'drop-after')
    return void request.socket.destroy();
  if (fault?.kind === 'status') return void response.writeHead(fault.status).end();
  const [, token, filePath = ''] = /^\/file\/bot([^/]+)\/(.+)$/.exec(path) ?? [];
  if (token !== backend.token || faults.unauthorized) return void response.writeHead(401).end();
  sendFile(backend.files, request, response, backend.files.findByPath(filePath));
}

function openBackend({ file, bot = {} }: LocalTelegramOptions): Backend {
  const store = openChatStore(file);
  const clients = createClientEvents();
  const updates = createUpdateQueue(store, (messages) => {
    for (const [chatId, those] of Map.groupBy(messages, ({ chat_id }) => chat_id))
      clients.publish(chatId, {
        type: 'confirmed',
        message_ids: those.map(({ message_id }) => message_id),
      });
  });
  return {
    bot: {
      id: bot.id ?? Number(rememberedToken(store, bot).split(':')[0]),
      is_bot: true,
      first_name: bot.first_name ?? 'Senko',
      username: bot.username ?? 'senko_local_bot',
    },
    token: rememberedToken(store, bot),
    store,
    files: createFileStore(store.db),
    updates,
    clients,
  };
}

/** Drawn once, of a real token's shape: id and token survive a restart, and a new file is another bot. */
function rememberedToken(
  store: ChatStore,
  { id = randomInt(1_000_000_000, 2 ** 31), token }: { id?: number; token?: string },
): string {
  const kept =
    token ??
    store.setting('token') ??
    `${id}:AA${randomBytes(33).toString('base64url').slice(0, 33)}`;
  if (kept !== store.setting('token')) store.saveSetting('token', kept);
  return kept;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function closeAll(server: Server, backend: Backend) {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  backend.updates.close();
  server.closeAllConnections();
  await closed;
  backend.store.close();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
