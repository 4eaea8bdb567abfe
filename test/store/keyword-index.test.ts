import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ada, ben, newMemory, openTestStores, type TestStores } from '../support/fast-stores.ts';

function remember(stores: TestStores, texts: string[], userId = ada): void {
  for (const [at, text] of texts.entries()) {
    stores.memories.remember(newMemory(`${text.slice(0, 20)} ${at}`, text, { userId }));
  }
}

const found = (stores: TestStores, words: string, userId = ada) =>
  stores.memories.search(userId, words, 10).map(({ memory }) => memory.content);

const diary = [
  'The violin lesson was hard today',
  'Bought strings for the violin, and rosin',
  'Mother called about the garden',
  'The garden is full of foxgloves and foxes',
  'Rain, tea, a book about lighthouses',
];

test('any of the words finds, and more of them rank higher', () => {
  using stores = openTestStores();
  remember(stores, diary);
  expect(found(stores, 'violin strings')).toEqual([diary[1], diary[0]]);
  expect(found(stores, 'never mentioned')).toEqual([]);
});

test('case, accents and endings do not matter', () => {
  using stores = openTestStores();
  remember(stores, [
    'Café crème with Zoë in Łódź',
    'The foxes were running',
    'Øresund at ÅNGSTRÖM',
  ]);
  expect(found(stores, 'cafe creme')).toHaveLength(1);
  expect(found(stores, 'CAFÉ')).toHaveLength(1);
  expect(found(stores, 'zoe')).toHaveLength(1);
  expect(found(stores, 'ångström')).toHaveLength(1);
  expect(found(stores, 'fox run')).toEqual(['The foxes were running']);
});

test('a word typed with combining accents is the same word', () => {
  using stores = openTestStores();
  remember(stores, ['My résumé is ready']);
  expect(found(stores, 'résumé'.normalize('NFD'))).toHaveLength(1);
});

test('words of other scripts are found', () => {
  using stores = openTestStores();
  remember(stores, ['Москва слезам не верит', 'Η θάλασσα είναι ήρεμη', '東京 へ 行く']);
  expect(found(stores, 'москва')).toHaveLength(1);
  expect(found(stores, 'ΘΆΛΑΣΣΑ')).toHaveLength(1);
  expect(found(stores, '東京')).toHaveLength(1);
});

test('an excerpt is cut around the words that match', () => {
  using stores = openTestStores();
  const long = `${'before '.repeat(300)} the lighthouse keeper ${'after '.repeat(300)}`;
  remember(stores, [long]);
  const [hit] = stores.memories.search(ada, 'lighthouse', 1);
  expect(hit?.excerpt).toContain('the lighthouse keeper');
  expect(hit!.excerpt.length).toBeLessThan(400);
});

test('another user’s rows never change a ranking: a thousand of them, and every score is the same', {
  timeout: 20_000,
}, () => {
  using stores = openTestStores();
  remember(stores, diary);
  const ask = () =>
    ['violin strings', 'garden', 'foxes tea', 'the'].map((words) =>
      stores.memories
        .search(ada, words, 10)
        .map(({ memory, score, excerpt }) => ({ id: memory.id, score, excerpt })),
    );
  const before = ask();
  expect(before[0]).toHaveLength(2);

  const foreign = Array.from({ length: 1_000 }, (_, at) => `violin garden fox tea number ${at}`);
  remember(stores, foreign, ben);

  expect(ask()).toEqual(before);
  expect(stores.memories.search(ben, 'violin', 2_000)).toHaveLength(1_000);
});

test('a user who never said anything finds nothing', () => {
  using stores = openTestStores();
  remember(stores, diary);
  expect(found(stores, 'violin', ben)).toEqual([]);
});

test('the first memory of a user that is rolled back leaves an index that works', () => {
  using stores = openTestStores();
  const broken = {
    kind: 'send',
    key: 'k',
    userId: ada,
    chatId: ada,
    payload: { big: 1n },
  } as const;
  expect(() => stores.memories.remember(newMemory('a', 'violin'), [broken])).toThrow();
  expect(found(stores, 'violin')).toEqual([]);
  stores.memories.remember(newMemory('a', 'violin'));
  expect(found(stores, 'violin')).toEqual(['violin']);
});

test.each([
  ['quotes', '"violin" \'violin\' violin"'],
  ['operators', 'NOT violin'],
  ['a NEAR group', 'NEAR(violin strings, 2)'],
  ['a column filter', 'text : violin'],
  ['a prefix query', 'violin*'],
  ['a caret and a minus', '^violin -strings'],
  ['parentheses that do not close', '((((violin AND'],
  ['a NUL', 'violin\0strings'],
  ['emoji', '🎻 violin 🦊'],
  ['SQL', "violin'; DROP TABLE memories; --"],
  ['a lone half of an emoji', 'violin \ud83d'],
])('a query is only words: %s', (_, query) => {
  using stores = openTestStores();
  remember(stores, diary);
  expect(new Set(found(stores, query).slice(0, 2))).toEqual(new Set([diary[1], diary[0]]));
});

test('a query without a word in it finds nothing', () => {
  using stores = openTestStores();
  remember(stores, diary);
  for (const query of ['', ' ', '"', '***', '()', '🦊', '\0', '?!…', '--']) {
    expect(found(stores, query)).toEqual([]);
  }
});

test('a query of 100 kB is answered, whether it is one word or many', () => {
  using stores = openTestStores();
  remember(stores, diary);
  expect(found(stores, 'a'.repeat(100_000))).toEqual([]);
  expect(found(stores, `violin ${'strange '.repeat(14_000)}`)).toContain(diary[0]);
  const different = Array.from({ length: 14_000 }, (_, at) => `w${at}`).join(' ');
  expect(found(stores, `violin ${different}`)).toContain(diary[0]);
});

test('no string at all makes a search fail or shows another user’s words', {
  timeout: 20_000,
}, () => {
  using stores = openTestStores();
  remember(stores, diary);
  remember(stores, ['a secret of Ben about everything: violin, garden'], ben);
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"', "'", '*', 'AND', 'OR', 'NOT', 'NEAR(', ')', ':', '^', '+', '-', '\0'),
    fc.constantFrom(...diary.join(' ').split(' ')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const hits = stores.memories.search(ada, pieces.join(' '), 10);
      for (const { memory } of hits) expect(diary).toContain(memory.content);
    }),
    { numRuns: 120 },
  );
});

test('whatever is said can be remembered, and is found again', () => {
  using stores = openTestStores();
  let count = 0;
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (noise) => {
      count++;
      const text = `marker${count}x ${noise}`;
      stores.memories.remember(newMemory(`p${count}`, text));
      expect(found(stores, `marker${count}x`)).toHaveLength(1);
    }),
    { numRuns: 60 },
  );
});
