import { mkdtemp, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CheckOptions, checkModel } from '../../src/llm/check-model.ts';
import { tinyChatModel } from '../support/models/tiny-models.ts';

async function check(changes: Partial<CheckOptions> & { file: string }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'senko-check-'));
  const options: CheckOptions = {
    threads: 1,
    gpu: false,
    checkedFile: join(folder, 'checked.json'),
    signal: new AbortController().signal,
    ...changes,
  };
  return checkModel(options).then(
    () => 'usable',
    (error: Error) => error.message,
  );
}

test('a model that needs more memory than is free is refused with the sizes', async () => {
  const file = await tinyChatModel();
  expect(await check({ file, freeMemoryBytes: 50e6 })).toMatch(
    /needs about 0\.1 GB of memory and 0\.1 GB are free\. .*smaller CHAT_MODEL/,
  );
});

test('a file is tried in a child process once, and again when it changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'senko-check-'));
  const checkedFile = join(folder, 'checked.json');
  const file = join(folder, 'copy.gguf');
  await writeFile(file, await readFile(await tinyChatModel()));
  expect(await check({ file, checkedFile })).toBe('usable');
  const once = JSON.parse(await readFile(checkedFile, 'utf8'));
  expect(await check({ file, checkedFile })).toBe('usable');
  expect(JSON.parse(await readFile(checkedFile, 'utf8'))).toEqual(once);

  await utimes(file, new Date(), new Date(0));
  expect(await check({ file, checkedFile })).toBe('usable');
  expect(JSON.parse(await readFile(checkedFile, 'utf8'))).toHaveLength(2);
});
