import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { journalMigrations } from './journal-migrations.ts';
import { memoryMigrations } from './memory-migrations.ts';
import { assertNotNewer, copyBeforeMigration, migrate, needsMigration } from './migrate.ts';

export interface Databases {
  journal: Database.Database;
  memory: Database.Database;
  close(): void;
}

export class AlreadyRunningError extends Error {
  override name = 'AlreadyRunningError';
}

/**
 * Opens journal.db and memory.db in `dataDir` for this process alone and brings them up to date,
 * after a copy of both into `backupsDir`.
 * Throws AlreadyRunningError while another process owns them, NewerSchemaError if they are from a later program.
 */
export function openDatabases(dirs: { dataDir: string; backupsDir: string }): Databases {
  mkdirSync(dirs.dataDir, { recursive: true, mode: 0o700 });
  const lock = takeLock(join(dirs.dataDir, 'lock.db'));
  const opened: Database.Database[] = [];
  const close = () => {
    for (const db of opened.reverse()) db.close();
    lock.close();
  };
  try {
    const stores = [
      { name: 'journal.db', migrations: journalMigrations },
      { name: 'memory.db', migrations: memoryMigrations },
    ].map(({ name, migrations }) => {
      const db = openDatabase(join(dirs.dataDir, name));
      opened.push(db);
      return { name, db, migrations };
    });
    for (const store of stores) assertNotNewer(store);
    if (stores.some(needsMigration)) copyBeforeMigration(stores, dirs.backupsDir);
    for (const store of stores) migrate(store);
    const [journal, memory] = opened as [Database.Database, Database.Database];
    return { journal, memory, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** FULL: a commit that returned is on the disk. No mmap: a file cut short would end the process. */
export function openDatabase(file: string): Database.Database {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('cache_size = -65536');
  db.pragma('temp_store = MEMORY');
  db.pragma('foreign_keys = ON');
  db.pragma('secure_delete = ON');
  return db;
}

/** SQLite's own exclusive lock: the kernel drops it when the process ends, however it ends. */
function takeLock(file: string): Database.Database {
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw cause;
    throw new AlreadyRunningError(
      `Senko is running already with the data in ${file.replace(/lock\.db$/, '')}. Stop that one first, or set another DATA_DIR.`,
      { cause },
    );
  }
}
