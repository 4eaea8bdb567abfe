import type { Log } from '../log.ts';
import { type JobHandler, StoppedByUser } from '../ports/job-handler.ts';
import type { Job, JobKind, JobQueue } from '../ports/jobs.ts';

export interface JobRunnerOptions {
  /** Each handler with the queue that its jobs lie in. */
  handlers: Record<JobKind, { handler: JobHandler; queue: JobQueue }>;
  modelReady: () => boolean;
  now: () => number;
  log: Log;
}

export interface JobRunner {
  /** New jobs may be there. */
  wake(): void;
  /** The model's status changed: what waited for it looks again. */
  modelChanged(): void;
  /** Ends these kinds in a chat for good, running or waiting; returns how many. */
  stop(chatId: number, kinds: JobKind[]): number;
  /** Leaves running jobs to the next start; resolves when none is under way. */
  close(): Promise<void>;
}

interface Running {
  job: Job;
  abort: AbortController;
  ended: Promise<void>;
}

const storeRetryMs = 5_000;
const firstRetryMs = 1_000;
const longestRetryMs = 15 * 60_000;

/** Runs durable jobs: in order within a lane (a kind in a chat), lanes side by side. */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { handlers, log, now } = options;
  const running = new Map<string, Running>();
  const waitingForModel = new Set<string>();
  /** Jobs whose failure the disk would not take: not at once again. */
  const coolUntil = new Map<string, number>();
  const ran = new Set<string>();
  let modelChanges = 0;
  let scheduled: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const wake = () => {
    if (!closed) scheduled ??= setImmediate(round);
  };

  const round = () => {
    scheduled = undefined;
    clearTimeout(timer);
    let nextDue = Number.POSITIVE_INFINITY;
    try {
      for (const job of firstOfEachLane(openJobs())) {
        if (running.has(laneOf(job)) || waits(job)) continue;
        const due = Math.max(job.runAfter, coolUntil.get(job.key) ?? 0);
        if (due <= now()) start(job);
        else nextDue = Math.min(nextDue, due);
      }
    } catch (err) {
      log.error({ err }, 'jobs could not be read');
      nextDue = now() + storeRetryMs;
    }
    if (nextDue < Number.POSITIVE_INFINITY) timer = setTimeout(wake, nextDue - now());
  };

  const openJobs = () => {
    const queues = new Set(Object.values(handlers).map(({ queue }) => queue));
    return [...queues].flatMap((queue) => queue.open());
  };

  const waits = (job: Job) =>
    waitingForModel.has(job.key) || (job.needs === 'model' && !options.modelReady());

  const start = (job: Job) => {
    const lane = laneOf(job);
    const abort = new AbortController();
    const ended = run(job, abort.signal).finally(() => {
      running.delete(lane);
      wake();
    });
    running.set(lane, { job, abort, ended });
  };

  const run = async (job: Job, signal: AbortSignal) => {
    const { handler, queue } = handlers[job.kind];
    const startedMs = performance.now();
    const changesBefore = modelChanges;
    try {
      // Only its end could not be recorded: what it does is not done twice.
      const outcome = ran.has(job.key) ? 'done' : await handler.run(job, signal);
      coolUntil.delete(job.key);
      // A change while the job ran is the one that it waits for.
      const waits = outcome === 'wait for model' && modelChanges === changesBefore;
      if (waits) waitingForModel.add(job.key);
      else if (outcome === 'done') {
        ran.add(job.key);
        queue.finish(job.id);
        ran.delete(job.key);
      }
      const tookMs = Math.round(performance.now() - startedMs);
      log.debug({ job: job.id, kind: job.kind, outcome, tookMs }, 'job');
    } catch (error) {
      if (!closed) retryLater(job, handler, queue, error);
    }
  };

  const retryLater = (job: Job, handler: JobHandler, queue: JobQueue, error: unknown) => {
    const attempts = job.attempts + 1;
    log.warn({ job: job.id, kind: job.kind, attempts, err: error }, 'job failed');
    try {
      recordFailure(job, handler, queue, { error, attempts });
    } catch (err) {
      log.error({ job: job.id, err }, 'the failure could not be recorded');
      coolUntil.set(job.key, now() + storeRetryMs);
    }
  };

  const recordFailure = (
    job: Job,
    handler: JobHandler,
    queue: JobQueue,
    { error, attempts }: { error: unknown; attempts: number },
  ) => {
    if (attempts < handler.maxAttempts) {
      const longestMs = handler.longestRetryMs ?? longestRetryMs;
      const delayMs = Math.min(firstRetryMs * 4 ** (attempts - 1), longestMs);
      queue.update(job.id, { attempts, runAfter: now() + delayMs });
      return;
    }
    queue.setAside(job.id, error instanceof Error ? error.message : String(error));
    handler.setAside?.(job);
  };

  return {
    wake,
    modelChanged() {
      modelChanges++;
      waitingForModel.clear();
      wake();
    },
    stop(chatId, kinds) {
      const active = new Set([...running.values()].map(({ job }) => job.key));
      const wanted = (job: Job) => job.chatId === chatId && kinds.includes(job.kind);
      const waiting = openJobs().filter((job) => wanted(job) && !active.has(job.key));
      const stoppable = waiting.filter(({ kind }) => handlers[kind].handler.stopWaiting);
      for (const job of stoppable) handlers[job.kind].handler.stopWaiting?.(job);
      const stopped = [...running.values()].filter(({ job }) => wanted(job));
      for (const { abort } of stopped) abort.abort(new StoppedByUser());
      return stopped.length + stoppable.length;
    },
    async close() {
      closed = true;
      clearImmediate(scheduled);
      clearTimeout(timer);
      const all = [...running.values()];
      for (const { abort } of all) abort.abort(new Error('shutting down'));
      await Promise.allSettled(all.map(({ ended }) => ended));
    },
  };
}

function firstOfEachLane(jobs: Job[]): Job[] {
  const lanes = new Map<string, Job>();
  for (const job of jobs) if (!lanes.has(laneOf(job))) lanes.set(laneOf(job), job);
  return [...lanes.values()];
}

/** What must wait for a model does not hold up what need not. */
const laneOf = ({ kind, chatId, needs }: Job) => `${kind}:${chatId}:${needs ?? ''}`;
