import type { JobQueue } from '../ports/jobs.ts';
import type { EntryType } from '../ports/journal.ts';
import type { SenkoContext } from './context.ts';

/** Says that something was kept though it cannot be read; once for an album. */
export function keptUnread(ctx: SenkoContext, type: EntryType, jobs: JobQueue): void {
  if (type === 'text') return;
  const { userId, chatId, messageId, seq } = ctx.item;
  const album = ctx.message?.media_group_id;
  if (album !== undefined && !firstOf(chatId, album)) return;
  jobs.add({
    kind: 'send',
    key: `kept:${seq}`,
    userId,
    chatId,
    payload: {
      text: 'kept; I cannot read it yet',
      ...(messageId !== null && { replyTo: messageId }),
    },
  });
}

const lastAlbum = new Map<number, string>();

function firstOf(chatId: number, album: string): boolean {
  if (lastAlbum.get(chatId) === album) return false;
  lastAlbum.set(chatId, album);
  return true;
}
