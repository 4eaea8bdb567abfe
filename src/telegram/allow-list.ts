import type { Update } from 'grammy/types';
import type { Users } from '../ports/users.ts';

export interface Sender {
  userId: number;
  chatId: number;
  messageId: number | null;
}

/** Who may talk to Senko: those whom the configuration names, and who has paired; in private chats. */
export interface AllowList {
  allows(sender: Sender): boolean;
  userIds(): number[];
}

export function createAllowList(users: Users, allowedUserIds: number[]): AllowList {
  const allowed = new Set(allowedUserIds);
  return {
    allows: ({ userId, chatId }) =>
      // A private chat has the id of its user; anything else is a group.
      chatId === userId && (allowed.has(userId) || users.get(userId) !== undefined),
    userIds: () => [...new Set([...allowed, ...users.list().map(({ userId }) => userId)])],
  };
}

/** Undefined for what has no sender that could be allowed. */
export function senderOf(update: Update): Sender | undefined {
  const said = update.message ?? update.edited_message;
  const message = said ?? update.callback_query?.message;
  const from = said?.from ?? update.callback_query?.from;
  if (!message || !from) return undefined;
  const messageId = said?.message_id ?? null;
  return { userId: from.id, chatId: message.chat.id, messageId };
}
