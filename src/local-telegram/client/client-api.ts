import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Chat, User } from 'grammy/types';
import type { Backend } from '../backend.ts';
import { type Params, readParams } from '../bot-api/params.ts';
import { commandsFor } from '../bot-api/profile.ts';
import { seenBy } from '../chat-message.ts';
import { readCall, TooLargeError, UnreadableBodyError } from '../read-call.ts';
import { sendFile } from '../send-file.ts';
import type { ChatEvent, ClientEvent } from './client-events.ts';
import { ClientError, editFromUser, type Sender, sendFromUser } from './user-messages.ts';
import { pressButton, reactAsUser } from './user-presses.ts';

type Route = (backend: Backend, sender: Sender, params: Params) => unknown;

const reads: Record<string, Route> = { state: readState, history: readHistory };
const writes: Record<string, Route> = {
  send: (backend, sender, params) => ({ messages: sendFromUser(backend, sender, params) }),
  edit: (backend, sender, params) => ({ message: editFromUser(backend, sender, params) }),
  press: pressButton,
  react: (backend, sender, params) => {
    reactAsUser(backend, sender, params);
    return {};
  },
};
const keepAliveMs = 15_000;

/** What the page and the tests speak: the user's side of the chat, under /client/. */
export async function serveClient(
  backend: Backend,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) {
  const name = url.pathname.slice('/client/'.length);
  const isRead = request.method === 'GET';
  if (isRead && name.startsWith('file/'))
    return sendFile(backend.files, request, response, backend.files.find(name.slice(5)));
  const route = isRead ? reads[name] : writes[name];
  if (!route && name !== 'events')
    return answer(response, 404, { error: 'There is no such page.' });
  try {
    const params = readParams(await readCall(request, url.searchParams));
    const sender = readSender(params);
    if (route) answer(response, 200, route(backend, sender, params));
    else streamEvents(backend, sender, response);
  } catch (error) {
    const known = error instanceof ClientError || error instanceof UnreadableBodyError;
    if (!known && !(error instanceof TooLargeError)) throw error;
    answer(response, 400, { error: known ? error.message : 'A message holds 50 MB at most.' });
  }
}

function readState(backend: Backend, { user, chat }: Sender, params: Params) {
  const draft = backend.clients.draft(chat.id);
  return {
    bot: backend.bot,
    description: backend.store.setting('description') ?? '',
    user,
    chat,
    commands: commandsFor(backend, chat, user.language_code),
    messages: readHistory(backend, { user, chat }, params).messages,
    ...(draft && { draft }),
  };
}

function readHistory(backend: Backend, { user, chat }: Sender, params: Params) {
  const before = params.integer('before');
  const limit = params.integer('limit');
  const page = { ...(before !== undefined && { before }), ...(limit !== undefined && { limit }) };
  const messages = backend.store.messages(chat.id, page);
  return { messages: messages.map((entry) => seenBy(user.id, backend.bot.id, entry)) };
}

function streamEvents(backend: Backend, { user, chat }: Sender, response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  const send = (event: ChatEvent) => {
    const seen = personal(event, user.id, backend.bot.id);
    response.write(`data: ${JSON.stringify(seen)}\n\n`);
  };
  const stop = backend.clients.watch(chat.id, send);
  const keepAlive = setInterval(() => response.write(': still here\n\n'), keepAliveMs);
  response.once('close', () => {
    stop();
    clearInterval(keepAlive);
  });
}

function personal(event: ChatEvent, userId: number, botId: number): ClientEvent {
  if (!('entry' in event)) return event;
  const message = seenBy(userId, botId, event.entry);
  if (event.type !== 'reaction') return { type: event.type, message };
  const { message_id, reactions, bot_reaction, my_reaction } = message;
  return {
    type: 'reaction',
    message_id,
    reactions,
    ...(bot_reaction && { bot_reaction }),
    ...(my_reaction && { my_reaction }),
  };
}

function readSender(params: Params): Sender {
  const id = params.integer('user') ?? 1;
  if (id <= 0) throw new ClientError('A user id is a positive number.');
  const username = params.string('username');
  const language_code = params.string('language_code');
  const first_name = params.string('first_name') ?? (id === 1 ? 'Owner' : `User ${id}`);
  const name = { first_name, ...(username && { username }) };
  const user: User = { id, is_bot: false, ...name, ...(language_code && { language_code }) };
  const groupId = params.integer('chat') ?? id;
  const chat: Chat =
    groupId < 0
      ? { id: groupId, type: 'group', title: params.string('title') ?? 'A group' }
      : { id, type: 'private', ...name };
  return { user, chat };
}

function answer(response: ServerResponse, status: number, value: unknown) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}
