import type { Log } from '../log.ts';
import type { JobHandler } from '../ports/job-handler.ts';
import type { JobQueue, NewJob } from '../ports/jobs.ts';
import type { Journal, Journals } from '../ports/memories.ts';
import { ExportError, exportJournal } from './markdown-file.ts';

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

/** A file system that refuses the file must not hold up the journal: a job writes it when it can. */
export async function exportOrLater(
  journal: Journal,
  options: { journals: Journals; memoryJobs: JobQueue; journalsDir: string; log: Log },
): Promise<void> {
  try {
    await exportJournal(journal, options.journals, options.journalsDir);
  } catch (err) {
    if (!(err instanceof ExportError)) throw err;
    options.log.warn({ err }, 'trying again later');
    options.memoryJobs.add(exportJob(journal));
  }
}

function exportJob({ id, userId, chatId }: Journal): NewJob {
  return { kind: 'export', key: `export:${id}`, userId, chatId, payload: { journalId: id } };
}
