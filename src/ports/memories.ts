import type { NewJob } from './jobs.ts';
import type { Entry, EntryType } from './journal.ts';

export type MemoryType = 'chat' | 'journal' | Exclude<EntryType, 'text'>;

export interface MemoryMetadata {
  role?: 'user' | 'assistant';
  journalId?: string;
  tags?: string[];
  /** Telegram's own JSON of a message that could not be read yet. */
  raw?: object;
  messageId?: number;
  /** The answer was stopped by the user before it was finished. */
  stopped?: boolean;
}

export interface Memory {
  id: string;
  userId: number;
  chatId: number;
  /** When it was said, UTC milliseconds. */
  timestamp: number;
  type: MemoryType;
  /** What search reads. */
  content: string;
  /** As it was said. */
  rawContent: string;
  mediaPath: string | null;
  metadata: MemoryMetadata;
}

/** `sourceKey` names what it came from: the same source is remembered once. */
export type NewMemory = Omit<Memory, 'id'> & { sourceKey: string };

export interface Recalled {
  memory: Memory;
  /** The part of its text that matches. */
  excerpt: string;
  /** Higher is better. */
  score: number;
}

export interface Memories {
  /** Stores it (once for a sourceKey) with the jobs that it makes necessary, and ends `finishedJob`, in one commit. */
  remember(memory: NewMemory, jobs?: NewJob[], finishedJob?: number): Memory;
  bySource(userId: number, sourceKey: string): Memory | undefined;
  /** In what the user said, not in Senko's answers. Any text is only words to look for; best first. */
  search(userId: number, words: string, limit: number): Recalled[];
  /**
   * The talk that a question stands in, without it: what was said before it, and every answer.
   * `from` counts from the first message.
   */
  conversation(question: Memory, from: number): Memory[];
  conversationLength(question: Memory): number;
  counts(userId: number): { type: MemoryType; count: number }[];
  /** Grows by one with each memory of this user, and when an article is written anew. */
  version(userId: number): number;
}

export interface Article {
  title: string;
  body: string;
  tags: string[];
}

export interface Journal extends Article {
  id: string;
  userId: number;
  chatId: number;
  /** The day it is about in the owner's timezone, YYYY-MM-DD. */
  date: string;
  /** Compiled without a model: the entries as they are, in order. */
  plain: boolean;
  sourceEntryIds: string[];
  markdownPath: string | null;
  /** SHA-256 of the Markdown file as we wrote it: tells an edit by hand. */
  markdownHash: string | null;
  createdAt: number;
}

export interface Journals {
  /** Stores article, original entries, the memory of it and the jobs in one commit; nothing if the id is there. */
  keep(journal: Journal, entries: Entry[], jobs: NewJob[]): void;
  get(userId: number, id: string): Journal | undefined;
  entries(userId: number, journalId: string): Entry[];
  /** Another article for the same entries; `jobs` in the same commit. */
  rewrite(userId: number, id: string, article: Article, jobs: NewJob[]): void;
  exported(userId: number, id: string, file: { path: string; hash: string }): void;
  counts(userId: number): { journals: number; plain: number };
}
