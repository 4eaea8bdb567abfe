import { jobsTable } from './job-store.ts';
import type { Migrations } from './migrate.ts';

/**
 * memory.db: everything that Senko remembers. Times are UTC milliseconds.
 * Keyword indexes are a table a user and made when needed: see keyword-index.ts.
 */
export const memoryMigrations: Migrations = [
  `
  CREATE TABLE memories (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    raw_content TEXT NOT NULL,
    media_path TEXT,
    metadata TEXT NOT NULL,
    source_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (user_id, source_key)
  ) STRICT;
  CREATE INDEX memories_by_time ON memories (user_id, timestamp DESC);
  CREATE INDEX memories_by_type ON memories (user_id, type, row);
  CREATE INDEX memories_by_creation ON memories (created_at);

  CREATE TABLE journals (
    id TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    date TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    tags TEXT NOT NULL,
    plain INTEGER NOT NULL CHECK (plain IN (0, 1)),
    source_entry_ids TEXT NOT NULL,
    markdown_path TEXT,
    markdown_hash TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX journals_by_user ON journals (user_id, created_at DESC);

  CREATE TABLE journal_entries (
    id TEXT PRIMARY KEY,
    journal_id TEXT NOT NULL REFERENCES journals (id),
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    type TEXT NOT NULL,
    content TEXT NOT NULL,
    media_path TEXT,
    image_description TEXT,
    raw TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX journal_entries_by_journal ON journal_entries (journal_id, timestamp);

  ${jobsTable}
  `,
];
