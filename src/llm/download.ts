import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { readJson, writeJson } from './json-file.ts';
import { downloadUrl, type ModelSource } from './model-source.ts';
import { DownloadError, type DownloadOptions, downloadResumably } from './resumable-download.ts';

/** What is kept beside a downloaded file as `<file>.checksum.json`. */
interface Checksum {
  uri: string;
  sha256: string;
  bytes: number;
  modifiedMs: number;
}

/**
 * Downloads a model to its place; an interrupted download goes on where it stopped.
 * The SHA-256 is compared with the host's (where it tells one) and with the one that was kept from
 * an earlier download of the same address; a file that differs is put aside and DownloadError thrown.
 */
export async function downloadModel(
  source: ModelSource & { uri: string },
  options: DownloadOptions,
): Promise<void> {
  const partial = `${source.file}.download`;
  try {
    const expected = await expectedChecksum(source, options.signal);
    await downloadResumably(downloadUrl(source.uri), partial, options);
    await accept(source, partial, expected);
  } catch (cause) {
    if (cause instanceof DownloadError) {
      const message = `${source.name} could not be downloaded: ${cause.message}.`;
      throw new DownloadError(message, { cause, passing: cause.passing });
    }
    if (!options.signal.aborted) throw cause;
    throw new DownloadError(`The download of ${source.name} was stopped; it goes on next time.`);
  }
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
      `it has the checksum ${sha256}, expected was ${expected}. It is kept as ${source.name}.rejected and not used; start again to download it afresh`,
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
  signal: AbortSignal,
): Promise<string | undefined> {
  const kept = await keptChecksum(source.file);
  return (
    (await hostChecksum(source.uri, signal)) ?? (kept?.uri === source.uri ? kept.sha256 : undefined)
  );
}

/** Hugging Face answers with the SHA-256 of a large file as `x-linked-etag`, before it redirects. */
async function hostChecksum(uri: string, signal: AbortSignal): Promise<string | undefined> {
  const options: RequestInit = { method: 'HEAD', redirect: 'manual', signal };
  const answer = await fetch(downloadUrl(uri), options).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new DownloadError('the host cannot be reached', { cause, passing: true });
  });
  return /^"?([0-9a-f]{64})"?$/.exec(answer.headers.get('x-linked-etag') ?? '')?.[1];
}

const keptChecksum = (file: string) => readJson<Checksum>(checksumPath(file));

async function keepChecksum(file: string, uri: string, sha256: string): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  const checksum: Checksum = { uri, sha256, bytes: size, modifiedMs: mtimeMs };
  await rm(`${file}.rejected`, { force: true });
  await writeJson(checksumPath(file), checksum);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 4 * 2 ** 20 }), hash);
  return hash.digest('hex');
}

const checksumPath = (file: string) => `${file}.checksum.json`;
