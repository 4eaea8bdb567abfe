/** An update as Telegram sent it, before anyone looked at it. */
export interface IncomingUpdate {
  botId: number;
  updateId: number;
  userId: number;
  chatId: number;
  /** The message it is about; null for what is not a message. */
  messageId: number | null;
  payload: object;
}

export interface InboxItem extends IncomingUpdate {
  /** Order of arrival. */
  seq: number;
  receivedAt: number;
  attempts: number;
  /** 'receipt': its entry is stored, only the receipt may not have been sent. */
  state: 'waiting' | 'receipt';
}

/** Durable inbox: what is in here has reached the disk, and is worked in order of arrival. */
export interface Inbox {
  /** Stores a batch in one fsynced commit; updates that were stored before are folded. */
  accept(updates: IncomingUpdate[], now: number): InboxItem[];
  /** Everything that is not done, oldest first. */
  open(): InboxItem[];
  /** Marks as done and empties the payloads. */
  settle(seqs: number[], now: number): void;
  /** Counts a failed try; at `maxAttempts` the update is set aside with its error. */
  failed(seq: number, error: string, maxAttempts: number): 'again' | 'set-aside';
  setAsideCount(userId: number): number;
  /** Gives everything that was set aside another chance. */
  retrySetAside(): void;
  /** Drops the rows of done updates older than this. */
  prune(before: number): number;
}
