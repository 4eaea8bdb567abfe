import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import {
  assertNotNewer,
  copyBeforeMigration,
  type Migrations,
  migrate,
  NewerSchemaError,
  needsMigration,
} from '../../src/store/migrate.ts';
import { openDatabase } from '../../src/store/open.ts';
import { type Folder, testFolder } from '../support/fast-stores.ts';

const notes = "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('first');";
const mood = "ALTER TABLE notes ADD COLUMN mood TEXT; UPDATE notes SET mood = 'calm';";

function open(folder: Folder, migrations: Migrations, name = 'diary.db') {
  const db = openDatabase(join(folder.path, name));
  return {
    name,
    db,
    migrations,
    version: () => db.pragma('user_version', { simple: true }),
    [Symbol.dispose]: () => void db.close(),
  };
}

test('each migration is applied once, in order, also when later ones are appended', () => {
  using folder = testFolder();
  {
    using store = open(folder, [notes]);
    migrate(store);
    migrate(store);
    expect(store.version()).toBe(1);
    store.db.exec("INSERT INTO notes VALUES ('second')");
  }
  using store = open(folder, [notes, mood]);
  migrate(store);
  migrate(store);
  expect(store.version()).toBe(2);
  expect(store.db.prepare('SELECT text, mood FROM notes').all()).toEqual([
    { text: 'first', mood: 'calm' },
    { text: 'second', mood: 'calm' },
  ]);
});

test('only a database with something in it that is behind needs a migration', () => {
  using folder = testFolder();
  using store = open(folder, [notes]);
  expect(needsMigration(store)).toBe(false);
  migrate(store);
  expect(needsMigration(store)).toBe(false);
  expect(needsMigration({ ...store, migrations: [notes, mood] })).toBe(true);
});

test('before a migration both databases are copied whole, with what is still in their WAL', () => {
  using folder = testFolder();
  using one = open(folder, [notes], 'one.db');
  using two = open(folder, [notes], 'two.db');
  for (const store of [one, two]) {
    store.db.pragma('wal_autocheckpoint = 0');
    migrate(store);
    store.db.exec(`INSERT INTO notes VALUES ('of ${store.name}')`);
  }

  const copies = copyBeforeMigration([one, two], join(folder.path, 'backups'));
  migrate({ ...one, migrations: [notes, mood] });

  expect(readdirSync(copies).sort()).toEqual(['one.db', 'two.db']);
  for (const name of ['one.db', 'two.db']) {
    const copy = new Database(join(copies, name), { readonly: true });
    expect(copy.pragma('user_version', { simple: true })).toBe(1);
    expect(copy.prepare('SELECT * FROM notes').all()).toEqual([
      { text: 'first' },
      { text: `of ${name}` },
    ]);
    copy.close();
  }
});

test('two migrations have two copies: an older copy is never written over', () => {
  using folder = testFolder();
  using store = open(folder, [notes]);
  migrate(store);
  const backups = join(folder.path, 'backups');
  const first = copyBeforeMigration([store], backups);
  // The name of the folder has milliseconds.
  let second: string | undefined;
  while (!second) {
    try {
      second = copyBeforeMigration([store], backups);
    } catch (error) {
      expect((error as Error).message).toContain('already exists');
    }
  }
  expect(second).not.toBe(first);
  expect(readdirSync(backups)).toHaveLength(2);
});

test('a migration that fails leaves the version before it, and none of its changes', () => {
  using folder = testFolder();
  using store = open(folder, [notes, mood, `DELETE FROM notes; ALTER TABLE nowhere ADD COLUMN x;`]);
  expect(() => migrate(store)).toThrow(/nowhere/);
  expect(store.version()).toBe(2);
  expect(store.db.prepare('SELECT text FROM notes').pluck().all()).toEqual(['first']);
  expect(store.db.inTransaction).toBe(false);
});

test('a newer schema is named with both versions, and the way out', () => {
  using folder = testFolder();
  using store = open(folder, [notes, mood]);
  migrate(store);
  assertNotNewer(store);
  const older = { ...store, migrations: [notes] };
  expect(() => assertNotNewer(older)).toThrow(NewerSchemaError);
  expect(() => assertNotNewer(older)).toThrow(/schema 2, this program knows 1.*git pull/);
});
