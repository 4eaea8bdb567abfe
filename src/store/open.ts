import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StartError } from '../ports/start-error.ts';
import { journalMigrations } from './journal-migrations.ts';
import { memoryMigrations } from './memory-migrations.ts';
import { assertNotNewer, copyBeforeMigration, migrate, needsMigration } from './migrate.ts';

export interface Databases {
  journal: Database.Database;
  memory: Database.Database;
  close(): void;
}

export class AlreadyRunningError extends StartError {
  override name = 'AlreadyRunningError';
}

/**
 * Opens journal.db and memory.db in `dataDir` for this process alone and brings them up to date,
 * after a copy of both into `backupsDir`.
 * Throws AlreadyRunningError while another process owns them, NewerSchemaError if they are from a later
 * program, StartError where they cannot be opened.
 */
export function openDatabases(dirs: { dataDir: string; backupsDir: string }): Databases {
  const lock = takeLock(dirs.dataDir);
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
    throw inWords(error, dirs.dataDir);
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
function takeLock(dataDir: string): Database.Database {
  let lock: Database.Database | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    lock = new Database(join(dataDir, 'lock.db'), { timeout: 0 });
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock?.close();
    if (codeOf(cause) !== 'SQLITE_BUSY') throw inWords(cause, dataDir);
    throw new AlreadyRunningError(
      `Senko is running already with the data in ${dataDir}. Stop that one first, or set another DATA_DIR.`,
      { cause },
    );
  }
}

function inWords(cause: unknown, dataDir: string): unknown {
  const code = codeOf(cause);
  if (/^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|SQLITE_CANTOPEN|SQLITE_READONLY)/.test(code)) {
    const message = `The folder ${dataDir} cannot be written to: check that it is yours, or set another DATA_DIR.`;
    return new StartError(message, { cause });
  }
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    const message = `A database in ${dataDir} is damaged and was left as it is. Put a copy from BACKUPS_DIR in its place, or move it away to begin anew.`;
    return new StartError(message, { cause });
  }
  return cause;
}

const codeOf = (error: unknown) => (error as { code?: string }).code ?? '';
