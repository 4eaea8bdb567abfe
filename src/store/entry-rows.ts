import type { Entry, EntryType } from '../ports/journal.ts';

/** The columns that journal.db's drafts and memory.db's original entries share. */
export const entryColumns =
  'id, user_id, chat_id, message_id, timestamp, type, content, media_path, image_description, raw, created_at';

export interface EntryRow {
  id: string;
  user_id: number;
  chat_id: number;
  message_id: number;
  timestamp: number;
  type: EntryType;
  content: string;
  media_path: string | null;
  image_description: string | null;
  raw: string | null;
  created_at: number;
}

/** In the order of `entryColumns`. */
export function entryValues(entry: Entry): (string | number | null)[] {
  return [
    entry.id,
    entry.userId,
    entry.chatId,
    entry.messageId,
    entry.timestamp,
    entry.type,
    entry.content,
    entry.mediaPath,
    entry.imageDescription,
    entry.raw && JSON.stringify(entry.raw),
    entry.createdAt,
  ];
}

export function toEntry(row: EntryRow): Entry {
  return {
    id: row.id,
    userId: row.user_id,
    chatId: row.chat_id,
    messageId: row.message_id,
    timestamp: row.timestamp,
    type: row.type,
    content: row.content,
    mediaPath: row.media_path,
    imageDescription: row.image_description,
    raw: row.raw === null ? null : JSON.parse(row.raw),
    createdAt: row.created_at,
  };
}
