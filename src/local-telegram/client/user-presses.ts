import { randomInt } from 'node:crypto';
import type { InlineKeyboardButton, ReactionType } from 'grammy/types';
import { type Backend, unixNow } from '../backend.ts';
import type { Params } from '../bot-api/params.ts';
import type { UpdateBody } from '../chat-store.ts';
import { isPermittedReaction } from '../reactions.ts';
import { ClientError, type Sender } from './user-messages.ts';

/** A user presses an inline button, named by its callback data. */
export function pressButton(
  backend: Backend,
  { user, chat }: Sender,
  params: Params,
): { id: string } {
  const message = backend.store.message(chat.id, params.integer('message_id') ?? 0)?.message;
  const data = params.string('data');
  const buttons: InlineKeyboardButton[] = message?.reply_markup?.inline_keyboard.flat() ?? [];
  const isThere = buttons.some(
    (button) => 'callback_data' in button && button.callback_data === data,
  );
  if (!message || !data || !isThere) throw new ClientError('This button is no longer there.');
  const id = `${user.id}${randomInt(2 ** 47)}`;
  backend.store.transaction(() => {
    backend.store.saveCallbackQuery(id, chat.id);
    const callback_query = { id, from: user, chat_instance: String(chat.id), message, data };
    backend.updates.add({ callback_query } as UpdateBody);
  });
  backend.updates.announce();
  return { id };
}

/** A user sets or (without an emoji) takes back a reaction. */
export function reactAsUser(backend: Backend, { user, chat }: Sender, params: Params) {
  const entry = backend.store.message(chat.id, params.integer('message_id') ?? 0);
  const emoji = params.string('emoji');
  if (!entry) throw new ClientError('There is no such message.');
  if (emoji && !isPermittedReaction(emoji)) throw new ClientError('Telegram has no such reaction.');
  const { [user.id]: before = [], ...others } = entry.reactions;
  const after = emoji ? [emoji] : [];
  const reactions = emoji ? { ...others, [user.id]: after } : others;
  const { message_id } = entry.message;
  backend.store.transaction(() => {
    backend.store.saveReactions(chat.id, message_id, reactions);
    const change = { chat, message_id, user, date: unixNow() };
    const message_reaction = {
      ...change,
      old_reaction: before.map(asReaction),
      new_reaction: after.map(asReaction),
    };
    backend.updates.add({ message_reaction });
  });
  backend.updates.announce();
  backend.clients.publish(chat.id, { type: 'reaction', entry: { ...entry, reactions } });
}

function asReaction(emoji: string): ReactionType {
  return { type: 'emoji', emoji } as ReactionType;
}
