import { randomUUID } from 'node:crypto';
import { Composer, InlineKeyboard } from 'grammy';
import type { JobQueue } from '../../ports/jobs.ts';
import type { CompilingDrafts, Drafts } from '../../ports/journal.ts';
import { type Outgoing, sendJob } from '../../ports/outgoing.ts';
import type { Settings } from '../../ports/users.ts';
import { inWords } from '../../time-words.ts';
import { answerPress } from '../answer-press.ts';
import type { SenkoContext } from '../context.ts';

export interface JournalOptions {
  drafts: Drafts;
  compiling: CompilingDrafts;
  /** Of memory.db. */
  jobs: JobQueue;
  settings: Settings;
  timezone: string;
  now: () => number;
}

/** The setting that keeps when a user's last journal was closed. */
export const talkingSince = (userId: number) => `talking since:${userId}`;

const cancelData = 'journal:cancel:';
const keepData = 'journal:keep';

/** `/journal start|done|cancel`: the mode of silent keeping. */
export function journalFeature(options: JournalOptions): Composer<SenkoContext> {
  const { drafts } = options;
  const feature = new Composer<SenkoContext>();
  feature.command('journal', async (ctx, next) => {
    const word = ctx.match.trim().toLowerCase();
    if (word === 'start') return start(ctx, options);
    if (word === 'done') return done(ctx, options);
    if (word === 'cancel') return askToCancel(ctx, options);
    const open = drafts.session(ctx.item.userId);
    // Somebody who went on writing behind the command means it as an entry.
    if (open && word !== '') return next();
    await ctx.reply(
      open
        ? 'A journal is open. /journal done compiles it, /journal cancel drops it.'
        : '/journal start opens a journal. Then write as it comes; /journal done makes it an article.',
    );
  });
  feature.callbackQuery(new RegExp(`^${cancelData}(\\d+):(\\d+)$`), (ctx) => cancel(ctx, options));
  feature.callbackQuery(keepData, async (ctx) => {
    sayInPlace(ctx, options.jobs, 'Kept. The journal is still open.');
    await answerPress(ctx);
  });
  return feature;
}

async function start(ctx: SenkoContext, { drafts, timezone, now }: JournalOptions): Promise<void> {
  const { userId, chatId } = ctx.item;
  const open = drafts.session(userId);
  if (open) {
    const since = inWords(open.startedAt, timezone);
    await ctx.reply(`Your journal is open since ${since}. Just write; /journal done compiles it.`);
    return;
  }
  drafts.start(userId, chatId, now());
  await ctx.reply(
    'Your journal is open. I keep everything you send and say nothing; ✍ means that it is on disk. /journal done writes it up.',
  );
}

async function done(
  ctx: SenkoContext,
  { drafts, compiling, settings, now }: JournalOptions,
): Promise<void> {
  const { userId, chatId } = ctx.item;
  const taken = drafts.beginCompile({ journalId: randomUUID(), userId, chatId });
  if (taken > 0) {
    settings.set(talkingSince(userId), String(now()));
    return;
  }
  if (drafts.session(userId)) {
    await ctx.reply(
      'There is nothing in your journal yet. Write me something first, whenever you like.',
    );
  } else if (compiling.count(userId) > 0) {
    await ctx.reply('I am compiling it already.');
  } else {
    await ctx.reply('No journal is open. /journal start opens one.');
  }
}

async function askToCancel(ctx: SenkoContext, { drafts }: JournalOptions): Promise<void> {
  const session = drafts.session(ctx.item.userId);
  if (!session) {
    await ctx.reply('No journal is open, so there is nothing to drop.');
    return;
  }
  const count = drafts.list(ctx.item.userId).length;
  const keyboard = new InlineKeyboard()
    .text(`Drop ${entries(count)}`, `${cancelData}${session.startedAt}:${count}`)
    .text('Keep', keepData);
  await ctx.reply(`Drop the open journal with ${entries(count)}? They are gone for good then.`, {
    reply_markup: keyboard,
  });
}

/** The button belongs to one session with so many entries: it drops nothing that it did not name. */
async function cancel(
  ctx: SenkoContext & { match: string | RegExpMatchArray },
  { drafts, jobs, settings, now }: JournalOptions,
): Promise<void> {
  const session = drafts.session(ctx.item.userId);
  const current = session && String(session.startedAt) === ctx.match[1];
  const count = drafts.list(ctx.item.userId).length;
  if (current && String(count) !== ctx.match[2]) {
    sayInPlace(ctx, jobs, `There are ${entries(count)} now. /journal cancel asks again.`);
    return answerPress(ctx);
  }
  if (current) settings.set(talkingSince(ctx.item.userId), String(now()));
  const text = current
    ? `Dropped: ${entries(drafts.cancel(ctx.item.userId))}. The journal is closed.`
    : 'That journal is closed already.';
  sayInPlace(ctx, jobs, text);
  await answerPress(ctx);
}

/** A job: what was said of a press survives a lost connection, and is said once. */
function sayInPlace(ctx: SenkoContext, jobs: JobQueue, text: string): void {
  const editMessageId = ctx.callbackQuery?.message?.message_id;
  const message: Outgoing = { text, ...(editMessageId !== undefined && { editMessageId }) };
  jobs.add(sendJob(ctx.item, `pressed:${ctx.item.chatId}:${editMessageId}`, message));
}

const entries = (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'}`;
