import type { Message, User } from 'grammy/types';
import type { ReplyKeyboard } from './chat-message.ts';
import type { ChatStore } from './chat-store.ts';
import type { ClientEvents } from './client/client-events.ts';
import type { FileStore } from './file-store.ts';
import type { UpdateQueue } from './update-queue.ts';

/** What the bot's side and the user's side both work on. */
export interface Backend {
  bot: User & { username: string };
  token: string;
  store: ChatStore;
  files: FileStore;
  updates: UpdateQueue;
  clients: ClientEvents;
}

export const unixNow = () => Math.floor(Date.now() / 1000);

/** Puts a new message of the bot into its chat and shows it. */
export function publishMessage(
  backend: Backend,
  message: Message,
  keyboard?: ReplyKeyboard,
): Message {
  backend.store.insertMessage(message, keyboard);
  const entry = { message, reactions: {}, confirmed: false, ...(keyboard && { keyboard }) };
  backend.clients.publish(message.chat.id, { type: 'message', entry });
  return message;
}

/** Replaces a message by its edited version and shows it. */
export function publishEdit(backend: Backend, message: Message): Message {
  backend.store.replaceMessage(message);
  const entry = backend.store.message(message.chat.id, message.message_id)!;
  backend.clients.publish(message.chat.id, { type: 'edited', entry });
  return message;
}

/** A message as others quote it: without what it quotes itself. */
export function asQuoted(message: Message): NonNullable<Message['reply_to_message']> {
  const { reply_to_message: _, ...quoted } = message;
  return quoted as NonNullable<Message['reply_to_message']>;
}
