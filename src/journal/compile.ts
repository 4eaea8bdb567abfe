import type { Log } from '../log.ts';
import { ModelUnavailableError } from '../ports/chat-model.ts';
import { type JobHandler, stoppedByUser } from '../ports/job-handler.ts';
import type { Job, JobQueue } from '../ports/jobs.ts';
import type { CompilingDrafts, Entry } from '../ports/journal.ts';
import type { Journals } from '../ports/memories.ts';
import { type LiveChat, sendJob } from '../ports/outgoing.ts';
import { type CompilePayload, createHandOver, type WrittenArticle } from './hand-over.ts';
import { plainArticle } from './plain-article.ts';
import {
  ArticleError,
  type WriteArticleOptions,
  WritingAborted,
  writeArticle,
} from './write-article.ts';

export interface CompileOptions extends WriteArticleOptions {
  compiling: CompilingDrafts;
  journals: Journals;
  /** Of journal.db, where the compile jobs lie. */
  journalJobs: JobQueue;
  /** Of memory.db, where the messages to send lie. */
  memoryJobs: JobQueue;
  chat: LiveChat;
  journalsDir: string;
  now: () => number;
  log: Log;
}

/** Drafts → article → memory.db and a Markdown file → drafts emptied. A restart goes on where it was. */
export function createCompile(options: CompileOptions): JobHandler {
  const { compiling, journals, chatModel } = options;
  const handOver = createHandOver(options);
  return {
    maxAttempts: Number.POSITIVE_INFINITY,
    async run(job, signal) {
      const { journalId } = job.payload as CompilePayload;
      const entries = compiling.entries({ journalId, userId: job.userId });
      if (entries.length === 0) return 'done';
      if (journals.get(job.userId, journalId)) {
        await handOver.finish(job);
        return 'done';
      }
      const progress = createProgress(options, job);
      if (chatModel.status().state === 'loading') {
        await progress.show('my model is still loading');
        if (!stoppedByUser(signal)) return 'wait for model';
        putBack(options, job, entries.length);
        return 'done';
      }
      await progress.show(`${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`);
      const written = await write(entries, options, signal, progress);
      if (written === 'aborted') {
        if (!stoppedByUser(signal)) return 'left';
        putBack(options, job, entries.length);
        return 'done';
      }
      await progress.settled();
      await handOver.run(job, entries, written);
      return 'done';
    },
    stopWaiting(job) {
      const { journalId } = job.payload as CompilePayload;
      const { length } = compiling.entries({ journalId, userId: job.userId });
      if (!journals.get(job.userId, journalId)) putBack(options, job, length);
    },
  };
}

/** A failing or absent model never blocks a journal. */
async function write(
  entries: Entry[],
  options: CompileOptions,
  signal: AbortSignal,
  progress: Progress,
): Promise<WrittenArticle | 'aborted'> {
  try {
    const onStep = (step: string) => void progress.show(step);
    const article = await writeArticle(entries, options, { signal, onStep });
    return { article, plain: false };
  } catch (error) {
    if (error instanceof WritingAborted) return 'aborted';
    const expected = error instanceof ModelUnavailableError || error instanceof ArticleError;
    if (expected) options.log.info({ reason: error.name }, 'compiled plainly');
    else options.log.error({ err: error }, 'compiled plainly');
    return { article: plainArticle(entries, options.timezone), plain: true };
  }
}

function putBack(options: CompileOptions, job: Job, count: number): void {
  const { journalId } = job.payload as CompilePayload;
  const { userId, chatId } = job;
  options.compiling.putBack({ journalId, userId, chatId }, job.id, options.now());
  const entries = count === 1 ? 'entry is' : 'entries are';
  const text = `Stopped. Your ${count} ${entries} back in the open journal; /journal done compiles again.`;
  options.memoryJobs.add(sendJob(job, `put-back:${journalId}`, { text }));
}

interface Progress {
  show(step: string): Promise<void>;
  /** No edit is under way any more that could come after the article. */
  settled(): Promise<void>;
}

/** One message that is edited as the compile goes on; its id lasts over a restart. */
function createProgress({ chat, journalJobs, log }: CompileOptions, job: Job): Progress {
  let shown: Promise<void> = Promise.resolve();
  const show = async (step: string) => {
    const payload = job.payload as CompilePayload;
    const messageId = payload.progressMessageId ?? null;
    const now = await chat.progress(job.chatId, `Compiling journal… (${step})`, messageId);
    if (now === messageId) return;
    payload.progressMessageId = now;
    try {
      journalJobs.update(job.id, { payload });
    } catch (err) {
      log.warn({ err }, 'the progress message could not be recorded');
    }
  };
  return {
    show(step) {
      shown = shown.then(() => show(step));
      return shown;
    },
    settled: () => shown,
  };
}
