import { randomUUID } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { JobQueue, NewJob } from '../ports/jobs.ts';
import type { Memories, Memory, MemoryType, NewMemory, Recalled } from '../ports/memories.ts';
import type { KeywordIndex } from './keyword-index.ts';

interface MemoryRow {
  row: number;
  id: string;
  user_id: number;
  chat_id: number;
  timestamp: number;
  type: MemoryType;
  content: string;
  raw_content: string;
  media_path: string | null;
  metadata: string;
}

/** Writes a memory and its index entry (`more`: what else finds it); for use inside a transaction. Returns false if the source is known. */
export type InsertMemory = (memory: NewMemory, more?: string) => boolean;

export function createInsertMemory(
  db: Database.Database,
  index: KeywordIndex,
  now: () => number,
): InsertMemory {
  const insert = db.prepare(
    `INSERT INTO memories (id, user_id, chat_id, timestamp, type, content, raw_content, media_path,
       metadata, source_key, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, source_key) DO NOTHING`,
  );
  return (memory, more = '') => {
    const added = insert.run(
      randomUUID(),
      memory.userId,
      memory.chatId,
      memory.timestamp,
      memory.type,
      memory.content,
      memory.rawContent,
      memory.mediaPath,
      JSON.stringify(memory.metadata),
      memory.sourceKey,
      now(),
    );
    if (added.changes === 0) return false;
    index.put(memory.userId, Number(added.lastInsertRowid), { text: memory.content, more });
    return true;
  };
}

export function createMemoryStore(
  db: Database.Database,
  parts: { index: KeywordIndex; jobs: JobQueue; insert: InsertMemory },
): Memories {
  const { index, jobs, insert } = parts;
  const bySource = db.prepare('SELECT * FROM memories WHERE user_id = ? AND source_key = ?');
  const byRow = db.prepare('SELECT * FROM memories WHERE user_id = ? AND row = ?');
  const talk = `FROM memories WHERE user_id = $userId AND type = 'chat' AND id <> $id
    AND (row < (SELECT row FROM memories WHERE id = $id) OR metadata ->> 'role' = 'assistant')`;
  const conversation = db.prepare(`SELECT * ${talk} ORDER BY row LIMIT -1 OFFSET $from`);
  const conversationLength = db.prepare(`SELECT count(*) ${talk}`).pluck();
  const counts = db.prepare(
    'SELECT type, count(*) AS count FROM memories WHERE user_id = ? GROUP BY type ORDER BY type',
  );
  const version = db
    .prepare(
      `SELECT (SELECT count(*) FROM memories WHERE user_id = $userId)
         + (SELECT count(*) FROM journals WHERE user_id = $userId AND plain = 0)`,
    )
    .pluck();

  return {
    remember: db.transaction((memory: NewMemory, newJobs: NewJob[] = [], finished?: number) => {
      if (insert(memory)) for (const job of newJobs) jobs.add(job);
      if (finished !== undefined) jobs.finish(finished);
      return toMemory(bySource.get(memory.userId, memory.sourceKey) as MemoryRow);
    }),
    bySource(userId, sourceKey) {
      const row = bySource.get(userId, sourceKey) as MemoryRow | undefined;
      return row && toMemory(row);
    },
    search: (userId, words, limit) =>
      index.search(userId, words, limit).flatMap(({ row, excerpt, score }): Recalled[] => {
        const found = byRow.get(userId, row) as MemoryRow | undefined;
        return found ? [{ memory: toMemory(found), excerpt, score }] : [];
      }),
    conversation: ({ userId, id }, from) =>
      (conversation.all({ userId, id, from }) as MemoryRow[]).map(toMemory),
    conversationLength: ({ userId, id }) => conversationLength.get({ userId, id }) as number,
    counts: (userId) => counts.all(userId) as { type: MemoryType; count: number }[],
    version: (userId) => version.get({ userId }) as number,
  };
}

function toMemory(row: MemoryRow): Memory {
  return {
    id: row.id,
    userId: row.user_id,
    chatId: row.chat_id,
    timestamp: row.timestamp,
    type: row.type,
    content: row.content,
    rawContent: row.raw_content,
    mediaPath: row.media_path,
    metadata: JSON.parse(row.metadata),
  };
}
