import type Database from 'better-sqlite3';
import type { JobQueue, NewJob } from '../ports/jobs.ts';
import type { Entry } from '../ports/journal.ts';
import type { Article, Journal, Journals } from '../ports/memories.ts';
import { type EntryRow, entryColumns, entryValues, toEntry } from './entry-rows.ts';
import type { KeywordIndex } from './keyword-index.ts';
import type { InsertMemory } from './memory-store.ts';

interface JournalRow {
  id: string;
  user_id: number;
  chat_id: number;
  date: string;
  title: string;
  body: string;
  tags: string;
  plain: 0 | 1;
  source_entry_ids: string;
  markdown_path: string | null;
  markdown_hash: string | null;
  created_at: number;
}

/** Articles with the original entries kept in them; each is also a memory of type `journal`. */
export function createArticleStore(
  db: Database.Database,
  parts: { index: KeywordIndex; jobs: JobQueue; insertMemory: InsertMemory },
): Journals {
  const { index, jobs, insertMemory } = parts;
  const insert = db.prepare(
    `INSERT INTO journals (id, user_id, chat_id, date, title, body, tags, plain, source_entry_ids, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const insertEntry = db.prepare(
    `INSERT INTO journal_entries (journal_id, ${entryColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const get = db.prepare('SELECT * FROM journals WHERE id = ? AND user_id = ?');
  const entries = db.prepare(
    `SELECT ${entryColumns} FROM journal_entries WHERE journal_id = ? AND user_id = ? ORDER BY timestamp, message_id`,
  );
  const rewrite = db.prepare(
    'UPDATE journals SET title = ?, body = ?, tags = ?, plain = 0 WHERE id = ? AND user_id = ?',
  );
  const rewriteMemory = db.prepare(
    `UPDATE memories SET content = ?, raw_content = ?, metadata = ?
     WHERE user_id = ? AND source_key = ? RETURNING row`,
  );
  const exported = db.prepare(
    'UPDATE journals SET markdown_path = ?, markdown_hash = ? WHERE id = ? AND user_id = ?',
  );
  const counts = db.prepare(
    'SELECT count(*) AS journals, coalesce(sum(plain), 0) AS plain FROM journals WHERE user_id = ?',
  );
  const entriesOf = (userId: number, id: string) =>
    (entries.all(id, userId) as EntryRow[]).map(toEntry);

  return {
    keep: db.transaction((journal: Journal, originals: Entry[], newJobs: NewJob[]) => {
      const { id, userId, chatId, date, title, body, tags, plain, createdAt } = journal;
      const ids = JSON.stringify(journal.sourceEntryIds);
      const flags = [JSON.stringify(tags), plain ? 1 : 0, ids, createdAt];
      if (insert.run(id, userId, chatId, date, title, body, ...flags).changes === 0) return;
      for (const entry of originals) insertEntry.run(id, ...entryValues(entry));
      insertMemory(
        {
          userId,
          chatId,
          timestamp: originals[0]?.timestamp ?? createdAt,
          type: 'journal',
          content: textOf(journal),
          rawContent: body,
          mediaPath: null,
          metadata: { journalId: id, tags },
          sourceKey: sourceKeyOf(id),
        },
        wordsOf(originals),
      );
      for (const job of newJobs) jobs.add(job);
    }),
    get(userId, id) {
      const row = get.get(id, userId) as JournalRow | undefined;
      return row && toJournal(row);
    },
    entries: entriesOf,
    rewrite: db.transaction((userId: number, id: string, article: Article, newJobs: NewJob[]) => {
      const tags = JSON.stringify(article.tags);
      if (rewrite.run(article.title, article.body, tags, id, userId).changes === 0) return;
      const metadata = JSON.stringify({ journalId: id, tags: article.tags });
      const changed = [textOf(article), article.body, metadata, userId, sourceKeyOf(id)];
      const { row } = rewriteMemory.get(...changed) as { row: number };
      index.put(userId, row, { text: textOf(article), more: wordsOf(entriesOf(userId, id)) });
      for (const job of newJobs) jobs.add(job);
    }),
    exported: (userId, id, { path, hash }) => void exported.run(path, hash, id, userId),
    counts: (userId) => counts.get(userId) as { journals: number; plain: number },
  };
}

const sourceKeyOf = (journalId: string) => `journal:${journalId}`;

/** Without the marks of bold times and headings. */
const textOf = ({ title, body }: Article) => `${title}\n\n${body.replaceAll(/\*\*|^## /gm, '')}`;

/** The user's own words are found even where the article left them out. */
const wordsOf = (originals: Entry[]) => originals.map(({ content }) => content).join('\n');

function toJournal(row: JournalRow): Journal {
  return {
    id: row.id,
    userId: row.user_id,
    chatId: row.chat_id,
    date: row.date,
    title: row.title,
    body: row.body,
    tags: JSON.parse(row.tags),
    plain: row.plain === 1,
    sourceEntryIds: JSON.parse(row.source_entry_ids),
    markdownPath: row.markdown_path,
    markdownHash: row.markdown_hash,
    createdAt: row.created_at,
  };
}
