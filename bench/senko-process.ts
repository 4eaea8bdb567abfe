import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LocalTelegram } from '../src/local-telegram/local-telegram.ts';

export interface SenkoProcess {
  /** From the start of the process to its first long poll. */
  startMs: number;
  rssMegabytes(): number;
  stop(): Promise<void>;
}

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

/** Senko as her users run her: a process of her own that talks to a Telegram over HTTP. */
export async function startSenkoProcess(
  telegram: LocalTelegram,
  env: Record<string, string>,
): Promise<SenkoProcess> {
  const started = performance.now();
  const firstPoll = new Promise<number>((resolve) => {
    const end = telegram.on(({ method, at }) => {
      if (method.toLowerCase() !== 'getupdates') return;
      end();
      resolve(at - started);
    });
  });
  const child = spawn(process.execPath, [cli, 'start'], {
    env: {
      ...process.env,
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.url,
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    startMs: await firstPoll,
    rssMegabytes: () => rssOf(child),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function rssOf(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
