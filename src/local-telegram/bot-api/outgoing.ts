import type { Chat, Message, MessageEntity, ReplyParameters } from 'grammy/types';
import { asQuoted, type Backend, publishMessage, unixNow } from '../backend.ts';
import type { ReplyKeyboard, ReplyMarkup } from '../chat-message.ts';
import { formatText } from '../formatting/format-text.ts';
import { FormatError, type FormattedText } from '../formatting/formatting.ts';
import { badRequest } from './api-error.ts';
import type { MethodCall } from './method.ts';
import type { Params } from './params.ts';

export const maxTextLength = 4096;
export const maxCaptionLength = 1024;

/** Sends a message of the bot: its content, and what every message may carry besides. */
export function sendToChat(call: MethodCall, chat: Chat, content: Partial<Message>): Message {
  const { backend, params } = call;
  const quoted = findQuoted(backend, params, chat);
  const markup = readMarkup(params);
  const message = newBotMessage(backend, chat, {
    ...(quoted && { reply_to_message: asQuoted(quoted) }),
    ...content,
    ...(markup && 'inline_keyboard' in markup && { reply_markup: markup }),
    ...(params.boolean('protect_content') && { has_protected_content: true }),
  });
  return publishMessage(backend, message, markup && asKeyboard(markup));
}

export function newBotMessage(backend: Backend, chat: Chat, content: Partial<Message>): Message {
  const message_id = backend.store.nextMessageId(chat.id);
  return { message_id, from: backend.bot, chat, date: unixNow(), ...content };
}

export function readText(params: Params): { text: string; entities?: MessageEntity[] } {
  const formatted = format(params, 'text', 'entities');
  if (!formatted.text) throw badRequest('message text is empty');
  if (formatted.text.length > maxTextLength) throw badRequest('message is too long');
  const { text, entities } = formatted;
  return { text, ...(entities.length > 0 && { entities }) };
}

export function readCaption(params: Params): {
  caption?: string;
  caption_entities?: MessageEntity[];
} {
  if (!params.string('caption')) return {};
  const { text, entities } = format(params, 'caption', 'caption_entities');
  if (text.length > maxCaptionLength) throw badRequest('message caption is too long');
  return {
    ...(text && { caption: text }),
    ...(entities.length > 0 && { caption_entities: entities }),
    ...(params.boolean('show_caption_above_media') && { show_caption_above_media: true }),
  };
}

export function format(params: Params, text: string, entities: string): FormattedText {
  try {
    const given = params.json<MessageEntity[]>(entities);
    return formatText(params.string(text) ?? '', params.string('parse_mode'), given);
  } catch (error) {
    if (error instanceof FormatError) throw badRequest(error.message);
    throw error;
  }
}

export function readMarkup(params: Params): ReplyMarkup | undefined {
  const markup = params.json<ReplyMarkup>('reply_markup');
  if (!markup || Object.keys(markup).length === 0) return undefined;
  for (const button of 'inline_keyboard' in markup ? markup.inline_keyboard.flat() : []) {
    if (!button.text)
      throw badRequest("can't parse inline keyboard button: text buttons are unallowed");
    const data = 'callback_data' in button ? Buffer.byteLength(button.callback_data) : undefined;
    if (data !== undefined && (data < 1 || data > 64)) throw badRequest('BUTTON_DATA_INVALID');
  }
  return markup;
}

function asKeyboard(markup: ReplyMarkup): ReplyKeyboard | undefined {
  return 'inline_keyboard' in markup ? undefined : markup;
}

function findQuoted(backend: Backend, params: Params, chat: Chat): Message | undefined {
  const reply = params.json<ReplyParameters>('reply_parameters');
  const id = reply?.message_id ?? params.integer('reply_to_message_id');
  if (!id) return undefined;
  const quoted = backend.store.message(chat.id, Number(id))?.message;
  const optional =
    reply?.allow_sending_without_reply ?? params.boolean('allow_sending_without_reply');
  if (!quoted && !optional) throw badRequest('message to be replied not found');
  return quoted;
}
