import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import type { LocalTelegram } from '../../src/local-telegram/local-telegram.ts';
import { createLog } from '../../src/log.ts';
import { type Senko, startSenko } from '../../src/main.ts';
import { patience } from './patience.ts';
import { TelegramUser } from './telegram-user.ts';

export interface TestSenkoOptions {
  /** A GGUF file, or `none` (the default). */
  model?: string;
  /** More of `.env`. */
  env?: Record<string, string>;
  now?: () => number;
}

export interface TestSenko extends AsyncDisposable {
  senko: Senko;
  telegram: LocalTelegram;
  /** The owner, allowed by configuration unless `env` says otherwise. */
  owner: TelegramUser;
  dataDir: string;
  /** Everything that was logged, as JSON lines. */
  logged: string[];
  /** Stops cleanly and starts again over the same data. */
  restart(changes?: TestSenkoOptions): Promise<void>;
  stop(): Promise<void>;
}

export const ownerId = 1;

/** All of Senko in this process, over a folder of its own, with a Telegram to talk through. */
export async function startTestSenko(options: TestSenkoOptions = {}): Promise<TestSenko> {
  const folder = await mkdtemp(join(tmpdir(), 'senko-test-'));
  const logged: string[] = [];
  const users: TelegramUser[] = [];
  let port = 0;
  let running: Senko | undefined;

  const start = async ({ model = 'none', env, now }: TestSenkoOptions) => {
    const config = loadConfig({
      DATA_DIR: join(folder, 'data'),
      BACKUPS_DIR: join(folder, 'backups'),
      MODELS_DIR: join(folder, 'models'),
      CHAT_MODEL: model,
      LLAMA_GPU: 'no',
      // One is right for a tiny model, all for a real one.
      LLAMA_THREADS: String(model === process.env.TEST_CHAT_MODEL ? availableParallelism() : 1),
      LOCAL_TELEGRAM_PORT: String(port),
      ALLOWED_USER_IDS: String(ownerId),
      OWNER_TIMEZONE: 'Europe/Berlin',
      LOG_LEVEL: 'debug',
      ...env,
    });
    const log = createLog({ level: 'debug', secrets: [], write: (line) => logged.push(line) });
    const { promise: connected, resolve: onReady } = Promise.withResolvers<void>();
    running = await startSenko(config, { log, onReady, say: () => undefined, ...(now && { now }) });
    await connected;
    port = Number(new URL(running.local!.url).port);
  };

  await start(options);
  const owner = new TelegramUser(running!.local!.url, { id: ownerId, firstName: 'Ada' });
  users.push(owner);
  let current = options;
  const stop = async () => {
    await running?.close();
    running = undefined;
  };
  return {
    get senko() {
      return running!;
    },
    get telegram() {
      return running!.local!;
    },
    owner,
    dataDir: join(folder, 'data'),
    logged,
    async restart(changes = {}) {
      await stop();
      current = { ...current, ...changes };
      await start(current);
    },
    stop,
    async [Symbol.asyncDispose]() {
      for (const user of users) user.close();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once the model is as wanted. */
export function modelIs(senko: Senko, state: 'ready' | 'absent'): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (senko.chatModel.status().state !== state) return false;
      resolve();
      return true;
    };
    if (look()) return;
    const end = senko.chatModel.onStatus(() => look() && end());
  });
}

/** Looks again until it holds; fails with the last error. */
export async function eventually(check: () => unknown, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs * patience;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
