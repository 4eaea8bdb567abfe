import { GrammyError } from 'grammy';
import type { EntryType } from '../ports/journal.ts';
import type { SenkoContext } from './context.ts';

/** Says that something was kept though it cannot be read; once for an album. */
export async function keptUnread(ctx: SenkoContext, type: EntryType): Promise<void> {
  const album = ctx.message?.media_group_id;
  if (type === 'text' || (album !== undefined && !firstOf(ctx.item.chatId, album))) return;
  const messageId = ctx.item.messageId;
  try {
    await ctx.reply('kept; I cannot read it yet', {
      disable_notification: true,
      ...(messageId !== null && {
        reply_parameters: { message_id: messageId, allow_sending_without_reply: true },
      }),
    });
  } catch (error) {
    // It is kept, which is what counts: only a lost connection is worth another try.
    if (!(error instanceof GrammyError)) throw error;
  }
}

const lastAlbum = new Map<number, string>();

function firstOf(chatId: number, album: string): boolean {
  if (lastAlbum.get(chatId) === album) return false;
  lastAlbum.set(chatId, album);
  return true;
}
