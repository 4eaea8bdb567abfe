import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ArticleError,
  inParts,
  readArticle,
  WritingAborted,
  writeArticle,
} from '../../src/journal/write-article.ts';
import { ModelUnavailableError } from '../../src/ports/chat-model.ts';
import { loadPrompts } from '../../src/prompts.ts';
import { ready, scriptedModel } from '../support/fast-chat-model.ts';
import { entry } from '../support/fast-stores.ts';

const answer = (changes: object = {}) =>
  JSON.stringify({ title: 'Lake', tags: ['lake'], paragraphs: ['We swam.'], ...changes });

const good = { title: 'Lake', tags: ['lake'], body: 'We swam.' };

const write = (model: ReturnType<typeof scriptedModel>, contents: string[], steps: string[] = []) =>
  writeArticle(
    contents.map((content, at) => entry(`e${at}`, { content })),
    { chatModel: model, prompts: loadPrompts(), timezone: 'UTC' },
    { signal: new AbortController().signal, onStep: (step) => steps.push(step) },
  );

test('an answer of the right shape is an article', () => {
  expect(readArticle(answer())).toEqual(good);
  expect(readArticle(answer({ paragraphs: ['One.', '  Two. ', ''] }))?.body).toBe('One.\n\nTwo.');
});

test.each([
  ['nothing', ''],
  ['prose', 'Here is your journal!'],
  ['JSON that was cut off', answer().slice(0, -9)],
  ['a list', '[]'],
  ['null', 'null'],
  ['no title', JSON.stringify({ tags: [], paragraphs: ['x.'] })],
  ['an empty title', answer({ title: '  ' })],
  ['a title that never ends', answer({ title: 'x'.repeat(81) })],
  ['no paragraph', answer({ paragraphs: [] })],
  ['empty paragraphs', answer({ paragraphs: ['', ' \n '] })],
  ['paragraphs of another kind', answer({ paragraphs: [{ text: 'x' }] })],
])('an answer with %s is no article', (_, json) => {
  expect(readArticle(json)).toBeUndefined();
});

test('no answer at all makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json({ maxDepth: 2 })), (json) => {
      readArticle(json);
    }),
    { numRuns: 60 },
  );
});

test('tags are tidied: lower case, words joined, each once', () => {
  const tags = ['#Lake', 'lake', 'New Year!', '  ', '🦊', 'Spaß & Spiel', '東京'];
  expect(readArticle(answer({ tags }))?.tags).toEqual(['lake', 'new-year', 'spaß-spiel', '東京']);
});

test('a title is one line', () => {
  expect(readArticle(answer({ title: ' A day\n at\tthe  lake ' }))?.title).toBe(
    'A day at the lake',
  );
});

test('a sentence that was cut off goes, unless it is all there is', () => {
  const body = (paragraph: string) => readArticle(answer({ paragraphs: [paragraph] }))?.body;
  expect(body('We swam. Then we went to the')).toBe('We swam.');
  expect(body('She said: “Come in!” And so we')).toBe('She said: “Come in!”');
  expect(body('雨だった。それから')).toBe('雨だった。');
  expect(body('Did we? (We did.)')).toBe('Did we? (We did.)');
  expect(body('no sentence at all')).toBe('no sentence at all');
});

test('a decimal point and a time are no end of a sentence', () => {
  const body = (paragraph: string) => readArticle(answer({ paragraphs: [paragraph] }))?.body;
  expect(body('We ran. It was 3.5 km and')).toBe('We ran.');
});

const fits = (text: string, max: number) =>
  scriptedModel(() => '').countTokens([{ role: 'user', text }]) <= max;

test('notes in parts: every character is there, in order, and each part fits', () => {
  const line = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 40 });
  const notes = fc.array(line, { maxLength: 12 });
  fc.assert(
    fc.property(notes, fc.integer({ min: 5, max: 40 }), (lines, max) => {
      const text = lines.map((words) => words.join(' ')).join('\n');
      const parts = inParts(
        text,
        max,
        scriptedModel(() => ''),
      );
      for (const part of parts) expect(fits(part, max)).toBe(true);
      expect(parts.join('').replaceAll(/\s/g, '')).toBe(lines.flat().join(''));
    }),
  );
});

test('a long line is cut at spaces, wherever they are', () => {
  const model = scriptedModel(() => '');
  const parts = inParts('we paid 123456789', 5, model);
  expect(parts.join(' ').split(/\s+/)).toEqual(['we', 'paid', '123456789']);
});

test('notes that fit are one part, as they are', () => {
  const notes = '08:00 woke\n\nThursday\n09:00 swam';
  expect(
    inParts(
      notes,
      50,
      scriptedModel(() => ''),
    ),
  ).toEqual([notes]);
});

test('no emoji is cut in half where a line has no spaces', () => {
  const perUnit = {
    ...scriptedModel(() => ''),
    countTokens: ([m]: { text: string }[]) => m!.text.length,
  };
  const parts = inParts('🦊'.repeat(15), 8, perUnit);
  for (const part of parts) expect(part.isWellFormed()).toBe(true);
});

test('the model is asked once with the notes and the date, and bound to a shape', async () => {
  const model = scriptedModel(() => answer());
  const steps: string[] = [];
  expect(await write(model, ['Swam in the lake', 'Read {{date}}'], steps)).toEqual(good);
  expect(model.requests).toHaveLength(1);
  const [{ messages, schema, priority } = {}] = model.requests as [(typeof model.requests)[0]];
  expect(messages?.[0]?.text).toContain('00:00 Swam in the lake\n00:00 Read {{date}}');
  expect(messages?.[0]?.text).toContain('Thursday, 1 January 1970');
  expect(schema).toBeDefined();
  expect(priority).toBe(1);
  expect(steps).toEqual(['writing']);
});

test('an answer that cannot be read is asked for once more, then it is given up', async () => {
  const second = scriptedModel((_, number) => (number === 1 ? 'nonsense' : answer()));
  expect(await write(second, ['Swam'])).toEqual(good);
  const never = scriptedModel(() => 'nonsense');
  await expect(write(never, ['Swam'])).rejects.toThrow(ArticleError);
  expect(never.requests).toHaveLength(2);
});

test('long notes are summarised in parts, which is told, until they fit', async () => {
  const model = scriptedModel(({ schema }) => (schema ? answer() : 'short'));
  const steps: string[] = [];
  await write(model, ['many words '.repeat(400), 'and more '.repeat(200)], steps);
  expect(steps).toEqual([
    'reading part 1 of 3',
    'reading part 2 of 3',
    'reading part 3 of 3',
    'writing',
  ]);
  expect(model.requests.at(-1)?.messages[0]?.text).toContain('short\n\nshort\n\nshort');
});

test('summaries that do not get shorter end it, instead of going round for ever', async () => {
  const model = scriptedModel(({ messages }) => messages[0]!.text);
  await expect(write(model, ['many words '.repeat(400)])).rejects.toThrow(ArticleError);
});

test('a stop ends it, and so does a model that went away', async () => {
  const stopped = scriptedModel(() => Promise.resolve({ text: 'half', end: 'aborted' }));
  await expect(write(stopped, ['Swam'])).rejects.toThrow(WritingAborted);
  const absent = scriptedModel(() => answer(), { state: 'absent', reason: 'none' });
  await expect(write(absent, [])).rejects.toThrow();
  const gone = { ...scriptedModel(() => ''), status: () => ready };
  gone.generate = () => Promise.reject(new ModelUnavailableError('gone'));
  await expect(write(gone, ['Swam'])).rejects.toThrow(ModelUnavailableError);
});
