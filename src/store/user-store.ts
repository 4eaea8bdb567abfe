import type Database from 'better-sqlite3';
import type { Settings, User, Users } from '../ports/users.ts';

interface UserRow {
  user_id: number;
  role: User['role'];
  paired_at: number;
}

export function createUserStore(db: Database.Database): Users {
  const get = db.prepare('SELECT * FROM users WHERE user_id = ?');
  const operator = db.prepare("SELECT * FROM users WHERE role = 'operator'");
  const list = db.prepare('SELECT * FROM users ORDER BY paired_at');
  const add = db.prepare(
    `INSERT INTO users (user_id, role, paired_at)
     VALUES (?, iif(EXISTS (SELECT 1 FROM users WHERE role = 'operator'), 'user', 'operator'), ?)
     ON CONFLICT (user_id) DO NOTHING`,
  );
  return {
    operator: () => toUser(operator.get() as UserRow | undefined),
    get: (userId) => toUser(get.get(userId) as UserRow | undefined),
    add(userId, now) {
      add.run(userId, now);
      return toUser(get.get(userId) as UserRow)!;
    },
    list: () => (list.all() as UserRow[]).map((row) => toUser(row)!),
  };
}

export function createSettingsStore(db: Database.Database): Settings {
  const get = db.prepare('SELECT value FROM settings WHERE key = ?').pluck();
  const set = db.prepare(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  return {
    get: (key) => get.get(key) as string | undefined,
    set: (key, value) => void set.run(key, value),
  };
}

function toUser(row: UserRow | undefined): User | undefined {
  return row && { userId: row.user_id, role: row.role, pairedAt: row.paired_at };
}
