import { expect, test } from 'vitest';
import { ada, ben, entry, job, journal, openTestStores } from '../support/fast-stores.ts';

const entries = [
  entry('e2', { timestamp: 5_000, content: 'The heron came back', messageId: 2 }),
  entry('e1', { timestamp: 4_000, content: 'Cold water', messageId: 1 }),
];

test('a journal keeps its article and every original entry, in the order of the day', () => {
  using stores = openTestStores();
  const kept = journal('j', { sourceEntryIds: ['e2', 'e1'], plain: true });
  stores.journals.keep(kept, entries, []);
  expect(stores.journals.get(ada, 'j')).toEqual(kept);
  expect(stores.journals.entries(ada, 'j')).toEqual([entries[1], entries[0]]);
  expect(stores.journals.counts(ada)).toEqual({ journals: 1, plain: 1 });
  expect(stores.journals.counts(ben)).toEqual({ journals: 0, plain: 0 });
  expect(stores.journals.get(ada, 'other')).toBeUndefined();
  expect(stores.journals.get(ben, 'j')).toBeUndefined();
  expect(stores.journals.entries(ben, 'j')).toEqual([]);
});

test('keeping it twice is keeping it once: a restart in between doubles nothing', () => {
  using stores = openTestStores();
  stores.journals.keep(journal('j'), entries, [job('send article')]);
  stores.journals.keep(journal('j', { title: 'another' }), entries, [job('send again')]);
  expect(stores.journals.get(ada, 'j')?.title).toBe('A day at the lake');
  expect(stores.journals.entries(ada, 'j')).toHaveLength(2);
  expect(stores.memories.counts(ada)).toEqual([{ type: 'journal', count: 1 }]);
  expect(stores.memoryJobs.open().map(({ key }) => key)).toEqual(['send article']);
});

test('article, entries, memory and jobs are one commit', () => {
  using stores = openTestStores();
  const broken = job('send', { payload: { big: 1n } });
  expect(() => stores.journals.keep(journal('j'), entries, [broken])).toThrow();
  expect(stores.journals.get(ada, 'j')).toBeUndefined();
  expect(stores.journals.entries(ada, 'j')).toEqual([]);
  expect(stores.memories.counts(ada)).toEqual([]);
  stores.journals.keep(journal('j'), entries, [job('send')]);
  expect(stores.memories.search(ada, 'swam', 5)).toHaveLength(1);
});

test('a journal is found by its article and by the words that the article left out', () => {
  using stores = openTestStores();
  stores.journals.keep(journal('j'), entries, []);
  const found = (words: string) => stores.memories.search(ada, words, 5);
  expect(found('swam')[0]?.memory).toMatchObject({
    type: 'journal',
    content: 'A day at the lake\n\nWe swam.',
    rawContent: 'We swam.',
    timestamp: 5_000,
    metadata: { journalId: 'j', tags: ['lake'] },
  });
  expect(found('heron')[0]?.excerpt).toContain('The heron came back');
  expect(stores.memories.search(ben, 'heron', 5)).toEqual([]);
});

test('another article for the same entries: old words of the model are forgotten, the user’s own stay', () => {
  using stores = openTestStores();
  stores.journals.keep(journal('j', { plain: true, body: 'A gloomy reckoning.' }), entries, []);
  const article = { title: 'Heron day', body: 'Sunshine at last.', tags: ['bird', 'sun'] };
  stores.journals.rewrite(ada, 'j', article, [job('send rewritten')]);

  const found = (words: string) => stores.memories.search(ada, words, 5).length;
  expect(found('gloomy')).toBe(0);
  expect(found('sunshine')).toBe(1);
  expect(found('heron')).toBe(1);
  expect(stores.journals.get(ada, 'j')).toMatchObject({ ...article, plain: false });
  expect(stores.memories.bySource(ada, 'journal:j')).toMatchObject({
    content: 'Heron day\n\nSunshine at last.',
    metadata: { journalId: 'j', tags: ['bird', 'sun'] },
  });
  expect(stores.journals.entries(ada, 'j')).toEqual([entries[1], entries[0]]);
  expect(stores.memoryJobs.open().map(({ key }) => key)).toEqual(['send rewritten']);
});

test('where its file lies, and how it was written, is remembered', () => {
  using stores = openTestStores();
  stores.journals.keep(journal('j'), entries, []);
  stores.journals.exported(ada, 'j', { path: '/journals/1/a.md', hash: 'abc' });
  expect(stores.journals.get(ada, 'j')).toMatchObject({
    markdownPath: '/journals/1/a.md',
    markdownHash: 'abc',
  });
});
