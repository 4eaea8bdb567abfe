import { type JobHandler, stoppedByUser } from '../ports/job-handler.ts';
import type { Journals } from '../ports/memories.ts';
import { articleMessage } from './article-message.ts';
import { exportJournal } from './markdown-file.ts';
import { type WriteArticleOptions, WritingAborted, writeArticle } from './write-article.ts';

export interface RecompileOptions extends WriteArticleOptions {
  journals: Journals;
  journalsDir: string;
}

/** Writes the article of a journal that was compiled plainly, now that there is a model. */
export function createRecompile(options: RecompileOptions): JobHandler {
  const { journals, journalsDir } = options;
  return {
    maxAttempts: 4,
    async run(job, signal) {
      const { journalId } = job.payload as { journalId: string };
      const journal = journals.get(journalId);
      if (!journal) return 'done';
      if (journal.plain) {
        const entries = journals.entries(journalId);
        const onStep = () => undefined;
        try {
          const article = await writeArticle(entries, options, { signal, onStep });
          journals.rewrite(journalId, article, [
            articleMessage({ ...journal, ...article }, 'rewritten'),
          ]);
        } catch (error) {
          if (error instanceof WritingAborted && stoppedByUser(signal)) return 'done';
          throw error;
        }
      }
      await exportJournal(journals.get(journalId)!, journals, journalsDir);
      return 'done';
    },
  };
}
