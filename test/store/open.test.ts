import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { journalMigrations } from '../../src/store/journal-migrations.ts';
import { memoryMigrations } from '../../src/store/memory-migrations.ts';
import { NewerSchemaError } from '../../src/store/migrate.ts';
import { AlreadyRunningError, openDatabases } from '../../src/store/open.ts';
import { testFolder } from '../support/fast-stores.ts';

const full = 2;

test('a commit that returned is on the disk: both databases are WAL with synchronous=FULL', () => {
  using folder = testFolder();
  const databases = openDatabases(folder.dirs);
  for (const db of [databases.journal, databases.memory]) {
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(full);
    expect(db.pragma('secure_delete', { simple: true })).toBe(1);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(db.pragma('mmap_size', { simple: true })).toBe(0);
  }
  databases.close();
});

test('one process owns the data: a second open says which folder is taken and what to do', () => {
  using folder = testFolder();
  const first = openDatabases(folder.dirs);
  expect(() => openDatabases(folder.dirs)).toThrow(AlreadyRunningError);
  expect(() => openDatabases(folder.dirs)).toThrow(folder.dirs.dataDir);
  expect(() => openDatabases(folder.dirs)).toThrow(/Stop that one first, or set another DATA_DIR/);
  // The refused ones have not loosened the lock of the first.
  expect(() => openDatabases(folder.dirs)).toThrow(AlreadyRunningError);
  first.journal.exec('CREATE TABLE still_mine (x)');
  first.close();
});

test('closing gives the data free for the next', () => {
  using folder = testFolder();
  openDatabases(folder.dirs).close();
  const next = openDatabases(folder.dirs);
  expect(next.memory.pragma('user_version', { simple: true })).toBe(memoryMigrations.length);
  next.close();
});

test('two Senkos with folders of their own run side by side', () => {
  using one = testFolder();
  using other = testFolder();
  const first = openDatabases(one.dirs);
  openDatabases(other.dirs).close();
  first.close();
});

test('new databases and databases that are up to date are not copied', () => {
  using folder = testFolder();
  openDatabases(folder.dirs).close();
  openDatabases(folder.dirs).close();
  expect(readdirSync(folder.path)).toEqual(['data']);
});

test.each(['journal.db', 'memory.db'])(
  'a %s of a newer Senko is refused, byte for byte as it was, and nothing is locked',
  (name) => {
    using folder = testFolder();
    openDatabases(folder.dirs).close();
    const file = join(folder.dirs.dataDir, name);
    const newer = new Database(file);
    newer.pragma(`user_version = ${journalMigrations.length + 7}`);
    newer.close();
    const kept = join(folder.path, 'kept.db');
    copyFileSync(file, kept);

    expect(() => openDatabases(folder.dirs)).toThrow(NewerSchemaError);
    expect(() => openDatabases(folder.dirs)).toThrow(
      `${name} was written by a newer Senko (schema 8, this program knows 1)`,
    );
    expect(readFileSync(file)).toEqual(readFileSync(kept));
    expect(readdirSync(folder.path)).toEqual(['data', 'kept.db']);
  },
);

test('a failed open leaves the data free for the next', () => {
  using folder = testFolder();
  openDatabases(folder.dirs).close();
  const file = join(folder.dirs.dataDir, 'memory.db');
  const setVersion = (version: number) => {
    const db = new Database(file);
    db.pragma(`user_version = ${version}`);
    db.close();
  };
  setVersion(99);
  expect(() => openDatabases(folder.dirs)).toThrow(NewerSchemaError);
  setVersion(1);
  openDatabases(folder.dirs).close();
});
