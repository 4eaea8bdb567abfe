import type { NewJob } from './jobs.ts';

/** A message on its way to the user, as the payload of a `send` job. */
export interface Outgoing {
  /** Markdown; formatted and split to Telegram's limits when it is sent. */
  text: string;
  replyTo?: number;
  /** Edit this message into the first part instead of sending it. */
  editMessageId?: number;
  buttons?: { text: string; data: string }[];
  /** Parts that Telegram has accepted. */
  partsSent?: number;
}

/** The job that sends it; a message with the same key that still waits is sent once. */
export function sendJob(
  { userId, chatId }: { userId: number; chatId: number },
  key: string,
  message: Outgoing,
): NewJob {
  return { kind: 'send', key, userId, chatId, payload: message };
}

/** What the domain may do in a chat while it works; never fails, never blocks the work. */
export interface LiveChat {
  /** Shows "typing" until disposed. */
  typing(chatId: number): Disposable;
  /** Shows an answer as it grows; ephemeral, the answer itself is sent by a job. */
  stream(chatId: number): LiveText;
  /** Sends a progress line, or edits the one with this id; returns its id (null: not sent). */
  progress(chatId: number, text: string, messageId: number | null): Promise<number | null>;
}

export interface LiveText {
  update(textSoFar: string): void;
  /** Ends it; resolves when no update is under way any more. */
  end(): Promise<void>;
}
