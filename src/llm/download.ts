import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { downloadUrl, type ModelSource } from './model-source.ts';

export interface DownloadProgress {
  downloadedBytes: number;
  totalBytes: number;
  bytesPerSecond: number;
}

export class DownloadError extends Error {
  override name = 'DownloadError';
}

/** What is kept beside a downloaded file as `<file>.checksum.json`. */
interface Checksum {
  uri: string;
  sha256: string;
  bytes: number;
  modifiedMs: number;
}

/**
 * Downloads a model to its place; a broken or aborted download goes on where it stopped.
 * The SHA-256 is compared with the host's (where it tells one) and with the one that was kept from
 * an earlier download of the same address; a file that differs is put aside and DownloadError thrown.
 */
export async function downloadModel(
  source: ModelSource & { uri: string },
  options: { signal: AbortSignal; onProgress: (progress: DownloadProgress) => void },
): Promise<void> {
  const { createModelDownloader } = await import('node-llama-cpp');
  const partial = `${source.file}.download`;
  const expected = await expectedChecksum(source);
  const downloader = await createModelDownloader({
    modelUri: source.uri,
    dirPath: dirname(source.file),
    fileName: `${source.name}.download`,
    skipExisting: false,
    deleteTempFileOnCancel: false,
    showCliProgress: false,
    onProgress: ({ downloadedSize, totalSize, averageSpeed }) =>
      options.onProgress({
        downloadedBytes: downloadedSize,
        totalBytes: totalSize,
        bytesPerSecond: averageSpeed,
      }),
  });
  await downloader.download({ signal: options.signal });
  // On abort the downloader resolves as if it were done.
  if (options.signal.aborted || !existsSync(partial)) {
    throw new DownloadError(`The download of ${source.name} was stopped; it goes on next time.`);
  }
  await accept(source, partial, expected);
}

async function accept(
  source: ModelSource & { uri: string },
  partial: string,
  expected: string | undefined,
): Promise<void> {
  const sha256 = await sha256Of(partial);
  if (expected && sha256 !== expected) {
    await rename(partial, `${source.file}.rejected`);
    throw new DownloadError(
      `${source.name} arrived with checksum ${sha256}, expected ${expected}: it is kept as ${source.name}.rejected and not used. Start again to download it afresh.`,
    );
  }
  await rename(partial, source.file);
  await keepChecksum(source.file, source.uri, sha256);
}

/** A file that changed since its checksum was kept is read again; false: it is not what was downloaded. */
export async function matchesKeptChecksum(file: string): Promise<boolean> {
  const kept = await keptChecksum(file);
  if (!kept) return true;
  const { size, mtimeMs } = await stat(file);
  if (size === kept.bytes && mtimeMs === kept.modifiedMs) return true;
  if (size !== kept.bytes || (await sha256Of(file)) !== kept.sha256) return false;
  await keepChecksum(file, kept.uri, kept.sha256);
  return true;
}

async function expectedChecksum(
  source: ModelSource & { uri: string },
): Promise<string | undefined> {
  const kept = await keptChecksum(source.file);
  return (await hostChecksum(source.uri)) ?? (kept?.uri === source.uri ? kept.sha256 : undefined);
}

/** Hugging Face answers with the SHA-256 of a large file as `x-linked-etag`, before it redirects. */
async function hostChecksum(uri: string): Promise<string | undefined> {
  const answer = await fetch(downloadUrl(uri), { method: 'HEAD', redirect: 'manual' });
  return /^"?([0-9a-f]{64})"?$/.exec(answer.headers.get('x-linked-etag') ?? '')?.[1];
}

async function keptChecksum(file: string): Promise<Checksum | undefined> {
  const path = checksumPath(file);
  if (!existsSync(path)) return undefined;
  return JSON.parse(await readFile(path, 'utf8'));
}

async function keepChecksum(file: string, uri: string, sha256: string): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  const checksum: Checksum = { uri, sha256, bytes: size, modifiedMs: mtimeMs };
  await rm(`${file}.rejected`, { force: true });
  await writeFile(checksumPath(file), `${JSON.stringify(checksum, null, 2)}\n`);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 4 * 2 ** 20 }), hash);
  return hash.digest('hex');
}

const checksumPath = (file: string) => `${file}.checksum.json`;
