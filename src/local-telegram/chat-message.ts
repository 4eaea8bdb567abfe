import type {
  ForceReply,
  InlineKeyboardMarkup,
  Message,
  ReplyKeyboardMarkup,
  ReplyKeyboardRemove,
} from 'grammy/types';

export type ReplyKeyboard = ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply;
export type ReplyMarkup = InlineKeyboardMarkup | ReplyKeyboard;

/** Who reacted (by id) with which emoji. */
export type Reactions = Record<string, string[]>;

/** A message with what the chat knows about it beyond the Bot API's Message. */
export interface ChatMessage {
  message: Message;
  reactions: Reactions;
  /** The bot has confirmed the update that carried it. */
  confirmed: boolean;
  /** The reply keyboard that came with it: the bot never sees it again, the user does. */
  keyboard?: ReplyKeyboard;
}

/** The same, flat, as the client side (page and tests) reads it. */
export type SeenMessage = Message & {
  from_bot: boolean;
  reactions: string[];
  bot_reaction?: string;
  my_reaction?: string;
  confirmed: boolean;
  keyboard?: ReplyKeyboard;
};

export function seenBy(userId: number, botId: number, entry: ChatMessage): SeenMessage {
  const bot = entry.reactions[botId]?.[0];
  const mine = entry.reactions[userId]?.[0];
  return {
    ...entry.message,
    from_bot: entry.message.from?.id === botId,
    reactions: Object.values(entry.reactions).flat(),
    confirmed: entry.confirmed,
    ...(bot && { bot_reaction: bot }),
    ...(mine && { my_reaction: mine }),
    ...(entry.keyboard && { keyboard: entry.keyboard }),
  };
}
