import { createWriteStream, existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DownloadProgress {
  downloadedBytes: number;
  totalBytes: number;
}

export interface DownloadOptions {
  signal: AbortSignal;
  onProgress: (progress: DownloadProgress) => void;
}

export class DownloadError extends Error {
  override name = 'DownloadError';
  /** The network may be back later; the rest stays as it is until somebody does something. */
  readonly passing: boolean;

  constructor(message: string, options: ErrorOptions & { passing?: boolean } = {}) {
    super(message, options);
    this.passing = options.passing ?? false;
  }
}

const tries = 6;
const firstPauseMs = 1_000;

/**
 * Fills `file` from an address; what is there already from an earlier, interrupted run is kept and
 * only the rest is asked for. A broken connection is tried again; DownloadError when it stays broken.
 */
export async function downloadResumably(
  url: string,
  file: string,
  options: DownloadOptions,
): Promise<void> {
  for (let failures = 0; ; ) {
    const before = await sizeOf(file);
    try {
      await downloadRest(url, file, options);
      return;
    } catch (cause) {
      options.signal.throwIfAborted();
      if (cause instanceof DownloadError) throw cause;
      failures = (await sizeOf(file)) > before ? 1 : failures + 1;
      if (failures >= tries) {
        throw new DownloadError('the connection keeps breaking', { cause, passing: true });
      }
      await sleep(firstPauseMs * 2 ** (failures - 1), undefined, { signal: options.signal });
    }
  }
}

async function downloadRest(
  url: string,
  file: string,
  { signal, onProgress }: DownloadOptions,
): Promise<void> {
  const tagFile = `${file}.etag`;
  const have = await sizeOf(file);
  const tag = existsSync(tagFile) ? await readFile(tagFile, 'utf8') : '';
  const headers: Record<string, string> =
    have > 0 && tag !== '' ? { range: `bytes=${have}-`, 'if-range': tag } : {};
  const answer = await fetch(url, { headers, signal });
  // 416: there is nothing beyond what is here.
  if (answer.status === 416) return rm(tagFile);
  if (answer.status >= 500) throw new Error(`the host answers ${answer.status}`);
  if (!answer.ok || !answer.body) {
    throw new DownloadError(`the host answers ${answer.status}`);
  }

  const resumed = answer.status === 206;
  let downloadedBytes = resumed ? have : 0;
  const totalBytes = downloadedBytes + Number(answer.headers.get('content-length') ?? 0);
  await writeFile(tagFile, answer.headers.get('etag') ?? '');
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      downloadedBytes += chunk.length;
      onProgress({ downloadedBytes, totalBytes });
      done(null, chunk);
    },
  });
  const target = createWriteStream(file, { flags: resumed ? 'a' : 'w' });
  await pipeline(answer.body as ReadableStream<Uint8Array>, counting, target, { signal });
  await rm(tagFile);
}

const sizeOf = (file: string) => (existsSync(file) ? stat(file).then(({ size }) => size) : 0);
