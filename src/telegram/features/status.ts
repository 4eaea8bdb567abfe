import { Composer } from 'grammy';
import type { ChatModel } from '../../ports/chat-model.ts';
import type { Inbox } from '../../ports/inbox.ts';
import type { JobQueue } from '../../ports/jobs.ts';
import type { CompilingDrafts, Drafts } from '../../ports/journal.ts';
import type { Journals, Memories } from '../../ports/memories.ts';
import type { Settings } from '../../ports/users.ts';
import { inWords } from '../../time-words.ts';
import type { SenkoContext } from '../context.ts';
import { talkingSince } from './journal.ts';

export interface StatusOptions {
  drafts: Drafts;
  compiling: CompilingDrafts;
  memories: Memories;
  journals: Journals;
  queues: JobQueue[];
  inbox: Inbox;
  settings: Settings;
  chatModel: ChatModel;
  /** One line that says where the words go. */
  privacy: string;
  timezone: string;
}

/** `/status`: everything that somebody may worry about, for the one who asks. */
export function statusFeature(options: StatusOptions): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  feature.command('status', async (ctx) => {
    await ctx.reply(statusText(ctx.item.userId, options));
  });
  return feature;
}

function statusText(userId: number, options: StatusOptions): string {
  return [
    `Mode: ${modeLine(userId, options)}`,
    `Drafts waiting: ${options.drafts.list(userId).length}${compilingWords(userId, options)}`,
    `Memories: ${memoriesLine(userId, options)}`,
    `Journals: ${journalsLine(userId, options)}`,
    `Model: ${modelLine(options)}`,
    `Jobs waiting: ${jobsLine(userId, options)}`,
    ...setAsideLines(userId, options),
    `Words: ${options.privacy}`,
  ].join('\n');
}

function modeLine(userId: number, { drafts, settings, timezone }: StatusOptions): string {
  const session = drafts.session(userId);
  if (session) return `journal, since ${inWords(session.startedAt, timezone)}`;
  const since = settings.get(talkingSince(userId));
  return since === undefined ? 'talking' : `talking, since ${inWords(Number(since), timezone)}`;
}

function compilingWords(userId: number, { compiling }: StatusOptions): string {
  const count = compiling.count(userId);
  return count > 0 ? ` (${count} being compiled)` : '';
}

function memoriesLine(userId: number, { memories }: StatusOptions): string {
  const counts = memories.counts(userId).map(({ type, count }) => `${count} ${type}`);
  return counts.join(', ') || 'none yet';
}

function journalsLine(userId: number, options: StatusOptions): string {
  const { journals, plain } = options.journals.counts(userId);
  return plain > 0 ? `${journals} (${plain} still to be written properly)` : String(journals);
}

function modelLine({ chatModel }: StatusOptions): string {
  const status = chatModel.status();
  switch (status.state) {
    case 'ready':
      return `${status.name}, ${status.contextTokens} tokens of context, on the ${status.where}`;
    case 'loading':
      return `${status.name} is loading`;
    case 'absent':
      return `none; ${status.reason}`;
    default:
      return status satisfies never;
  }
}

function jobsLine(userId: number, { queues }: StatusOptions): string {
  const counts = queues.flatMap((queue) => queue.counts(userId));
  const waiting = counts.flatMap(({ kind, waiting, setAside }) => [
    ...(waiting > 0 ? [`${waiting} ${kind}`] : []),
    ...(setAside > 0 ? [`${setAside} ${kind} set aside`] : []),
  ]);
  return waiting.join(', ') || 'none';
}

function setAsideLines(userId: number, { inbox }: StatusOptions): string[] {
  const count = inbox.setAsideCount(userId);
  return count > 0 ? [`Set aside after errors: ${count} (kept; the log says why)`] : [];
}
