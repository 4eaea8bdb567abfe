import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnusableModelError } from './check-model.ts';
import { downloadModel } from './download.ts';
import { defaultModel, type ModelSource, modelSource } from './model-source.ts';
import { DownloadError, type DownloadProgress } from './resumable-download.ts';

export interface ProvideOptions {
  /** Asks the person at the terminal; false: nobody said yes. */
  consent: (source: ModelSource & { uri: string }, signal: AbortSignal) => Promise<boolean>;
  /** Told while the file is not there yet, with why. */
  waiting: (reason: string, percent: number) => void;
  signal: AbortSignal;
  /** The pause before a download that found no network is tried again. */
  tryAgainMs: number;
}

/** The configured model, or the default for a machine with this much memory. */
export function chooseModel(
  configured: string | undefined,
  modelsDir: string,
  totalMemoryBytes: number,
): ModelSource {
  return modelSource(configured ?? defaultModel(totalMemoryBytes), modelsDir);
}

/** The model's file, downloaded first if it is missing, has an address and somebody said yes. */
export async function provideModel(source: ModelSource, options: ProvideOptions): Promise<string> {
  const { file, uri, name } = source;
  if (name === 'none') throw new UnusableModelError('none is set (CHAT_MODEL=none).');
  if (existsSync(file) || !uri) return file;
  options.waiting(`${name} is not downloaded yet.`, 0);
  if (!(await options.consent({ ...source, uri }, options.signal))) {
    throw new UnusableModelError(
      `${name} is not downloaded. Start me with SENKO_DOWNLOAD=yes to download it, or set CHAT_MODEL to a .gguf file that you have.`,
    );
  }
  await mkdir(dirname(file), { recursive: true });
  await downloadUntilDone({ ...source, uri }, options);
  return file;
}

/** Without a network it waits and tries again: what is there already is kept. */
async function downloadUntilDone(
  source: ModelSource & { uri: string },
  { signal, waiting, tryAgainMs }: ProvideOptions,
): Promise<void> {
  const onProgress = ({ downloadedBytes, totalBytes }: DownloadProgress) => {
    const percent = totalBytes > 0 ? Math.floor((downloadedBytes / totalBytes) * 100) : 0;
    waiting(`${source.name} is being downloaded (${percent} %).`, percent);
  };
  for (;;) {
    try {
      return await downloadModel(source, { signal, onProgress });
    } catch (error) {
      if (!(error instanceof DownloadError && error.passing)) throw error;
      waiting(`${error.message} I try again by myself.`, 0);
      await sleep(tryAgainMs, undefined, { signal });
    }
  }
}
