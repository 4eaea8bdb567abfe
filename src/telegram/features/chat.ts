import { Composer } from 'grammy';
import { answerLater, answerLaterJob } from '../../companion/answer-from-memory.ts';
import type { Hear } from '../../companion/hear.ts';
import type { JobQueue } from '../../ports/jobs.ts';
import type { LiveChat } from '../../ports/outgoing.ts';
import { answerPress, withoutButtons } from '../answer-press.ts';
import type { SenkoContext } from '../context.ts';
import { createKeptUnread } from '../kept-unread.ts';
import { readMessage } from '../read-message.ts';

export interface ChatOptions {
  hear: Hear;
  live: LiveChat;
  /** Of memory.db. */
  jobs: JobQueue;
}

/** Normal mode: remembers what was said; the reply is a job, so the next message need not wait. */
export function chatFeature({ hear, live, jobs }: ChatOptions): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  const keptUnread = createKeptUnread(jobs);
  feature.on('message').use(async (ctx) => {
    const read = readMessage(ctx.message);
    if (!read) return;
    const { userId, chatId, botId, updateId } = ctx.item;
    const { message_id: messageId, date } = ctx.message;
    // Shown once: the reply keeps it up when its turn comes.
    if (read.type === 'text') live.typing(chatId)[Symbol.dispose]();
    hear({
      userId,
      chatId,
      messageId,
      timestamp: date * 1000,
      type: read.type === 'text' ? 'chat' : read.type,
      text: read.content,
      // Telegram may give an update's number again after a quiet week, a message's never.
      sourceKey: `tg:${botId}:${updateId}:${messageId}`,
      ...(read.raw && { raw: read.raw }),
    });
    keptUnread(ctx, read.type);
  });
  feature.callbackQuery(new RegExp(`^${answerLater}(.+)$`), async (ctx) => {
    const { userId, chatId } = ctx.item;
    jobs.add(answerLaterJob({ userId, chatId }, ctx.match[1]!));
    await answerPress(ctx, 'I will, as soon as I can think.');
    await withoutButtons(ctx);
  });
  return feature;
}

/** In normal mode a slip in a command is said, not chatted about. */
export function unknownCommandFeature(): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  feature.on('message:entities:bot_command', async (ctx, next) => {
    const command = ctx.entities('bot_command').find(({ offset }) => offset === 0);
    if (!command) return next();
    await ctx.reply(`I do not know ${command.text}. /help shows what I can do.`);
  });
  return feature;
}
