import { jobsTable } from './job-store.ts';
import type { Migrations } from './migrate.ts';

/** journal.db: who may talk, what arrived, and what waits to be compiled. Times are UTC milliseconds. */
export const journalMigrations: Migrations = [
  `
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE users (
    user_id INTEGER PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('operator', 'user')),
    paired_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    bot_id INTEGER NOT NULL,
    update_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    message_id INTEGER,
    payload TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'receipt', 'done', 'set aside')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    done_at INTEGER,
    UNIQUE (bot_id, update_id)
  ) STRICT;
  CREATE INDEX inbox_open ON inbox (seq) WHERE state IN ('waiting', 'receipt');
  CREATE INDEX inbox_done ON inbox (done_at) WHERE state = 'done';

  CREATE TABLE sessions (
    user_id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    started_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE journal_entries (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    media_path TEXT,
    image_description TEXT,
    raw TEXT,
    created_at INTEGER NOT NULL,
    journal_id TEXT
  ) STRICT;
  CREATE INDEX journal_entries_by_user ON journal_entries (user_id, journal_id, timestamp);
  CREATE INDEX journal_entries_by_journal ON journal_entries (journal_id) WHERE journal_id IS NOT NULL;

  ${jobsTable}
  `,
];
