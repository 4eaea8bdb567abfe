import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { BotCommand, Chat, Message, Update, User } from 'grammy/types';
import type { ChatMessage, Reactions, ReplyKeyboard } from './chat-message.ts';

export type ChatStore = ReturnType<typeof openChatStore>;
export type UpdateBody = Omit<Update, 'update_id'>;
export interface CommandList {
  scope: string;
  language: string;
  commands: BotCommand[];
}

const schema = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, user TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS chats (
    id INTEGER PRIMARY KEY, chat TEXT NOT NULL, last_message_id INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS messages (
    chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL, message TEXT NOT NULL,
    keyboard TEXT, reactions TEXT NOT NULL DEFAULT '{}', update_id INTEGER,
    PRIMARY KEY (chat_id, message_id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS messages_by_update ON messages (update_id) WHERE update_id IS NOT NULL;
  CREATE TABLE IF NOT EXISTS updates (update_id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS callback_queries (id TEXT PRIMARY KEY, chat_id INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS commands (
    scope TEXT NOT NULL, language TEXT NOT NULL, commands TEXT NOT NULL,
    PRIMARY KEY (scope, language)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS blobs (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS files (
    file_id TEXT PRIMARY KEY, kind TEXT NOT NULL, path TEXT NOT NULL UNIQUE, mime_type TEXT NOT NULL,
    blob_id INTEGER NOT NULL, description TEXT NOT NULL);
`;

/** Everything that outlives a restart: chats, messages, unconfirmed updates, commands. */
export function openChatStore(file: string) {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(schema);
  if (file !== ':memory:') chmodSync(file, 0o600);
  return {
    db,
    transaction: <T>(work: () => T): T => db.transaction(work).immediate(),
    ...settings(db),
    ...people(db),
    ...messages(db),
    ...updates(db),
    ...commands(db),
    close: () => db.close(),
  };
}

function settings(db: Database.Database) {
  const read = db.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck();
  const write = db.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)');
  return {
    setting: (name: string): string | undefined => read.get(name),
    saveSetting: (name: string, value: string) => void write.run(name, value),
  };
}

function people(db: Database.Database) {
  const user = db.prepare<[number], string>('SELECT user FROM users WHERE id = ?').pluck();
  const saveUser = db.prepare('INSERT OR REPLACE INTO users VALUES (?, ?)');
  const chat = db.prepare<[number], string>('SELECT chat FROM chats WHERE id = ?').pluck();
  const saveChat = db.prepare(
    'INSERT INTO chats (id, chat) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET chat = excluded.chat',
  );
  const nextMessage = db
    .prepare<[number], number>(
      'UPDATE chats SET last_message_id = last_message_id + 1 WHERE id = ? RETURNING last_message_id',
    )
    .pluck();
  return {
    user: (id: number) => parse<User>(user.get(id)),
    saveUser: (value: User) => void saveUser.run(value.id, JSON.stringify(value)),
    chat: (id: number) => parse<Chat>(chat.get(id)),
    saveChat: (value: Chat) => void saveChat.run(value.id, JSON.stringify(value)),
    nextMessageId: (chatId: number): number => nextMessage.get(chatId)!,
  };
}

interface MessageRow {
  message: string;
  keyboard: string | null;
  reactions: string;
  confirmed: number;
}

function messages(db: Database.Database) {
  const columns = `message, keyboard, reactions,
    update_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM updates u WHERE u.update_id = m.update_id) AS confirmed`;
  const one = db.prepare<[number, number], MessageRow>(
    `SELECT ${columns} FROM messages m WHERE chat_id = ? AND message_id = ?`,
  );
  const page = db.prepare<[number, number, number], MessageRow>(
    `SELECT ${columns} FROM messages m WHERE chat_id = ? AND message_id < ?
     ORDER BY message_id DESC LIMIT ?`,
  );
  const insert = db.prepare(
    'INSERT INTO messages (chat_id, message_id, message, keyboard) VALUES (?, ?, ?, ?)',
  );
  const replace = db.prepare(
    'UPDATE messages SET message = ? WHERE chat_id = ? AND message_id = ?',
  );
  const react = db.prepare(
    'UPDATE messages SET reactions = ? WHERE chat_id = ? AND message_id = ?',
  );
  const link = db.prepare('UPDATE messages SET update_id = ? WHERE chat_id = ? AND message_id = ?');
  const remove = db.prepare('DELETE FROM messages WHERE chat_id = ? AND message_id = ?');
  return {
    message: (chatId: number, messageId: number): ChatMessage | undefined => {
      const row = one.get(chatId, messageId);
      return row && asChatMessage(row);
    },
    messages: (chatId: number, options: { before?: number; limit?: number } = {}): ChatMessage[] =>
      page
        .all(chatId, options.before ?? Number.MAX_SAFE_INTEGER, options.limit ?? -1)
        .reverse()
        .map(asChatMessage),
    insertMessage: (message: Message, keyboard?: ReplyKeyboard) => {
      const shown = keyboard ? JSON.stringify(keyboard) : null;
      insert.run(message.chat.id, message.message_id, JSON.stringify(message), shown);
    },
    replaceMessage: (message: Message) =>
      void replace.run(JSON.stringify(message), message.chat.id, message.message_id),
    saveReactions: (chatId: number, messageId: number, reactions: Reactions) =>
      void react.run(JSON.stringify(reactions), chatId, messageId),
    linkUpdate: (message: Message, updateId: number) =>
      void link.run(updateId, message.chat.id, message.message_id),
    removeMessage: (chatId: number, messageId: number): boolean =>
      remove.run(chatId, messageId).changes > 0,
  };
}

function asChatMessage(row: MessageRow): ChatMessage {
  const message = JSON.parse(row.message) as Message;
  return {
    message,
    reactions: JSON.parse(row.reactions) as Reactions,
    confirmed: row.confirmed === 1,
    ...(row.keyboard && { keyboard: JSON.parse(row.keyboard) as ReplyKeyboard }),
  };
}

function updates(db: Database.Database) {
  const last = db
    .prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'updates'`)
    .pluck();
  // AUTOINCREMENT keeps counting when the table is empty, so that no update_id is given twice.
  if (last.get() === undefined)
    db.prepare(`INSERT INTO sqlite_sequence (name, seq) VALUES ('updates', ?)`).run(
      100_000_000 + Math.floor(Math.random() * 800_000_000),
    );
  const insert = db.prepare('INSERT INTO updates (body) VALUES (?)');
  const pending = db.prepare<[number], { update_id: number; body: string }>(
    'SELECT update_id, body FROM updates ORDER BY update_id LIMIT ?',
  );
  const count = db.prepare<[], number>('SELECT count(*) FROM updates').pluck();
  const nthFromEnd = db
    .prepare<[number], number>(
      'SELECT update_id FROM updates ORDER BY update_id DESC LIMIT 1 OFFSET ?',
    )
    .pluck();
  const remove = db
    .prepare<[number], number>('DELETE FROM updates WHERE update_id < ? RETURNING update_id')
    .pluck();
  const confirmed = db.prepare<[number, number], { chat_id: number; message_id: number }>(
    'SELECT chat_id, message_id FROM messages WHERE update_id BETWEEN ? AND ?',
  );
  const saveCallback = db.prepare('INSERT INTO callback_queries VALUES (?, ?)');
  const takeCallback = db
    .prepare<[string], number>('DELETE FROM callback_queries WHERE id = ? RETURNING chat_id')
    .pluck();
  return {
    insertUpdate: (body: UpdateBody) => Number(insert.run(JSON.stringify(body)).lastInsertRowid),
    pendingUpdates: (limit: number): Update[] =>
      pending
        .all(limit)
        .map((row) => ({ update_id: row.update_id, ...(JSON.parse(row.body) as UpdateBody) })),
    pendingCount: (): number => count.get()!,
    updateFromEnd: (n: number): number | undefined => nthFromEnd.get(n - 1),
    removeUpdatesBefore: (updateId: number): { chat_id: number; message_id: number }[] => {
      const removed = remove.all(updateId);
      return removed.length > 0 ? confirmed.all(Math.min(...removed), Math.max(...removed)) : [];
    },
    saveCallbackQuery: (id: string, chatId: number) => void saveCallback.run(id, chatId),
    takeCallbackQuery: (id: string): number | undefined => takeCallback.get(id),
  };
}

function commands(db: Database.Database) {
  const write = db.prepare('INSERT OR REPLACE INTO commands VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM commands WHERE scope = ? AND language = ?');
  const all = db.prepare<[], { scope: string; language: string; commands: string }>(
    'SELECT * FROM commands',
  );
  return {
    commandLists: (): CommandList[] =>
      all.all().map((row) => ({ ...row, commands: JSON.parse(row.commands) as BotCommand[] })),
    saveCommands: (list: CommandList) =>
      void write.run(list.scope, list.language, JSON.stringify(list.commands)),
    removeCommands: (scope: string, language: string) => void remove.run(scope, language),
  };
}

function parse<T>(json: string | undefined): T | undefined {
  return json === undefined ? undefined : (JSON.parse(json) as T);
}
