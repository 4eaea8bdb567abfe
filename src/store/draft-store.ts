import type Database from 'better-sqlite3';
import type { JobQueue } from '../ports/jobs.ts';
import type { Compile, CompilingDrafts, Drafts, Entry, JournalSession } from '../ports/journal.ts';
import { type EntryRow, entryColumns, entryValues, toEntry } from './entry-rows.ts';

interface SessionRow {
  user_id: number;
  chat_id: number;
  started_at: number;
}

/** Drafts in the open mode have no journal_id; a compile takes them out of it by giving them one. */
export function createDraftStore(
  db: Database.Database,
  jobs: JobQueue,
): { drafts: Drafts; compiling: CompilingDrafts } {
  return { drafts: openDrafts(db, jobs), compiling: compilingDrafts(db, jobs) };
}

function openDrafts(db: Database.Database, jobs: JobQueue): Drafts {
  const session = db.prepare('SELECT * FROM sessions WHERE user_id = ?');
  const start = db.prepare(startSql);
  const endSession = db.prepare('DELETE FROM sessions WHERE user_id = ?');
  const insert = db.prepare(
    `INSERT INTO journal_entries (${entryColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const awaitReceipt = db.prepare(
    "UPDATE inbox SET state = 'receipt', payload = '' WHERE seq = ? AND state = 'waiting'",
  );
  const list = db.prepare(
    `SELECT ${entryColumns} FROM journal_entries
     WHERE user_id = ? AND journal_id IS NULL ORDER BY timestamp, message_id`,
  );
  const revise = db.prepare(
    `UPDATE journal_entries SET content = ?, raw = ?
     WHERE user_id = ? AND chat_id = ? AND message_id = ? AND journal_id IS NULL`,
  );
  const drop = db.prepare('DELETE FROM journal_entries WHERE user_id = ? AND journal_id IS NULL');
  const take = db.prepare(
    'UPDATE journal_entries SET journal_id = ? WHERE user_id = ? AND journal_id IS NULL',
  );
  const sessionOf = (userId: number) => toSession(session.get(userId) as SessionRow | undefined);

  return {
    session: sessionOf,
    start(userId, chatId, now) {
      start.run(userId, chatId, now);
      return sessionOf(userId)!;
    },
    capture: db.transaction((entry: Entry, inboxSeq: number) => {
      // An update that has moved on has its draft.
      if (awaitReceipt.run(inboxSeq).changes === 1) insert.run(entryValues(entry));
    }),
    list: (userId) => (list.all(userId) as EntryRow[]).map(toEntry),
    revise({ userId, chatId, messageId, content, raw }) {
      const values = [content, raw && JSON.stringify(raw), userId, chatId, messageId];
      return revise.run(values).changes > 0;
    },
    cancel: db.transaction((userId: number) => {
      endSession.run(userId);
      return drop.run(userId).changes;
    }),
    beginCompile: db.transaction(({ journalId, userId, chatId }: Compile) => {
      const taken = take.run(journalId, userId).changes;
      if (taken === 0) return 0;
      endSession.run(userId);
      const payload = { journalId };
      jobs.add({ kind: 'compile', key: `compile:${journalId}`, userId, chatId, payload });
      return taken;
    }),
  };
}

type Taken = Pick<Compile, 'journalId' | 'userId'>;

function compilingDrafts(db: Database.Database, jobs: JobQueue): CompilingDrafts {
  const entries = db.prepare(
    `SELECT ${entryColumns} FROM journal_entries WHERE journal_id = ? AND user_id = ? ORDER BY timestamp, message_id`,
  );
  const count = db
    .prepare('SELECT count(*) FROM journal_entries WHERE user_id = ? AND journal_id IS NOT NULL')
    .pluck();
  const empty = db.prepare('DELETE FROM journal_entries WHERE journal_id = ? AND user_id = ?');
  const putBack = db.prepare(
    'UPDATE journal_entries SET journal_id = NULL WHERE journal_id = ? AND user_id = ?',
  );
  const start = db.prepare(startSql);

  return {
    entries: ({ journalId, userId }) => (entries.all(journalId, userId) as EntryRow[]).map(toEntry),
    count: (userId) => count.get(userId) as number,
    handedOver: db.transaction(({ journalId, userId }: Taken, jobId: number) => {
      empty.run(journalId, userId);
      jobs.finish(jobId);
    }),
    putBack: db.transaction(
      ({ journalId, userId, chatId }: Compile, jobId: number, now: number) => {
        putBack.run(journalId, userId);
        start.run(userId, chatId, now);
        jobs.finish(jobId);
      },
    ),
  };
}

const startSql =
  'INSERT INTO sessions (user_id, chat_id, started_at) VALUES (?, ?, ?) ON CONFLICT (user_id) DO NOTHING';

function toSession(row: SessionRow | undefined): JournalSession | undefined {
  return row && { userId: row.user_id, chatId: row.chat_id, startedAt: row.started_at };
}
