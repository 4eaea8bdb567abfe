import type { JobHandler } from '../ports/job-handler.ts';
import type { NewJob } from '../ports/jobs.ts';
import type { Journal, Journals } from '../ports/memories.ts';
import { exportJournal } from './markdown-file.ts';

/** Writes the file of a journal that could not be written at the hand-over, until it can. */
export function createExport(options: { journals: Journals; journalsDir: string }): JobHandler {
  const { journals, journalsDir } = options;
  return {
    maxAttempts: Number.POSITIVE_INFINITY,
    async run(job) {
      const { journalId } = job.payload as { journalId: string };
      const journal = journals.get(job.userId, journalId);
      if (journal) await exportJournal(journal, journals, journalsDir);
      return 'done';
    },
  };
}

export function exportJob({ id, userId, chatId }: Journal): NewJob {
  return { kind: 'export', key: `export:${id}`, userId, chatId, payload: { journalId: id } };
}
