import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Program extends AsyncDisposable {
  /** The address that the program printed last: with the code, until somebody has paired. */
  address: string;
  /** Resolves once it is awake, and its model too where it has one. */
  start(): Promise<void>;
  /** Ends it and waits until it is gone. SIGTERM must lead to an orderly end. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const addressLine = /Senko is awake.*?(http:\S+)/s;
const awakeWithinMs = 30_000;

/** The real program as a process of its own, as `npm start` runs it, with its local Telegram. */
export async function startProgram({ model }: { model: string }): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'senko-browser-'));
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: join(folder, 'data'),
    BACKUPS_DIR: join(folder, 'backups'),
    MODELS_DIR: join(folder, 'models'),
    CHAT_MODEL: model,
    LLAMA_THREADS: '1',
    LLAMA_GPU: 'no',
    LOCAL_TELEGRAM_PORT: String(await freePort()),
    OWNER_TIMEZONE: 'Europe/Berlin',
  };
  let child: ChildProcess | undefined;
  const program: Program = {
    address: '',
    async start() {
      // The working folder is empty, so that no .env is found.
      child = spawn(process.execPath, [cli, 'start'], { cwd: folder, env });
      const lastWords = model === 'none' ? /"no chat model"/ : /"model loaded"/;
      const printed = await printedUntil(child, [addressLine, lastWords]);
      program.address = addressLine.exec(printed)?.[1] ?? '';
    },
    async stop(signal) {
      if (!child) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      const [code] = await gone;
      child = undefined;
      if (signal === 'SIGTERM' && code !== 0) throw new Error(`SIGTERM ended with ${code}`);
    },
    async [Symbol.asyncDispose]() {
      await program.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  await program.start();
  return program;
}

function printedUntil(child: ChildProcess, wanted: RegExp[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = () => reject(new Error(`Senko did not wake up:\n${printed}`));
    const timer = setTimeout(fail, awakeWithinMs);
    const read = (text: Buffer) => {
      printed += text;
      if (!wanted.every((pattern) => pattern.test(printed))) return;
      clearTimeout(timer);
      resolve(printed);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', fail);
  });
}

/** Known beforehand, because the page stays open over a restart. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
