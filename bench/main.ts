import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalTelegram } from '../src/local-telegram/local-telegram.ts';
import { endlessChatModel } from '../test/support/chat-model.ts';
import { TelegramUser } from '../test/support/telegram-user.ts';
import { bareInserts, bareRoundTrips } from './baselines.ts';
import { percentile } from './measure.ts';
import { measureReceipts } from './receipts.ts';
import { startSenkoProcess } from './senko-process.ts';

/** `npm run bench`: receipts beside their bare baselines in one run, captures a second, start-up, memory. */

const receiptCount = 300;
const folder = mkdtempSync(join(tmpdir(), 'senko-bench-'));
try {
  const idle = await benchWithoutModel();
  const busy = await benchWhileGenerating();
  const inserts = await bareInserts(receiptCount, folder);
  const roundTrips = await bareRoundTrips(receiptCount);
  report({ idle, busy, inserts, roundTrips });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

type Idle = Awaited<ReturnType<typeof benchWithoutModel>>;

async function benchWithoutModel() {
  const starts: number[] = [];
  for (let run = 0; run < 5; run++) {
    await using telegram = await openTelegram();
    const senko = await startSenkoProcess(telegram, environment(`start-${run}`, 'none'));
    starts.push(senko.startMs);
    await senko.stop();
  }
  await using telegram = await openTelegram();
  const senko = await startSenkoProcess(telegram, environment('idle', 'none'));
  const user = new TelegramUser(telegram.url, { id: 1 });
  await openJournal(user);
  const rss = senko.rssMegabytes();
  const burst = await measureReceipts(telegram, user, { count: 1000, everyMs: 0 });
  const rssAfter = senko.rssMegabytes();
  await senko.stop();
  return { startMs: percentile(starts, 0.5), rss, rssAfter, perSecond: burst.perSecond };
}

/** One user talks to a model that never ends while another journals. */
async function benchWhileGenerating(): Promise<number[]> {
  await using telegram = await openTelegram();
  const model = await endlessChatModel();
  const senko = await startSenkoProcess(telegram, environment('busy', model));
  const talker = new TelegramUser(telegram.url, { id: 2 });
  const user = new TelegramUser(telegram.url, { id: 1 });
  await openJournal(user);
  let generating = 0;
  const end = telegram.on(({ method, kind }) => {
    if (method.toLowerCase() === 'sendmessagedraft' && kind === 'request') generating++;
  });
  for (let question = 0; question < 200; question++) await talker.send(`question ${question}`);
  while (generating === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const before = generating;
  const { latenciesMs } = await measureReceipts(telegram, user, {
    count: receiptCount,
    everyMs: 20,
  });
  if (generating === before) throw new Error('nothing was generated meanwhile');
  end();
  await senko.stop();
  return latenciesMs;
}

function openTelegram() {
  return startLocalTelegram({ file: ':memory:', port: 0 });
}

async function openJournal(user: TelegramUser): Promise<void> {
  await user.send('/journal start');
  await user.waitFor(/journal is open/);
}

function environment(name: string, model: string): Record<string, string> {
  return {
    DATA_DIR: join(folder, name),
    BACKUPS_DIR: join(folder, 'backups'),
    CHAT_MODEL: model,
    ALLOWED_USER_IDS: '1,2',
    LLAMA_GPU: 'no',
    LLAMA_THREADS: '1',
  };
}

function report(measured: {
  idle: Idle;
  busy: number[];
  inserts: number[];
  roundTrips: number[];
}): void {
  const { idle, busy, inserts, roundTrips } = measured;
  const bareP99 = percentile(inserts, 0.99) + percentile(roundTrips, 0.99);
  const targetMs = Math.max(50, 5 * bareP99);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const line = (samples: number[]) =>
    `${ms(percentile(samples, 0.5))} / ${ms(percentile(samples, 0.99))}`;
  const rows = [
    ['bare insert with fsync, p50 / p99', line(inserts), ''],
    ['bare loopback round trip, p50 / p99', line(roundTrips), ''],
    ['receipt while generating, p50 / p99', line(busy), `p99 under ${ms(targetMs)}`],
    ['captures per second, one user', idle.perSecond.toFixed(0), ''],
    ['start to first poll, median of 5', ms(idle.startMs), 'under 1500 ms'],
    ['RSS without a model', `${idle.rss.toFixed(0)} MB`, 'under 200 MB'],
    ['RSS after 1,000 captures', `${idle.rssAfter.toFixed(0)} MB`, ''],
  ];
  for (const [name = '', value = '', target = ''] of rows) {
    process.stdout.write(`${name.padEnd(38)} ${value.padEnd(22)} ${target}\n`);
  }
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem() };
  const dir = fileURLToPath(new URL('./results/', import.meta.url));
  mkdirSync(dir, { recursive: true });
  const result = { commit, machine, node: process.version, targetMs, rows };
  writeFileSync(join(dir, 'latest.json'), `${JSON.stringify(result, null, 2)}\n`);
}
