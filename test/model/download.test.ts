import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { downloadModel, matchesKeptChecksum } from '../../src/llm/download.ts';
import { modelSource } from '../../src/llm/model-source.ts';
import { provideModel } from '../../src/llm/provide-model.ts';

const bytes = Buffer.alloc(24 * 2 ** 20, 'GGUF and so on, ');
const pieceBytes = 256 * 1024;
const sha256 = createHash('sha256').update(bytes).digest('hex');

interface Host extends AsyncDisposable {
  url: string;
  dir: string;
  requests: IncomingMessage[];
  /** What the host says the SHA-256 is. */
  etag: string | undefined;
  bytesSent: number;
  /** How many answers break off in their middle. */
  breaks: number;
  /** Answered instead of the file, if set. */
  status: number | undefined;
  /** Pause between pieces of an answer. */
  pauseMs: number;
}

/** A host of model files as the real one answers: HEAD with a linked etag, ranges. */
async function startHost(port = 0): Promise<Host> {
  const dir = await mkdtemp(join(tmpdir(), 'senko-download-'));
  const server = createServer((request, response) => serve(host, request, response));
  const host: Host = {
    url: '',
    dir,
    requests: [],
    etag: sha256,
    bytesSent: 0,
    breaks: 0,
    status: undefined,
    pauseMs: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true });
    },
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/model.gguf`;
  return host;
}

function serve(host: Host, request: IncomingMessage, response: ServerResponse): void {
  host.requests.push(request);
  if (host.status) return void response.writeHead(host.status).end();
  const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = to ? Number(to) + 1 : bytes.length;
  const part = bytes.subarray(start, end);
  response.writeHead(from === undefined ? 200 : 206, {
    'accept-ranges': 'bytes',
    etag: '"abc"',
    'last-modified': new Date(0).toUTCString(),
    'content-length': part.length,
    ...(from !== undefined && { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` }),
    ...(host.etag && { 'x-linked-etag': `"${host.etag}"` }),
  });
  if (request.method === 'HEAD') response.end();
  else void sendSlowly(host, part, response);
}

async function sendSlowly(host: Host, part: Buffer, response: ServerResponse): Promise<void> {
  for (let at = 0; at < part.length && !response.destroyed; at += pieceBytes) {
    const piece = part.subarray(at, at + pieceBytes);
    response.write(piece);
    host.bytesSent += piece.length;
    await sleep(host.pauseMs);
    if (host.breaks > 0 && at > part.length / 2) {
      host.breaks--;
      response.destroy();
    }
  }
  response.end();
}

const quiet = { onProgress: () => undefined };

function sourceOf(host: Host) {
  return modelSource(host.url, host.dir) as ReturnType<typeof modelSource> & { uri: string };
}

test('it arrives whole, with progress, and its checksum is kept', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  const seen: number[] = [];
  await downloadModel(source, {
    signal: new AbortController().signal,
    onProgress: ({ downloadedBytes, totalBytes }) => seen.push(downloadedBytes / totalBytes),
  });

  expect((await readFile(source.file)).equals(bytes)).toBe(true);
  expect(seen.at(-1)).toBe(1);
  const kept = JSON.parse(await readFile(`${source.file}.checksum.json`, 'utf8'));
  expect(kept).toMatchObject({ sha256, uri: host.url, bytes: bytes.length });
});

test('an aborted download leaves no model, and goes on where it stopped', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  host.pauseMs = 20;
  const abort = new AbortController();
  const stopped = downloadModel(source, {
    signal: abort.signal,
    onProgress({ downloadedBytes }) {
      if (downloadedBytes > bytes.length / 2) abort.abort();
    },
  });
  await expect(stopped).rejects.toThrow('goes on next time');
  expect(existsSync(source.file)).toBe(false);

  host.pauseMs = 0;
  host.bytesSent = 0;
  await downloadModel(source, { ...quiet, signal: new AbortController().signal });
  expect((await readFile(source.file)).equals(bytes)).toBe(true);
  expect(host.bytesSent).toBeLessThan(bytes.length / 2 + pieceBytes);
});

test('a connection that breaks is taken up again by itself', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  host.breaks = 2;
  await downloadModel(source, { ...quiet, signal: new AbortController().signal });
  expect((await readFile(source.file)).equals(bytes)).toBe(true);
  expect(host.bytesSent).toBeLessThan(bytes.length * 1.1);
});

test('without a network she says so, waits, and goes on by herself when it is back', async () => {
  const lost = await startHost();
  const source = sourceOf(lost);
  await lost[Symbol.asyncDispose]();
  const { promise: told, resolve: tell } = Promise.withResolvers<string>();
  const providing = provideModel(source, {
    consent: () => Promise.resolve(true),
    waiting: (reason) => reason.includes('try again') && tell(reason),
    signal: new AbortController().signal,
    tryAgainMs: 50,
  });
  expect(await told).toBe(
    'model.gguf could not be downloaded: the host cannot be reached. I try again by myself.',
  );
  await using back = await startHost(Number(new URL(lost.url).port));
  expect(await providing).toBe(source.file);
  expect((await readFile(source.file)).equals(bytes)).toBe(true);
  expect(back.requests.length).toBeGreaterThan(0);
});

test('a host that says no is a clear line', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  host.status = 404;
  const downloading = downloadModel(source, { ...quiet, signal: new AbortController().signal });
  await expect(downloading).rejects.toThrow(
    'model.gguf could not be downloaded: the host answers 404.',
  );
});

test('a file whose checksum differs from the host’s is put aside and never used', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  host.etag = 'f'.repeat(64);
  const downloading = downloadModel(source, { ...quiet, signal: new AbortController().signal });
  await expect(downloading).rejects.toThrow(/expected was f+\. It is kept as model.gguf.rejected/);
  expect(existsSync(source.file)).toBe(false);
});

test('where the host tells none, a later download is compared with the checksum that was kept', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  host.etag = undefined;
  const options = { ...quiet, signal: new AbortController().signal };
  await downloadModel(source, options);
  expect(await matchesKeptChecksum(source.file)).toBe(true);

  const kept = JSON.parse(await readFile(`${source.file}.checksum.json`, 'utf8'));
  const other = JSON.stringify({ ...kept, sha256: 'e'.repeat(64) });
  await writeFile(`${source.file}.checksum.json`, other);
  await rm(source.file);
  await expect(downloadModel(source, options)).rejects.toThrow(/expected was e+/);
});

test('a file that somebody changed later is noticed', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  await downloadModel(source, { ...quiet, signal: new AbortController().signal });
  const changed = Buffer.from(bytes);
  changed[1000] = 0;
  await writeFile(source.file, changed);
  expect(await matchesKeptChecksum(source.file)).toBe(false);
});

test('nothing is asked of the network without a yes, nor when the file is there', async () => {
  await using host = await startHost();
  const source = sourceOf(host);
  const { signal } = new AbortController();
  const refuse = {
    consent: () => Promise.resolve(false),
    waiting: () => undefined,
    signal,
    tryAgainMs: 50,
  };
  await expect(provideModel(source, refuse)).rejects.toThrow(/SENKO_DOWNLOAD=yes/);
  await writeFile(source.file, bytes);
  expect(await provideModel(source, refuse)).toBe(source.file);
  expect(host.requests).toEqual([]);
});
