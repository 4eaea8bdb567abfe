import type Database from 'better-sqlite3';
import type { Job, JobKind, JobQueue, NewJob } from '../ports/jobs.ts';

/** Part of migration 1 of both databases: never edited, only migrated. */
export const jobsTable = `
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    payload TEXT NOT NULL,
    needs TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_after INTEGER NOT NULL DEFAULT 0,
    set_aside TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;`;

interface JobRow {
  id: number;
  kind: JobKind;
  key: string;
  user_id: number;
  chat_id: number;
  payload: string;
  needs: 'model' | null;
  attempts: number;
  run_after: number;
  created_at: number;
}

/** `announce` is called when a job came in, before its transaction ends. */
export function createJobStore(
  db: Database.Database,
  now: () => number,
  announce: () => void,
): JobQueue {
  const insert = db.prepare(
    `INSERT INTO jobs (kind, key, user_id, chat_id, payload, needs, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
  );
  const open = db.prepare('SELECT * FROM jobs WHERE set_aside IS NULL ORDER BY id');
  const change = db.prepare(
    `UPDATE jobs SET payload = coalesce(?, payload), run_after = coalesce(?, run_after),
       attempts = coalesce(?, attempts) WHERE id = ?`,
  );
  const remove = db.prepare('DELETE FROM jobs WHERE id = ?');
  const putAside = db.prepare('UPDATE jobs SET set_aside = ? WHERE id = ?');
  const retry = db.prepare(
    'UPDATE jobs SET set_aside = NULL, attempts = 0, run_after = 0 WHERE kind = ? AND set_aside IS NOT NULL',
  );
  const count = db.prepare(
    `SELECT kind, sum(set_aside IS NULL) AS waiting, sum(set_aside IS NOT NULL) AS setAside
     FROM jobs WHERE user_id = ? GROUP BY kind`,
  );

  const add = ({ kind, key, userId, chatId, payload, needs }: NewJob) => {
    insert.run(kind, key, userId, chatId, JSON.stringify(payload), needs ?? null, now());
    announce();
  };

  return {
    add,
    open: () => (open.all() as JobRow[]).map(toJob),
    update(id, { payload, runAfter, attempts }) {
      change.run(payload && JSON.stringify(payload), runAfter, attempts, id);
    },
    finish: db.transaction((id: number, followedBy: NewJob[] = []) => {
      remove.run(id);
      for (const job of followedBy) add(job);
    }),
    setAside: (id, reason) => void putAside.run(reason, id),
    retrySetAside: (kind) => void retry.run(kind),
    counts: (userId) => count.all(userId) as { kind: JobKind; waiting: number; setAside: number }[],
  };
}

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    key: row.key,
    userId: row.user_id,
    chatId: row.chat_id,
    payload: JSON.parse(row.payload),
    ...(row.needs && { needs: row.needs }),
    attempts: row.attempts,
    runAfter: row.run_after,
    createdAt: row.created_at,
  };
}
