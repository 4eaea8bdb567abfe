/** What a message was; only `text` can be read so far. */
export type EntryType =
  | 'text'
  | 'image'
  | 'voice'
  | 'audio'
  | 'video'
  | 'document'
  | 'sticker'
  | 'location'
  | 'contact'
  | 'poll'
  | 'forward'
  | 'other';

/** Something the user put into an open journal, as it was said. */
export interface Entry {
  id: string;
  userId: number;
  chatId: number;
  messageId: number;
  /** When it was sent, UTC milliseconds. */
  timestamp: number;
  type: EntryType;
  /** Text or caption; empty where there is none. */
  content: string;
  mediaPath: string | null;
  imageDescription: string | null;
  /** Telegram's own JSON of the message where `content` is not all of it. */
  raw: object | null;
  createdAt: number;
}

export interface JournalSession {
  userId: number;
  chatId: number;
  startedAt: number;
}

export interface Compile {
  journalId: string;
  userId: number;
  chatId: number;
}

/** The journal mode: one session a user, and the drafts that wait in it. */
export interface Drafts {
  session(userId: number): JournalSession | undefined;
  /** Opens the mode, or returns the session that is open already. */
  start(userId: number, chatId: number, now: number): JournalSession;
  /** Stores a draft and moves its update on to 'receipt', in one fsynced commit; once for an update. */
  capture(entry: Entry, inboxSeq: number): void;
  list(userId: number): Entry[];
  /** The user edited a message: its draft says the new words. False: no open draft came from it. */
  revise(edited: Pick<Entry, 'userId' | 'chatId' | 'messageId' | 'content' | 'raw'>): boolean;
  /** Leaves the mode and drops its drafts; returns how many. */
  cancel(userId: number): number;
  /** Leaves the mode and hands its drafts to a compile job; returns their number. */
  beginCompile(compile: Compile): number;
}

/** The drafts that a compile has taken out of the mode, until they are handed over. */
export interface CompilingDrafts {
  entries(compile: Pick<Compile, 'journalId' | 'userId'>): Entry[];
  /** How many drafts of this user are being compiled now. */
  count(userId: number): number;
  /** They are in memory.db: empties them here and finishes the job, in one commit. */
  handedOver(compile: Pick<Compile, 'journalId' | 'userId'>, jobId: number): void;
  /** Gives them back to an open session and finishes the job, in one commit. */
  putBack(compile: Compile, jobId: number, now: number): void;
}
