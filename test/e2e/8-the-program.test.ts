import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { eventually, startTestSenko } from '../support/start-test-senko.ts';

/** What a person at a terminal gets to see when something stands in the way. */
function senko(args: string[], env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'senko-program-'));
  const DATA_DIR = join(folder, 'data');
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('bin/senko'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, DATA_DIR, LOCAL_TELEGRAM_PORT: '0', CHAT_MODEL: 'none', ...env },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

test('npx senko: help, a version, and a kind word for an unknown command', () => {
  expect(senko([]).stdout).toContain('npx senko start');
  expect(senko(['--version']).stdout).toMatch(/^senko \d+\.\d+\.\d+\n$/);
  expect(senko(['strat'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('there is no command "strat"'),
  });
});

test('a wrong configuration is told whole, before anything opens', () => {
  const { status, stderr, stdout } = senko(['start'], {
    CONTEXT_TOKENS: 'many',
    LOG_LEVEL: 'loud',
  });
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr.split('\n')).toEqual([
    'The configuration (.env or environment) needs a change:',
    '  CONTEXT_TOKENS: a whole number is expected',
    '  LOG_LEVEL: one of debug, info, warn, error is expected',
    '',
  ]);
});

test('a second process on the same data says so and ends; the first goes on', async () => {
  await using test = await startTestSenko();
  const { status, stderr } = senko(['start'], { DATA_DIR: test.dataDir });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^Senko is running already with the data in .*another DATA_DIR\.\n$/);
  const { message_id: after } = await test.owner.send('/status');
  await test.owner.waitFor(/Mode/, { after });
});

test('data of a newer Senko is refused kindly and not touched', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'senko-newer-'));
  const db = new Database(join(dataDir, 'memory.db'));
  db.pragma('user_version = 999');
  db.close();
  const { status, stderr } = senko(['start'], { DATA_DIR: dataDir });
  expect(status).toBe(1);
  expect(stderr).toMatch(/memory\.db was written by a newer Senko.*"git pull"/);
});

test('a damaged database is said to be, and left as it is', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'senko-damaged-'));
  const damage = 'this is no database, '.repeat(100);
  writeFileSync(join(dataDir, 'journal.db'), damage);
  const { status, stderr } = senko(['start'], { DATA_DIR: dataDir });
  expect(status).toBe(1);
  expect(stderr).toContain('is damaged and was left as it is');
  expect(readFileSync(join(dataDir, 'journal.db'), 'utf8')).toBe(damage);
});

test.each([
  ['another interface', { LOCAL_TELEGRAM_HOST: '0.0.0.0' }, /0\.0\.0\.0 is refused/],
  ['a folder that is a file', { DATA_DIR: '/dev/null/data' }, /cannot be written to/],
])('%s is refused in one line', (_, env, line) => {
  const { status, stderr } = senko(['start'], env);
  expect(status).toBe(1);
  expect(stderr).toMatch(line);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a port that is taken is said with the key to change', async () => {
  await using test = await startTestSenko();
  const { port } = new URL(test.telegram.url);
  const { status, stderr } = senko(['start'], { LOCAL_TELEGRAM_PORT: port });
  expect(status).toBe(1);
  expect(stderr).toMatch(/cannot open at 127\.0\.0\.1:\d+ .*LOCAL_TELEGRAM_PORT/);
});

test('npm start passes SIGTERM on: nothing is left running', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'senko-npm-'));
  const env = { DATA_DIR: folder, LOCAL_TELEGRAM_PORT: '0', CHAT_MODEL: 'none' };
  const npm = spawn('npm', ['start', '--ignore-scripts'], { env: { ...process.env, ...env } });
  let said = '';
  npm.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await eventually(() => expect(said).toContain('Senko is awake'), 60_000);
  npm.kill('SIGTERM');
  await once(npm, 'exit');

  await eventually(() => {
    const lock = new Database(join(folder, 'lock.db'), { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } finally {
      lock.close();
    }
  });
});

test('before the first npm start the launcher says what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'senko-launcher-'));
  mkdirSync(join(folder, 'bin'));
  copyFileSync('bin/senko', join(folder, 'bin', 'senko'));
  copyFileSync('package.json', join(folder, 'package.json'));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'senko')], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('Run "npm start" once');
});

test('what was installed is not installed again, until the lockfile changes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'senko-install-'));
  for (const dir of ['scripts', 'node_modules', 'npm']) mkdirSync(join(folder, dir));
  copyFileSync('scripts/install-when-needed.mjs', join(folder, 'scripts', 'install.mjs'));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  // An npm that only writes down that it was called.
  writeFileSync(join(folder, 'npm', 'npm'), `#!/bin/sh\necho "$@" >> ${folder}/calls\n`, {
    mode: 0o755,
  });
  symlinkSync(process.execPath, join(folder, 'npm', 'node'));
  const install = (...args: string[]) =>
    spawnSync(process.execPath, [join(folder, 'scripts', 'install.mjs'), ...args], {
      env: { PATH: `${join(folder, 'npm')}:${process.env.PATH}` },
    }).status;
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').length;

  expect(install()).toBe(0);
  expect(install()).toBe(0);
  expect(calls()).toBe(1);
  expect(install('--dev')).toBe(0);
  expect(install()).toBe(0);
  expect(calls()).toBe(2);
  writeFileSync(join(folder, 'package-lock.json'), '{"changed": true}');
  expect(install()).toBe(0);
  expect(calls()).toBe(3);
  expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').at(-1)).not.toContain(
    '--omit=dev',
  );
});
