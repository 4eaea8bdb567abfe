import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from '../src/store/open.ts';
import { sample } from './measure.ts';

/** One row, one commit, one fsync: what the disk of this machine takes for a promise. */
export async function bareInserts(count: number, dir: string): Promise<number[]> {
  const folder = mkdtempSync(join(dir, 'bare-'));
  const db = openDatabase(join(folder, 'bare.db'));
  db.exec('CREATE TABLE entries (id INTEGER PRIMARY KEY, text TEXT)');
  const insert = db.prepare('INSERT INTO entries (text) VALUES (?)');
  const samples = await sample(count, () =>
    insert.run('a thought of ordinary length, as people have'),
  );
  db.close();
  rmSync(folder, { recursive: true });
  return samples;
}

/** A request to a server on loopback that does nothing, and its answer. */
export async function bareRoundTrips(count: number): Promise<number[]> {
  const server = createServer((_, response) => response.end('{"ok":true}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const samples = await sample(count, async () => (await fetch(url)).text());
  server.closeAllConnections();
  server.close();
  return samples;
}
