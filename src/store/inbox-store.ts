import type Database from 'better-sqlite3';
import type { Inbox, InboxItem, IncomingUpdate } from '../ports/inbox.ts';

interface InboxRow {
  seq: number;
  bot_id: number;
  update_id: number;
  user_id: number;
  chat_id: number;
  message_id: number | null;
  payload: string;
  received_at: number;
  attempts: number;
  state: InboxItem['state'];
}

export function createInboxStore(db: Database.Database): Inbox {
  const insert = db.prepare(
    `INSERT INTO inbox (bot_id, update_id, user_id, chat_id, message_id, payload, received_at, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (bot_id, update_id) DO NOTHING`,
  );
  const open = db.prepare("SELECT * FROM inbox WHERE state IN ('waiting', 'receipt') ORDER BY seq");
  const settle = db.prepare(
    "UPDATE inbox SET state = 'done', payload = '', error = NULL, done_at = ? WHERE seq = ?",
  );
  const countFailure = db.prepare(
    'UPDATE inbox SET attempts = attempts + 1, error = ? WHERE seq = ? RETURNING attempts',
  );
  const setAside = db.prepare("UPDATE inbox SET state = 'set aside' WHERE seq = ?");
  const aside = db
    .prepare("SELECT count(*) FROM inbox WHERE state = 'set aside' AND user_id = ?")
    .pluck();
  const retry = db.prepare(
    "UPDATE inbox SET state = 'waiting', attempts = 0 WHERE state = 'set aside'",
  );
  const prune = db.prepare("DELETE FROM inbox WHERE state = 'done' AND done_at < ?");

  const store = (update: IncomingUpdate, now: number): InboxItem[] => {
    const { botId, updateId, userId, chatId, messageId, payload } = update;
    const text = JSON.stringify(payload);
    const added = insert.run(botId, updateId, userId, chatId, messageId, text, now);
    if (added.changes === 0) return [];
    const seq = Number(added.lastInsertRowid);
    return [{ ...update, seq, receivedAt: now, attempts: 0, state: 'waiting' }];
  };

  return {
    accept: db.transaction((updates: IncomingUpdate[], now: number) =>
      updates.flatMap((update) => store(update, now)),
    ),
    open: () => (open.all() as InboxRow[]).map(toItem),
    settle: db.transaction((seqs: number[], now: number) => {
      for (const seq of seqs) settle.run(now, seq);
    }),
    failed: db.transaction((seq: number, error: string, maxAttempts: number) => {
      const { attempts } = countFailure.get(error, seq) as { attempts: number };
      if (attempts < maxAttempts) return 'again';
      setAside.run(seq);
      return 'set-aside';
    }),
    setAsideCount: (userId) => aside.get(userId) as number,
    retrySetAside: () => void retry.run(),
    prune: (before) => prune.run(before).changes,
  };
}

function toItem(row: InboxRow): InboxItem {
  return {
    seq: row.seq,
    botId: row.bot_id,
    updateId: row.update_id,
    userId: row.user_id,
    chatId: row.chat_id,
    messageId: row.message_id,
    payload: row.payload === '' ? {} : JSON.parse(row.payload),
    receivedAt: row.received_at,
    attempts: row.attempts,
    state: row.state,
  };
}
