import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LocalTelegram, startLocalTelegram } from '../../src/local-telegram/local-telegram.ts';
import { TelegramUser } from './telegram-user.ts';

/** A Telegram in this process and a data folder: both outlive every Senko that runs over them. */
export interface World extends AsyncDisposable {
  telegram: LocalTelegram;
  owner: TelegramUser;
  folder: string;
  dataDir: string;
}

export interface ChildOptions {
  /** A GGUF file, or `none` (the default). */
  model?: string;
  /** A module that Node loads before Senko. */
  preload?: string;
  /** More of the environment. */
  env?: Record<string, string>;
  /** A program that runs Node, with its arguments: a tracer, say. */
  under?: string[];
}

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Senko as the user runs her: a process of its own, started from the command line. */
export interface ChildSenko {
  /** Resolves once she asks Telegram for updates. */
  connected: Promise<void>;
  /** Resolves once it is over, however it ended. */
  ended: Promise<Ending>;
  /** The same; undefined: she still runs after that time. */
  endsWithin(timeoutMs: number): Promise<Ending | undefined>;
  /** What she wrote to her terminal so far. */
  said(): string;
  /** Resolves with true once she has said this, with false if she ended without. */
  says(words: string): Promise<boolean>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): void;
}

export const ownerId = 1;

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const sayTimeoutMs = 60_000;

export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'senko-world-'));
  const telegram = await startLocalTelegram({ file: ':memory:', port: 0 });
  const owner = new TelegramUser(telegram.url, { id: ownerId, firstName: 'Ada' });
  return {
    telegram,
    owner,
    folder,
    dataDir: join(folder, 'data'),
    async [Symbol.asyncDispose]() {
      owner.close();
      await telegram.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function startChildSenko(world: World, options: ChildOptions = {}): ChildSenko {
  const preload = options.preload ? ['--import', options.preload] : [];
  const command = [...(options.under ?? []), process.execPath, ...preload, cli, 'start'];
  const child = spawn(command[0]!, command.slice(1), {
    // No .env of the developer's: the folder has none.
    cwd: world.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...settings(world, options.model), ...options.env },
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of listeners) look();
    });
  }
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    connected: firstPoll(world.telegram),
    ended,
    endsWithin: (timeoutMs) => Promise.race([ended, sleep(timeoutMs, undefined, { ref: false })]),
    said: () => output,
    says: (words) => heard(words, { ended, said: () => output, listeners }),
    kill: (signal) => void child.kill(signal),
  };
}

function settings(world: World, model = 'none'): Record<string, string> {
  return {
    TELEGRAM_BOT_TOKEN: world.telegram.token,
    TELEGRAM_API_ROOT: world.telegram.url,
    ALLOWED_USER_IDS: String(ownerId),
    OWNER_TIMEZONE: 'Europe/Berlin',
    DATA_DIR: world.dataDir,
    BACKUPS_DIR: join(world.folder, 'backups'),
    MODELS_DIR: join(world.folder, 'models'),
    CHAT_MODEL: model,
    LLAMA_THREADS: '1',
    LLAMA_GPU: 'no',
    LOG_LEVEL: 'debug',
  };
}

function firstPoll(telegram: LocalTelegram): Promise<void> {
  return new Promise((resolve) => {
    const end = telegram.on(({ kind, method }) => {
      if (kind !== 'request' || method !== 'getUpdates') return;
      end();
      resolve();
    });
  });
}

interface Listening {
  ended: Promise<Ending>;
  said: () => string;
  listeners: Set<() => void>;
}

async function heard(words: string, { ended, said, listeners }: Listening): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const look = () => said().includes(words) && resolve(true);
  const giveUp = () =>
    reject(new Error(`Senko did not say "${words}", but:\n${said().slice(-4_000)}`));
  const timer = setTimeout(giveUp, sayTimeoutMs);
  listeners.add(look);
  look();
  ended.then(() => resolve(said().includes(words)), reject);
  return promise.finally(() => {
    clearTimeout(timer);
    listeners.delete(look);
  });
}
