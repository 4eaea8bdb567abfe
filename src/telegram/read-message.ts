import type { Message } from 'grammy/types';
import type { EntryType } from '../ports/journal.ts';

export interface ReadMessage {
  type: EntryType;
  /** Text or caption. */
  content: string;
  /** Telegram's JSON of it where `content` is not all of it. */
  raw: object | null;
}

/** What a message is; undefined for service messages, which nobody said. */
export function readMessage(message: Message): ReadMessage | undefined {
  const content = message.text ?? message.caption ?? '';
  if (message.forward_origin) return { type: 'forward', content, raw: message };
  if (message.text !== undefined) {
    return { type: 'text', content, raw: hidesMore(message) ? message : null };
  }
  const known = kinds.find(([field]) => field in message);
  if (known) return { type: known[1], content, raw: message };
  return serviceFields.some((field) => field in message)
    ? undefined
    : { type: 'other', content, raw: message };
}

/** A link behind words, or a person behind a name: not in the text itself. */
function hidesMore({ entities = [] }: Message): boolean {
  return entities.some(({ type }) => type === 'text_link' || type === 'text_mention');
}

/** An animation also has a document, a venue a location: the first that fits. */
const kinds: [keyof Message, EntryType][] = [
  ['photo', 'image'],
  ['animation', 'video'],
  ['video', 'video'],
  ['video_note', 'video'],
  ['voice', 'voice'],
  ['audio', 'audio'],
  ['sticker', 'sticker'],
  ['document', 'document'],
  ['location', 'location'],
  ['contact', 'contact'],
  ['poll', 'poll'],
];

const serviceFields: (keyof Message)[] = [
  'pinned_message',
  'message_auto_delete_timer_changed',
  'write_access_allowed',
  'chat_background_set',
  'users_shared',
  'chat_shared',
  'web_app_data',
  'connected_website',
];
