import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';

/** Undefined where there is none, or none that can be read: what is kept here can be found out again. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces the file at once: a crash leaves the old one or the new one. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const draft = await open(`${file}.tmp`, 'w');
  try {
    await draft.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${file}.tmp`, file);
}
