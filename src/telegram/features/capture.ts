import { Composer } from 'grammy';
import type { Capture } from '../../journal/capture.ts';
import type { JobQueue } from '../../ports/jobs.ts';
import type { Drafts } from '../../ports/journal.ts';
import type { SenkoContext } from '../context.ts';
import { keptUnread } from '../kept-unread.ts';
import { readMessage } from '../read-message.ts';

/** While a journal is open, whatever is no command of ours becomes a draft. */
export function captureFeature(options: {
  drafts: Drafts;
  capture: Capture;
  /** Of memory.db. */
  jobs: JobQueue;
}): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  feature
    .on('message')
    .filter((ctx) => options.drafts.session(ctx.item.userId) !== undefined)
    .use(async (ctx) => {
      const read = readMessage(ctx.message);
      if (!read) return;
      const { userId, chatId, seq } = ctx.item;
      const { message_id: messageId, date } = ctx.message;
      options.capture({ userId, chatId, messageId, timestamp: date * 1000, ...read }, seq);
      ctx.captured = true;
      keptUnread(ctx, read.type, options.jobs);
    });
  return feature;
}
