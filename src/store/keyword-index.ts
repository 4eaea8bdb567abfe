import type Database from 'better-sqlite3';

/**
 * Keyword search in FTS5, a table a user: in a shared one another user's rows would change this
 * user's ranking and cost. Rows are those of `memories`; writes belong into the memory's transaction.
 */
export interface KeywordIndex {
  put(userId: number, row: number, searchable: Searchable): void;
  /** What the user said, by bm25 over any of the words; best first. Excerpts are cut around the matching words. */
  search(userId: number, words: string, limit: number): KeywordHit[];
}

/** `more` is found as well, for what belongs to a text without being part of it. */
export interface Searchable {
  text: string;
  more: string;
}

export interface KeywordHit {
  row: number;
  excerpt: string;
  score: number;
}

const maxQueryWords = 40;
const excerptTokens = 48;

export function createKeywordIndex(db: Database.Database): KeywordIndex {
  const known = new Set<number>();
  const exists = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");

  const has = (userId: number) => {
    if (!known.has(userId) && exists.get(tableOf(userId))) known.add(userId);
    return known.has(userId);
  };
  const create = (userId: number) => {
    const table = tableOf(userId);
    db.exec(`CREATE VIRTUAL TABLE ${table} USING fts5(text, more, tokenize = "porter unicode61 remove_diacritics 2");
             INSERT INTO ${table} (${table}, rank) VALUES ('secure-delete', 1);`);
  };

  return {
    put(userId, row, { text, more }) {
      // Not `known.add` here: the caller's transaction may still be rolled back.
      if (!has(userId)) create(userId);
      const table = tableOf(userId);
      db.prepare(`DELETE FROM ${table} WHERE rowid = ?`).run(row);
      db.prepare(`INSERT INTO ${table} (rowid, text, more) VALUES (?, ?, ?)`).run(row, text, more);
    },
    search(userId, words, limit) {
      const query = anyOf(words);
      if (query === '' || !has(userId)) return [];
      const table = tableOf(userId);
      return db
        .prepare(
          `SELECT rowid AS row, -bm25(${table}) AS score,
             snippet(${table}, -1, '', '', '…', ${excerptTokens}) AS excerpt
           FROM ${table} WHERE ${table} MATCH ?
             AND (SELECT metadata ->> 'role' FROM memories WHERE row = ${table}.rowid) IS NOT 'assistant'
           ORDER BY rank LIMIT ?`,
        )
        .all(query, limit) as KeywordHit[];
    },
  };
}

/** Whatever the user typed becomes quoted words: no FTS5 operator can come from it. */
function anyOf(words: string): string {
  const unique = new Set(
    words
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  );
  return [...unique]
    .slice(0, maxQueryWords)
    .map((word) => `"${word}"`)
    .join(' OR ');
}

/** Safe in SQL: Telegram's user ids are integers. */
function tableOf(userId: number): string {
  if (!Number.isSafeInteger(userId) || userId < 0) throw new TypeError('user id: not an integer');
  return `keywords_${userId}`;
}
