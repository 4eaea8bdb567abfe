/** Work that outlives the process: inserted in the transaction that made it necessary. */
export interface NewJob {
  kind: JobKind;
  /** A second job with the same key is not added. */
  key: string;
  userId: number;
  chatId: number;
  payload: object;
  /** 'model': not run before the chat model is ready. */
  needs?: 'model';
}

export type JobKind = 'reply' | 'send' | 'compile' | 'recompile' | 'export';

export interface Job extends NewJob {
  id: number;
  attempts: number;
  runAfter: number;
  createdAt: number;
}

/** The jobs of one database. A job exists until it is finished; a crash leaves it to be run again. */
export interface JobQueue {
  add(job: NewJob): void;
  /** Every open job that is not set aside, oldest first, due or not. */
  open(): Job[];
  update(id: number, change: { payload?: object; runAfter?: number; attempts?: number }): void;
  /** Ends a job and adds those that follow from it, in one commit. */
  finish(id: number, followedBy?: NewJob[]): void;
  /** Keeps the job, with why it failed, but runs it no more until `retrySetAside`. */
  setAside(id: number, reason: string): void;
  retrySetAside(kind: JobKind): void;
  counts(userId: number): { kind: JobKind; waiting: number; setAside: number }[];
}
