import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { StartError } from '../ports/start-error.ts';

/** Appended to, never edited: migration n takes a database from user_version n-1 to n. */
export type Migrations = readonly string[];

export interface Store {
  name: string;
  db: Database.Database;
  migrations: Migrations;
}

export class NewerSchemaError extends StartError {
  override name = 'NewerSchemaError';
}

export function assertNotNewer({ name, db, migrations }: Store): void {
  const version = versionOf(db);
  if (version <= migrations.length) return;
  throw new NewerSchemaError(
    `${name} was written by a newer Senko (schema ${version}, this program knows ${migrations.length}). Update the program with "git pull"; the data was not touched.`,
  );
}

export function needsMigration({ db, migrations }: Store): boolean {
  const version = versionOf(db);
  return version > 0 && version < migrations.length;
}

/** Copies every store into a folder of its own before any of them changes. */
export function copyBeforeMigration(stores: Store[], backupsDir: string): string {
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const folder = join(backupsDir, `before-migration-${stamp}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { db, name } of stores) {
    const copy = join(folder, name);
    db.prepare('VACUUM INTO ?').run(copy);
    fsyncPath(copy);
  }
  fsyncPath(folder);
  return folder;
}

/** Each migration is one transaction together with its version, so a crash leaves the one before. */
export function migrate({ db, migrations }: Store): void {
  for (let version = versionOf(db); version < migrations.length; version++) {
    db.transaction(() => {
      db.exec(migrations[version]!);
      db.pragma(`user_version = ${version + 1}`);
    }).exclusive();
  }
}

function versionOf(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

function fsyncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
