import { randomUUID } from 'node:crypto';
import type { Drafts, Entry } from '../ports/journal.ts';
import { passed } from '../steps.ts';

export type Captured = Pick<
  Entry,
  'userId' | 'chatId' | 'messageId' | 'timestamp' | 'type' | 'content' | 'raw'
>;

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
