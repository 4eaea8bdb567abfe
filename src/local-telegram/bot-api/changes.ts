import { isDeepStrictEqual } from 'node:util';
import type { Message, ReactionType } from 'grammy/types';
import { publishEdit, unixNow } from '../backend.ts';
import { isPermittedReaction } from '../reactions.ts';
import { badRequest } from './api-error.ts';
import { type MethodCall, type Methods, requireChat, requireMessage } from './method.ts';
import { readCaption, readMarkup, readText } from './outgoing.ts';

export const changeMethods: Methods = {
  editMessageText(call) {
    return edit(call, (message) => {
      if (message.text === undefined) throw badRequest('there is no text in the message to edit');
      const { entities: _, ...rest } = message;
      return { ...rest, ...readText(call.params) };
    });
  },

  editMessageCaption(call) {
    return edit(call, (message) => {
      const { caption: _, caption_entities: __, ...rest } = message;
      if (message.text !== undefined)
        throw badRequest('there is no caption in the message to edit');
      return { ...rest, ...readCaption(call.params) };
    });
  },

  editMessageReplyMarkup: (call) => edit(call, (message) => message),

  deleteMessage(call) {
    const { message } = requireMessage(call, 'message to delete not found');
    remove(call, message.chat.id, [message.message_id]);
    return true;
  },

  deleteMessages(call) {
    const chat = requireChat(call);
    const ids = call.params.json<number[]>('message_ids') ?? [];
    if (ids.length === 0 || ids.length > 100)
      throw badRequest('message identifiers are not specified');
    remove(call, chat.id, ids);
    return true;
  },

  setMessageReaction(call) {
    const { message, reactions } = requireMessage(call, 'message to react not found');
    const wanted = call.params.json<ReactionType[]>('reaction') ?? [];
    if (wanted.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    const emoji = wanted.map((reaction) => (reaction.type === 'emoji' ? reaction.emoji : ''));
    if (!emoji.every(isPermittedReaction)) throw badRequest('REACTION_INVALID');
    const { backend } = call;
    const { [backend.bot.id]: _, ...others } = reactions;
    const now = emoji.length > 0 ? { ...others, [backend.bot.id]: emoji } : others;
    backend.store.saveReactions(message.chat.id, message.message_id, now);
    const entry = backend.store.message(message.chat.id, message.message_id)!;
    backend.clients.publish(message.chat.id, { type: 'reaction', entry });
    return true;
  },

  answerCallbackQuery({ params, backend }) {
    const chatId = backend.store.takeCallbackQuery(params.string('callback_query_id') ?? '');
    if (chatId === undefined)
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    const text = params.string('text');
    const url = params.string('url');
    if (text && text.length > 200) throw badRequest('MESSAGE_TOO_LONG');
    backend.clients.publish(chatId, {
      type: 'callback_answer',
      show_alert: params.boolean('show_alert'),
      ...(text && { text }),
      ...(url && { url }),
    });
    return true;
  },
};

function edit(call: MethodCall, change: (message: Message) => Message): Message {
  const { message } = requireMessage(call, 'message to edit not found');
  if (message.from?.id !== call.backend.bot.id) throw badRequest("message can't be edited");
  const markup = readMarkup(call.params);
  const { reply_markup: _, ...changed } = change(message);
  const edited: Message = {
    ...changed,
    ...(markup && 'inline_keyboard' in markup && { reply_markup: markup }),
  };
  if (isDeepStrictEqual(edited, message))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  return publishEdit(call.backend, { ...edited, edit_date: unixNow() });
}

function remove(call: MethodCall, chatId: number, ids: number[]) {
  const { store, clients } = call.backend;
  const removed = ids.filter((id) => store.removeMessage(chatId, id));
  if (removed.length > 0) clients.publish(chatId, { type: 'deleted', message_ids: removed });
}
