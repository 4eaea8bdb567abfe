import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exportJournal, slugOf, toMarkdown } from '../../src/journal/markdown-file.ts';
import type { Journal } from '../../src/ports/memories.ts';
import { ada, journal, openTestStores, type TestStores } from '../support/fast-stores.ts';

function keep(stores: TestStores, id: string, changes: Partial<Journal> = {}): Journal {
  const kept = journal(id, changes);
  stores.journals.keep(kept, [], []);
  return kept;
}

async function exported(stores: TestStores, id: string): Promise<string> {
  const { journals, dataDir } = stores;
  await exportJournal(journals.get(ada, id)!, journals, join(dataDir, 'journals'));
  return journals.get(ada, id)!.markdownPath!;
}

const inFolder = ({ dataDir }: TestStores) => readdirSync(join(dataDir, 'journals', '1')).sort();

const anyTitle = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom(
    '../../etc/passwd',
    '..',
    '.',
    '/',
    'a/b\\c',
    'NUL\0',
    'CON',
    '-rf',
    '~',
    '한국어 일기',
  ),
);

test('any title makes a name that is safe: no slash, dot, NUL or blank, and not too long', () => {
  fc.assert(
    fc.property(anyTitle, (title) => {
      const slug = slugOf(title);
      expect(slug).toMatch(/^[\p{L}\p{N}]+(-[\p{L}\p{N}]+)*$/u);
      expect([...slug].length).toBeLessThanOrEqual(60);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['A day at the lake!', 'a-day-at-the-lake'],
  ['  Crème brûlée & Zoë  ', 'creme-brulee-zoe'],
  ['🦊', 'journal'],
  ['', 'journal'],
  ['한국어 일기', '한국어-일기'],
  [`${'x'.repeat(59)} yz`, 'x'.repeat(59)],
])('%j is %s', (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

test('the marks that make another letter stay', () => {
  expect(slugOf('ガラスの仮面')).toBe('ガラスの仮面');
});

test('the front matter is YAML for any title and tags: every string is a JSON string on its line', () => {
  fc.assert(
    fc.property(anyTitle, fc.array(anyTitle, { maxLength: 3 }), (title, tags) => {
      const file = toMarkdown(journal('j', { title, tags }));
      const [, front = '', rest = ''] = /^---\n([\s\S]*?)\n---\n\n([\s\S]*)$/.exec(file) ?? [];
      const fields = new Map(
        front.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]),
      );
      expect([...fields.keys()]).toEqual(['id', 'title', 'date', 'tags', 'entries', 'written_by']);
      expect(JSON.parse(fields.get('title')!)).toBe(
        title.toWellFormed() === title ? title : JSON.parse(JSON.stringify(title)),
      );
      expect(JSON.parse(fields.get('tags')!)).toEqual(JSON.parse(JSON.stringify(tags)));
      expect(rest).toBe(`# ${title}\n\nWe swam.\n`);
    }),
  );
});

test('a journal lies in its user’s folder, under its date and title, for its owner alone', async () => {
  using stores = openTestStores();
  const kept = keep(stores, 'j');
  const path = await exported(stores, 'j');
  expect(path).toBe(join(stores.dataDir, 'journals', '1', '2026-05-20-a-day-at-the-lake.md'));
  expect(readFileSync(path, 'utf8')).toBe(toMarkdown(kept));
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(inFolder(stores)).toEqual([basename(path)]);
});

test('running it again changes nothing', async () => {
  using stores = openTestStores();
  keep(stores, 'j');
  const path = await exported(stores, 'j');
  const { mtimeMs, ino } = statSync(path);
  expect(await exported(stores, 'j')).toBe(path);
  expect(statSync(path)).toMatchObject({ mtimeMs, ino });
});

test('a second journal of the same name stands beside the first', async () => {
  using stores = openTestStores();
  for (const id of ['one', 'two', 'three']) keep(stores, id);
  const paths = [
    await exported(stores, 'one'),
    await exported(stores, 'two'),
    await exported(stores, 'three'),
  ];
  expect(paths.map((path) => basename(path))).toEqual([
    '2026-05-20-a-day-at-the-lake.md',
    '2026-05-20-a-day-at-the-lake-2.md',
    '2026-05-20-a-day-at-the-lake-3.md',
  ]);
  expect(readFileSync(paths[0]!, 'utf8')).toContain('id: one');
});

test('cut short between the file and its row, the next start takes the same file', async () => {
  using stores = openTestStores();
  const kept = keep(stores, 'j');
  const dir = join(stores.dataDir, 'journals');
  const unrecorded = { ...stores.journals, exported: () => undefined };
  await exportJournal(kept, unrecorded, dir);
  expect(stores.journals.get(ada, 'j')?.markdownPath).toBeNull();
  await exported(stores, 'j');
  expect(inFolder(stores)).toHaveLength(1);
});

test('a new article goes into the same file, though its title changed', async () => {
  using stores = openTestStores();
  keep(stores, 'j', { plain: true });
  const path = await exported(stores, 'j');
  stores.journals.rewrite(ada, 'j', { title: 'Heron day', body: 'A heron.', tags: [] }, []);
  expect(await exported(stores, 'j')).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe(toMarkdown(stores.journals.get(ada, 'j')!));
  expect(inFolder(stores)).toHaveLength(1);
});

test('cut short between the new file and its row, the next start keeps it', async () => {
  using stores = openTestStores();
  keep(stores, 'j', { plain: true });
  const path = await exported(stores, 'j');
  stores.journals.rewrite(ada, 'j', { title: 'Heron day', body: 'A heron.', tags: [] }, []);
  const unrecorded = { ...stores.journals, exported: () => undefined };
  await exportJournal(stores.journals.get(ada, 'j')!, unrecorded, join(stores.dataDir, 'journals'));
  expect(await exported(stores, 'j')).toBe(path);
  expect(inFolder(stores)).toHaveLength(1);
});

test('a file that was edited by hand is left alone; the new text gets one beside it', async () => {
  using stores = openTestStores();
  keep(stores, 'j', { plain: true });
  const path = await exported(stores, 'j');
  writeFileSync(path, 'my own words\n');
  stores.journals.rewrite(ada, 'j', { title: 'A day at the lake', body: 'A heron.', tags: [] }, []);
  const beside = await exported(stores, 'j');
  expect(beside).not.toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('my own words\n');
  expect(readFileSync(beside, 'utf8')).toContain('A heron.');
  expect(stores.journals.get(ada, 'j')?.markdownPath).toBe(beside);
});

test('a file of somebody else with that name is never touched', async () => {
  using stores = openTestStores();
  const folder = join(stores.dataDir, 'journals', '1');
  mkdirSync(folder, { recursive: true });
  const theirs = join(folder, '2026-05-20-a-day-at-the-lake.md');
  writeFileSync(theirs, '');
  keep(stores, 'j');
  expect(basename(await exported(stores, 'j'))).toBe('2026-05-20-a-day-at-the-lake-2.md');
  expect(readFileSync(theirs, 'utf8')).toBe('');
});

test('a file that was deleted is written again', async () => {
  using stores = openTestStores();
  keep(stores, 'j');
  const path = await exported(stores, 'j');
  rmSync(path);
  expect(await exported(stores, 'j')).toBe(path);
  expect(inFolder(stores)).toHaveLength(1);
});

test('the longest title that a model may give makes a name that the disk takes', async () => {
  using stores = openTestStores();
  for (const [at, letter] of ['x', '語', '𠀀', 'ﷺ'].entries()) {
    const title = letter.repeat(80 / letter.length);
    for (const twin of ['a', 'b']) {
      keep(stores, `${at}${twin}`, { title });
      await exported(stores, `${at}${twin}`);
    }
  }
  expect(inFolder(stores)).toHaveLength(8);
});
