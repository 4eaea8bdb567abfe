import { type SystemCall, sentRequests } from '../support/strace.ts';

/** A text that the user sent while a journal was open. */
export interface Entry {
  updateId: number;
  messageId: number;
  text: string;
}

/** journal.db's log: what is synced here survives a power cut. */
const log = '/journal.db-wal';

/**
 * The rule of ✓: a receipt leaves after the fsync of its draft, and an update is confirmed (by a
 * poll for later ones) after the fsync of its inbox row. Returns each request that broke it, in words.
 */
export function notSyncedBefore(calls: SystemCall[], entries: Entry[]): string[] {
  const requests = sentRequests(calls);
  const receipts = requests.filter(({ method }) => method === 'setMessageReaction');
  const polls = requests.filter(({ method }) => method === 'getUpdates');
  return entries.flatMap(({ updateId, messageId, text }) => {
    const receipt = receipts.find(({ params }) => params.message_id === messageId);
    const poll = polls.find(({ params }) => Number(params.offset) > updateId);
    return [
      ...complaint('receipt', receipt?.began, syncedAt(calls, draftOf(text)), text),
      ...complaint('confirmation', poll?.began, syncedAt(calls, inboxRowOf(text)), text),
    ];
  });
}

function complaint(what: string, sent: number | undefined, synced: number, text: string): string[] {
  if (sent === undefined) return [`no ${what} of "${text}" left at all`];
  return sent > synced ? [] : [`the ${what} of "${text}" left before its row was synced`];
}

/** When an fsync of the log returned that began after the row was written to it; or Infinity. */
function syncedAt(calls: SystemCall[], row: string): number {
  const inLog = calls.filter(({ target, succeeded }) => target.endsWith(log) && succeeded);
  const written = inLog.find(({ bytes }) => bytes.includes(row));
  const sync = inLog.find(
    ({ name, began }) => /^(fsync|fdatasync)$/.test(name) && written && began > written.returned,
  );
  return sync?.returned ?? Number.POSITIVE_INFINITY;
}

/** In a draft's record the content follows its type, which is "text". */
const draftOf = (text: string) => `text${text}`;

/** The inbox keeps the update as Telegram's JSON. */
const inboxRowOf = (text: string) => `"text":"${text}"`;
