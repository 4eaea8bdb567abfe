import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InboxItem, IncomingUpdate } from '../../src/ports/inbox.ts';
import type { NewJob } from '../../src/ports/jobs.ts';
import type { Entry } from '../../src/ports/journal.ts';
import type { Journal, Memory, NewMemory } from '../../src/ports/memories.ts';
import { openStores, type Stores } from '../../src/store/stores.ts';

export const ada = 1;
export const ben = 2;

export interface Folder extends Disposable {
  path: string;
  dirs: { dataDir: string; backupsDir: string };
}

/** A folder for one test, gone after it. */
export function testFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'senko-fast-'));
  return {
    path,
    dirs: { dataDir: join(path, 'data'), backupsDir: join(path, 'backups') },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface TestStores extends Stores, Disposable {
  dataDir: string;
  /** The stores' clock; a test moves it. */
  clock: { now: number };
  /** How often a job was announced. */
  announced(): number;
}

/** The real stores over real databases in a folder of their own. */
export function openTestStores(): TestStores {
  const folder = testFolder();
  const clock = { now: 1_000 };
  let announced = 0;
  const stores = openStores(
    folder.dirs,
    () => clock.now,
    () => announced++,
  );
  return {
    ...stores,
    dataDir: folder.dirs.dataDir,
    clock,
    announced: () => announced,
    [Symbol.dispose]() {
      stores.close();
      folder[Symbol.dispose]();
    },
  };
}

export function incoming(updateId: number, changes: Partial<IncomingUpdate> = {}): IncomingUpdate {
  return {
    botId: 77,
    updateId,
    userId: ada,
    chatId: ada,
    messageId: updateId,
    payload: { update_id: updateId },
    ...changes,
  };
}

/** An update that waits in the inbox, as the capture of a draft needs it. */
export function arrived({ inbox, clock }: TestStores, updateId: number, userId = ada): InboxItem {
  return inbox.accept([incoming(updateId, { userId, chatId: userId })], clock.now)[0]!;
}

export function entry(id: string, changes: Partial<Entry> = {}): Entry {
  return {
    id,
    userId: ada,
    chatId: ada,
    messageId: 1,
    timestamp: 1_000,
    type: 'text',
    content: `entry ${id}`,
    mediaPath: null,
    imageDescription: null,
    raw: null,
    createdAt: 1_000,
    ...changes,
  };
}

export function newMemory(
  sourceKey: string,
  content: string,
  changes: Partial<NewMemory> = {},
): NewMemory {
  return {
    userId: ada,
    chatId: ada,
    timestamp: 1_000,
    type: 'chat',
    content,
    rawContent: content,
    mediaPath: null,
    metadata: { role: 'user' },
    sourceKey,
    ...changes,
  };
}

export function memory(id: string, content: string, changes: Partial<Memory> = {}): Memory {
  const { sourceKey: _, ...rest } = newMemory(id, content);
  return { ...rest, id, ...changes };
}

export function journal(id: string, changes: Partial<Journal> = {}): Journal {
  return {
    id,
    userId: ada,
    chatId: ada,
    date: '2026-05-20',
    title: 'A day at the lake',
    body: 'We swam.',
    tags: ['lake'],
    plain: false,
    sourceEntryIds: [],
    markdownPath: null,
    markdownHash: null,
    createdAt: 1_000,
    ...changes,
  };
}

export function job(key: string, changes: Partial<NewJob> = {}): NewJob {
  return { kind: 'send', key, userId: ada, chatId: ada, payload: { text: key }, ...changes };
}
