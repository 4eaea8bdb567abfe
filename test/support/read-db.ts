import { join } from 'node:path';
import Database from 'better-sqlite3';

type Name = 'journal' | 'memory';

/** What stands in a database of a running or stopped Senko. */
export function rows<Row>(dataDir: string, name: Name, sql: string): Row[] {
  const db = new Database(join(dataDir, `${name}.db`), { readonly: true });
  try {
    return db.prepare(sql).all() as Row[];
  } finally {
    db.close();
  }
}

/** The first column of each row. */
export function column(dataDir: string, name: Name, sql: string): unknown[] {
  return rows<Record<string, unknown>>(dataDir, name, sql).map((row) => Object.values(row)[0]);
}
