import type { BotCommand, MessageEntity } from 'grammy/types';
import type { ChatMessage, SeenMessage } from '../chat-message.ts';

export interface Draft {
  draft_id: number;
  text: string;
  entities: MessageEntity[];
}

/** What happens in a chat, as the server sees it: `message` events are made personal on the way out. */
export type ChatEvent =
  | { type: 'message' | 'edited'; entry: ChatMessage }
  | { type: 'reaction'; entry: ChatMessage }
  | { type: 'deleted' | 'confirmed'; message_ids: number[] }
  | { type: 'draft'; draft: Draft }
  | { type: 'action'; action: string }
  | { type: 'callback_answer'; text?: string; show_alert: boolean; url?: string }
  | { type: 'commands'; commands: BotCommand[] };

/** The same as it reaches a client over server-sent events. */
export type ClientEvent =
  | { type: 'message' | 'edited'; message: SeenMessage }
  | {
      type: 'reaction';
      message_id: number;
      reactions: string[];
      bot_reaction?: string;
      my_reaction?: string;
    }
  | Exclude<ChatEvent, { entry: ChatMessage }>;

const draftLifeMs = 30_000;

export type ClientEvents = ReturnType<typeof createClientEvents>;

/** Who watches which chat; and the drafts, which live for 30 seconds and nowhere else. */
export function createClientEvents() {
  const watchers = new Map<number, Set<(event: ChatEvent) => void>>();
  const drafts = new Map<number, { draft: Draft; until: number }>();

  function publish(chatId: number, event: ChatEvent) {
    if (event.type === 'draft')
      drafts.set(chatId, { draft: event.draft, until: Date.now() + draftLifeMs });
    if (event.type === 'message') drafts.delete(chatId);
    for (const watcher of watchers.get(chatId) ?? []) watcher(event);
  }

  return {
    publish,
    publishToAll(eventFor: (chatId: number) => ChatEvent) {
      for (const chatId of watchers.keys()) publish(chatId, eventFor(chatId));
    },
    watch(chatId: number, watcher: (event: ChatEvent) => void): () => void {
      const those = watchers.get(chatId) ?? new Set();
      watchers.set(chatId, those.add(watcher));
      return () => {
        those.delete(watcher);
        if (those.size === 0) watchers.delete(chatId);
      };
    },
    draft(chatId: number): Draft | undefined {
      const kept = drafts.get(chatId);
      return kept && kept.until > Date.now() ? kept.draft : undefined;
    },
  };
}
