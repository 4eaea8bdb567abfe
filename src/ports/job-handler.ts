import type { Job } from './jobs.ts';

/** 'wait for model': run again when the model's status changes; 'left': at the next start. */
export type JobOutcome = 'done' | 'wait for model' | 'left';

export interface JobHandler {
  /**
   * Runs a job; it may be run again after a crash, so each effect is keyed.
   * Throwing means: again later. A signal aborted with StoppedByUser asks to end it for good, any
   * other abort to leave it for the next start.
   */
  run(job: Job, signal: AbortSignal): Promise<JobOutcome>;
  /** Tries before a job is set aside; Infinity for what must get through. */
  maxAttempts: number;
  /** The longest pause between two tries; a quarter of an hour unless said. */
  longestRetryMs?: number;
  /** Ends a job that waits for its turn, because the user stopped it; without this it stays. */
  stopWaiting?(job: Job): void;
  /** Called once when the job is set aside. */
  setAside?(job: Job): void;
}

export class StoppedByUser extends Error {
  override name = 'StoppedByUser';
}

export const stoppedByUser = (signal: AbortSignal): boolean =>
  signal.aborted && signal.reason instanceof StoppedByUser;
