import { Composer } from 'grammy';
import type { Capture } from '../../journal/capture.ts';
import type { JobQueue } from '../../ports/jobs.ts';
import type { Drafts } from '../../ports/journal.ts';
import type { SenkoContext } from '../context.ts';
import { createKeptUnread } from '../kept-unread.ts';
import { readMessage } from '../read-message.ts';

/** While a journal is open, whatever is no command of ours becomes a draft. */
export function captureFeature(options: {
  drafts: Drafts;
  capture: Capture;
  /** Of memory.db. */
  jobs: JobQueue;
}): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  const keptUnread = createKeptUnread(options.jobs);
  feature
    .on('message')
    .filter((ctx) => options.drafts.session(ctx.item.userId) !== undefined)
    .use(async (ctx) => {
      const read = readMessage(ctx.message);
      if (!read) return;
      const { userId, chatId, seq } = ctx.item;
      const { message_id: messageId, date } = ctx.message;
      // Before the draft: once that is stored, nothing runs this again.
      keptUnread(ctx, read.type);
      options.capture({ userId, chatId, messageId, timestamp: date * 1000, ...read }, seq);
      ctx.captured = true;
    });
  // An edit of what is in the open journal; elsewhere edits are not read yet.
  feature.on('edited_message', (ctx) => {
    const read = readMessage(ctx.editedMessage);
    const { userId, chatId } = ctx.item;
    const messageId = ctx.editedMessage.message_id;
    if (read) options.drafts.revise({ userId, chatId, messageId, ...read });
  });
  return feature;
}
