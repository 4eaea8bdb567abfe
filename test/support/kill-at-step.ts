import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';

/**
 * Loaded into a Senko with `node --import`: says each step that she passes and, at the n-th passing
 * of the one in KILL_AT_STEP, ends the process as `kill -9` does, before the next line of hers runs.
 */
const { KILL_AT_STEP: fatal, KILL_AT_PASSING: passing = '1' } = process.env;
const stderr = 2;
let passed = 0;

subscribe('senko:step', (step) => {
  writeSync(stderr, `passed: ${step}\n`);
  if (step === fatal && ++passed === Number(passing)) process.kill(process.pid, 'SIGKILL');
});
