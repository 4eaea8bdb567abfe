import type { Log } from '../log.ts';
import type { Job, JobQueue, NewJob } from '../ports/jobs.ts';
import type { CompilingDrafts, Entry } from '../ports/journal.ts';
import type { Article, Journal, Journals } from '../ports/memories.ts';
import { passed } from '../steps.ts';
import { isoDay } from '../time-words.ts';
import { verbatim } from '../verbatim.ts';
import { articleMessage } from './article-message.ts';
import { exportOrLater } from './export.ts';
import { plainArticle } from './plain-article.ts';

export interface HandOverOptions {
  compiling: CompilingDrafts;
  journals: Journals;
  /** Of memory.db. */
  memoryJobs: JobQueue;
  journalsDir: string;
  timezone: string;
  now: () => number;
  log: Log;
}

export interface CompilePayload {
  journalId: string;
  /** The message that shows how far the compile is. */
  progressMessageId?: number | null;
}

export interface WrittenArticle {
  article: Article;
  plain: boolean;
}

/** Moves a journal from journal.db to memory.db: insert there, write the file, then empty here. */
export interface HandOver {
  run(job: Job, entries: Entry[], written: WrittenArticle): Promise<void>;
  /** What is left when the journal is in memory.db already. */
  finish(job: Job): Promise<void>;
}

export function createHandOver(options: HandOverOptions): HandOver {
  const { compiling, journals } = options;
  const finish = async (job: Job) => {
    const { journalId } = job.payload as CompilePayload;
    await exportOrLater(journals.get(job.userId, journalId)!, options);
    compiling.handedOver({ journalId, userId: job.userId }, job.id);
  };
  return {
    finish,
    async run(job, entries, written) {
      const journal = toJournal(job, entries, written, options);
      const { progressMessageId } = job.payload as CompilePayload;
      const kind = written.plain ? 'plain' : 'article';
      // In the chat the user's own words are no Markdown.
      const shown = written.plain
        ? { ...journal, ...plainArticle(entries, options.timezone, verbatim) }
        : journal;
      const jobs: NewJob[] = [articleMessage(shown, kind, progressMessageId)];
      if (written.plain) jobs.push(recompile(journal));
      journals.keep(journal, entries, jobs);
      passed('journal inserted');
      await finish(job);
    },
  };
}

function toJournal(
  job: Job,
  entries: Entry[],
  { article, plain }: WrittenArticle,
  { timezone, now }: HandOverOptions,
): Journal {
  return {
    ...article,
    id: (job.payload as CompilePayload).journalId,
    userId: job.userId,
    chatId: job.chatId,
    date: isoDay(entries[0]!.timestamp, timezone),
    plain,
    sourceEntryIds: entries.map(({ id }) => id),
    markdownPath: null,
    markdownHash: null,
    createdAt: now(),
  };
}

function recompile({ id, userId, chatId }: Journal): NewJob {
  const payload = { journalId: id };
  return { kind: 'recompile', key: `recompile:${id}`, userId, chatId, payload, needs: 'model' };
}
