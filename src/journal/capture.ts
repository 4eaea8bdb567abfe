import { randomUUID } from 'node:crypto';
import type { Drafts, Entry, EntryType } from '../ports/journal.ts';
import { passed } from '../steps.ts';

export interface Captured {
  userId: number;
  chatId: number;
  messageId: number;
  timestamp: number;
  type: EntryType;
  content: string;
  raw: object | null;
}

/** Stores a draft; when this returns it is on the disk and the receipt may go out. */
export type Capture = (captured: Captured, inboxSeq: number) => void;

export function createCapture(drafts: Drafts, now: () => number): Capture {
  return (captured, inboxSeq) => {
    const entry: Entry = {
      id: randomUUID(),
      mediaPath: null,
      imageDescription: null,
      createdAt: now(),
      ...captured,
    };
    drafts.capture(entry, inboxSeq);
    passed('draft committed');
  };
}
