import type { JobQueue } from '../ports/jobs.ts';
import type { EntryType } from '../ports/journal.ts';
import { type Outgoing, sendJob } from '../ports/outgoing.ts';
import type { SenkoContext } from './context.ts';

/** Says that something is kept though it cannot be read; once for an album. */
export type KeptUnread = (ctx: SenkoContext, type: EntryType) => void;

export function createKeptUnread(jobs: JobQueue): KeptUnread {
  const lastAlbum = new Map<number, string>();
  return (ctx, type) => {
    if (type === 'text') return;
    const { chatId, messageId, seq } = ctx.item;
    const album = ctx.message?.media_group_id;
    if (album !== undefined && lastAlbum.get(chatId) === album) return;
    if (album !== undefined) lastAlbum.set(chatId, album);
    const message: Outgoing = {
      text: 'kept; I cannot read it yet',
      ...(messageId !== null && { replyTo: messageId }),
    };
    jobs.add(sendJob(ctx.item, `kept:${seq}`, message));
  };
}
