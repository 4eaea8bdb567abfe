import { readFileSync } from 'node:fs';
import { loadConfig, readEnvironment } from './config.ts';
import type { Senko } from './main.ts';
import { StartError } from './ports/start-error.ts';

const help = `Senko, a private companion in Telegram.

  npx senko start      run her (as npm start does)
  npx senko help       this
  npx senko --version
`;

/** Longer than anything that is orderly; all that matters is on disk anyway. */
const stopWithinMs = 9_000;

await run(process.argv[2] ?? 'help');

async function run(command: string): Promise<void> {
  switch (command) {
    case 'start':
      return start();
    case 'help':
    case '--help':
    case '-h':
      return void process.stdout.write(help);
    case 'version':
    case '--version':
    case '-v':
      return void process.stdout.write(`senko ${version()}\n`);
    default:
      process.stderr.write(`senko: there is no command "${command}".\n\n${help}`);
      process.exitCode = 2;
  }
}

async function start(): Promise<void> {
  // What Senko writes is for its owner alone.
  process.umask(0o077);
  try {
    const config = loadConfig(readEnvironment());
    const { startSenko } = await import('./main.ts');
    stopOnSignal(await startSenko(config));
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}

function stopOnSignal(senko: Senko): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    senko.close().then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`${explain(error)}\n`);
        process.exit(1);
      },
    );
  };
  // Not `once`: a library of the engine ends the process on a signal that nobody else listens to.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** What a person can do something about is said in its own words; anything else with its trace. */
function explain(error: unknown): string {
  if (error instanceof StartError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return JSON.parse(manifest).version;
}
