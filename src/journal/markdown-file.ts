import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Journal, Journals } from '../ports/memories.ts';
import { passed } from '../steps.ts';

/** Without a cause: the error of the file system has the title in its path. */
export class ExportError extends Error {
  override name = 'ExportError';
}

/**
 * Brings a journal's Markdown file in line with its article; running it again changes nothing.
 * Its place is `<dir>/<user>/YYYY-MM-DD-slug[-2].md` and stays; a file that was edited by hand is
 * never overwritten: the new text then gets a file beside it. Throws ExportError.
 */
export async function exportJournal(
  journal: Journal,
  journals: Journals,
  dir: string,
): Promise<void> {
  const text = toMarkdown(journal);
  const path = await writtenPath(journal, text, dir);
  passed('file written');
  journals.exported(journal.userId, journal.id, { path, hash: hashOf(text) });
  passed('file recorded');
}

async function writtenPath(journal: Journal, text: string, dir: string): Promise<string> {
  try {
    return (await currentPath(journal, text)) ?? (await newFile(journal, text, dir));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ExportError(`journal ${journal.id}: its file could not be written (${code})`);
  }
}

/** The recorded file, rewritten unless somebody else changed it since. */
async function currentPath(journal: Journal, text: string): Promise<string | undefined> {
  const { markdownPath, markdownHash } = journal;
  if (markdownPath === null || !existsSync(markdownPath)) return undefined;
  const present = await readFile(markdownPath, 'utf8');
  if (present === text) return markdownPath;
  if (hashOf(present) !== markdownHash) return undefined;
  await writeDurably({ journalId: journal.id, path: markdownPath, text }, rename);
  return markdownPath;
}

/** The first free name; a file with this very text is ours, left by a run that was cut short. */
async function newFile(journal: Journal, text: string, dir: string): Promise<string> {
  const folder = join(dir, String(journal.userId));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `-${number}`;
    const path = join(folder, `${journal.date}-${slugOf(journal.title)}${suffix}.md`);
    if (existsSync(path)) {
      if ((await readFile(path, 'utf8')) === text) {
        await rm(join(folder, `.${journal.id}.tmp`), { force: true });
        return path;
      }
      continue;
    }
    if (await writeDurably({ journalId: journal.id, path, text }, linkIfFree)) return path;
  }
}

/**
 * Writes beside it, fsyncs, puts it in its place, fsyncs the folder. The name beside it is the
 * journal's, so that a run after a crash takes the place of what that left.
 */
async function writeDurably<T>(
  { journalId, path, text }: { journalId: string; path: string; text: string },
  place: (from: string, to: string) => Promise<T>,
): Promise<T> {
  const draft = join(dirname(path), `.${journalId}.tmp`);
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    const placed = await place(draft, path);
    const folder = await open(dirname(path));
    await folder.sync().finally(() => folder.close());
    return placed;
  } finally {
    await rm(draft, { force: true });
  }
}

/** A hard link never replaces a file; false: somebody took the name meanwhile. */
async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) return renameIfFree(from, to);
    throw error;
  }
}

/** For file systems without hard links: takes the name first, then puts the text there. */
async function renameIfFree(from: string, to: string): Promise<boolean> {
  try {
    await (await open(to, 'wx', 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await rename(from, to);
  return true;
}

/** JSON strings are YAML strings too, so front matter needs no escaping of its own. */
export function toMarkdown(journal: Journal): string {
  const { id, date, title, body, tags, plain, sourceEntryIds } = journal;
  const frontMatter = [
    `id: ${id}`,
    `title: ${JSON.stringify(title)}`,
    `date: ${date}`,
    `tags: [${tags.map((tag) => JSON.stringify(tag)).join(', ')}]`,
    `entries: ${sourceEntryIds.length}`,
    `written_by: ${plain ? 'the entries as they are' : 'the model'}`,
  ];
  return `---\n${frontMatter.join('\n')}\n---\n\n# ${title}\n\n${body}\n`;
}

/** Words of the title that are safe in a file name, at most 60 characters. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFKD')
    // Accents of Latin letters only: other scripts have marks that make another letter.
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
  return [...slug].slice(0, 60).join('').replace(/-+$/, '') || 'journal';
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
