// Installs from the lockfile when it changed since the last time: for any Node that has npm.
//   node scripts/install-when-needed.mjs [--dev]     --dev: with what tests and benches need
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.senko-installed.json');
const withDev = process.argv.includes('--dev');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

const installed = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
if (installed.lock !== lock || (withDev && !installed.withDev)) {
  const keepDev = withDev || installed.withDev === true;
  console.log(`Installing what Senko needs${keepDev ? ' for development' : ''} …`);
  // Not `npm ci`: it refuses a lockfile without the engine's packages for other systems.
  const flags = ['--no-save', '--loglevel=error', ...(keepDev ? [] : ['--omit=dev'])];
  const { status } = spawnSync('npm', ['install', ...flags], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: pathWithoutOwnNode() },
  });
  if (status !== 0) {
    console.error('npm could not install the packages; the lines above say why.');
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, JSON.stringify({ lock, withDev: keepDev }));
}

/** npm must not run under the very Node that it may be about to replace. */
function pathWithoutOwnNode() {
  const own = join(root, 'node_modules', '.bin');
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => dir !== own)
    .join(delimiter);
}
