import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { matchesKeptChecksum } from './download.ts';
import { readJson, writeJson } from './json-file.ts';

export class UnusableModelError extends Error {
  override name = 'UnusableModelError';
}

export interface CheckOptions {
  file: string;
  threads: number;
  gpu: boolean;
  /** Keeps which files were tried, so that each is tried once. */
  checkedFile: string;
  freeMemoryBytes?: number;
  signal: AbortSignal;
}

/**
 * Refuses what would fail or end this process: a missing file, not a GGUF file, too little memory,
 * and, by loading an unknown file in a child process first, one that makes the engine abort.
 * Throws UnusableModelError with one line that says what to do.
 */
export async function checkModel(options: CheckOptions): Promise<void> {
  const { file } = options;
  if (!existsSync(file)) {
    throw new UnusableModelError(
      `There is no model file at ${file}. Set CHAT_MODEL, or put one there.`,
    );
  }
  await assertGguf(file);
  if (!(await matchesKeptChecksum(file))) {
    throw new UnusableModelError(
      `${file} is not the file that was downloaded (its checksum differs). Delete it and start again.`,
    );
  }
  await assertMemory(file, options.gpu, options.freeMemoryBytes ?? process.availableMemory());
  await tryOnce(options);
}

async function assertGguf(file: string): Promise<void> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (bytesRead === 4 && buffer.toString('latin1') === 'GGUF') return;
  } finally {
    await handle.close();
  }
  throw new UnusableModelError(`${file} is not a GGUF file. Delete it and download it again.`);
}

/** Weights, keys and values and the compute buffers; a GPU takes most of it off the main memory. */
async function assertMemory(file: string, gpu: boolean, freeBytes: number): Promise<void> {
  if (gpu) return;
  const neededBytes = (await stat(file)).size * 1.15 + 100e6;
  if (neededBytes <= freeBytes) return;
  throw new UnusableModelError(
    `${file} needs about ${gigabytes(neededBytes)} GB of memory and ${gigabytes(freeBytes)} GB are free. Close something, or choose a smaller CHAT_MODEL.`,
  );
}

async function tryOnce(options: CheckOptions): Promise<void> {
  const { size, mtimeMs } = await stat(options.file);
  const fingerprint = `${options.file}|${size}|${mtimeMs}|gpu=${options.gpu}`;
  const tried = (await readJson<string[]>(options.checkedFile)) ?? [];
  if (tried.includes(fingerprint)) return;
  const complaint = await tryInChild(options);
  if (complaint !== null) {
    throw new UnusableModelError(
      `${options.file} cannot be used: ${complaint}. Download it again, or choose another CHAT_MODEL.`,
    );
  }
  await writeJson(options.checkedFile, [...tried, fingerprint].slice(-20));
}

/** Resolves with what is wrong, or null. The engine's assertions end the child, not Senko. */
async function tryInChild({ file, threads, gpu, signal }: CheckOptions): Promise<string | null> {
  const script = fileURLToPath(new URL('./try-model.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file, String(threads), String(gpu)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const ended = await new Promise<{ code: number | null; by: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => resolve({ code, by }));
  });
  if (ended.code === 0) return null;
  if (ended.by) return `the engine gives up on it (${ended.by}), so it is damaged or not supported`;
  return said.trim().split('\n').at(-1) || 'the engine cannot load it';
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
