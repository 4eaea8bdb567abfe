import type { Log } from '../log.ts';
import type { JobHandler } from '../ports/job-handler.ts';
import type { JobQueue } from '../ports/jobs.ts';
import type { Journals } from '../ports/memories.ts';
import { articleMessage } from './article-message.ts';
import { exportOrLater } from './export.ts';
import { type WriteArticleOptions, writeArticle } from './write-article.ts';

export interface RecompileOptions extends WriteArticleOptions {
  journals: Journals;
  memoryJobs: JobQueue;
  journalsDir: string;
  log: Log;
}

/** Writes the article of a journal that was compiled plainly, now that there is a model. */
export function createRecompile(options: RecompileOptions): JobHandler {
  const { journals } = options;
  return {
    maxAttempts: 4,
    async run(job, signal) {
      const { journalId } = job.payload as { journalId: string };
      const journal = journals.get(job.userId, journalId);
      if (!journal) return 'done';
      if (journal.plain) {
        const entries = journals.entries(job.userId, journalId);
        const onStep = () => undefined;
        const article = await writeArticle(entries, options, { signal, onStep });
        const message = articleMessage({ ...journal, ...article }, 'rewritten');
        journals.rewrite(job.userId, journalId, article, [message]);
      }
      await exportOrLater(journals.get(job.userId, journalId)!, options);
      return 'done';
    },
  };
}
