import fc from 'fast-check';
import type { MessageEntity } from 'grammy/types';
import { expect, test } from 'vitest';
import type { FormattedText } from '../../src/telegram/markdown.ts';
import { maxMessageLength, splitText } from '../../src/telegram/split-text.ts';

const plain = (text: string): FormattedText => ({ text, entities: [] });
const texts = (parts: FormattedText[]) => parts.map(({ text }) => text);
const inked = (text: string) => text.replaceAll(/\s/g, '');

const word = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
  { weight: 3, arbitrary: fc.constantFrom(' ', '\n', '\n\n', '. ', '! ', '。', '…” ') },
  { weight: 1, arbitrary: fc.constantFrom('🦊', '👩‍👩‍👧‍👦', '\u00a0', '\ufeff', 'ｗ') },
);
const prose = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));

/** Prose with entities anywhere in it, also over white space and over each other. */
const formatted = prose.chain((text) =>
  fc.array(fc.tuple(fc.nat(text.length), fc.nat(text.length)), { maxLength: 6 }).map((spans) => ({
    text,
    entities: spans.flatMap(([a, b]): MessageEntity[] =>
      a === b ? [] : [{ type: 'bold', offset: Math.min(a, b), length: Math.abs(a - b) }],
    ),
  })),
);
const limit = fc.integer({ min: 2, max: 60 });

test('no part is longer than the limit, and none is empty', () => {
  fc.assert(
    fc.property(formatted, limit, (text, max) => {
      for (const part of splitText(text, max)) {
        expect(part.text.length).toBeLessThanOrEqual(max);
        expect(part.text.trim()).not.toBe('');
      }
    }),
  );
});

test('every character but white space at the cuts arrives, in order', () => {
  fc.assert(
    fc.property(formatted, limit, (text, max) => {
      expect(inked(texts(splitText(text, max)).join(''))).toBe(inked(text.text));
    }),
  );
});

test('white space inside a part is left as it was', () => {
  fc.assert(
    fc.property(prose, limit, (text, max) => {
      for (const part of texts(splitText(plain(text), max))) expect(text).toContain(part);
    }),
  );
});

test('no emoji is cut in half', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), limit, (text, max) => {
      for (const part of texts(splitText(plain(text), max))) expect(part.isWellFormed()).toBe(true);
    }),
  );
  const foxes = texts(splitText(plain('🦊'.repeat(50)), 7));
  expect(foxes.every((part) => part.isWellFormed() && part.length <= 7)).toBe(true);
  expect(foxes.join('')).toBe('🦊'.repeat(50));
});

test('formatting stays within its part and on the same characters', () => {
  fc.assert(
    fc.property(formatted, limit, (whole, max) => {
      const parts = splitText(whole, max);
      for (const { text, entities } of parts) {
        for (const { offset, length } of entities) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThan(0);
          expect(offset + length).toBeLessThanOrEqual(text.length);
        }
      }
      for (const entity of whole.entities) {
        const alone = splitText({ text: whole.text, entities: [entity] }, max);
        expect(inked(covered(alone))).toBe(
          inked(whole.text.slice(entity.offset, entity.offset + entity.length)),
        );
      }
    }),
  );
});

function covered(parts: FormattedText[]): string {
  const spans = parts.flatMap(({ text, entities }) =>
    entities.map(({ offset, length }) => text.slice(offset, offset + length)),
  );
  return spans.join('');
}

test('what fits is one part, white space at its ends dropped', () => {
  fc.assert(
    fc.property(prose, (text) => {
      fc.pre(text.trim() !== '');
      expect(texts(splitText(plain(text), Math.max(2, text.length)))).toEqual([text.trim()]);
    }),
  );
  expect(splitText(plain(' \n\t '))).toEqual([]);
  expect(texts(splitText(plain('x'.repeat(maxMessageLength))))).toHaveLength(1);
  expect(
    texts(splitText(plain('x'.repeat(maxMessageLength + 1)))).map((part) => part.length),
  ).toEqual([maxMessageLength, 1]);
});

test('it cuts at a paragraph, else at a line, a sentence, a word, and only then anywhere', () => {
  const cut = (text: string) => texts(splitText(plain(text), 20));
  expect(cut('one two three\n\nfour five six')).toEqual(['one two three', 'four five six']);
  expect(cut('one two. three\nfour five six')).toEqual(['one two. three', 'four five six']);
  expect(cut('One two three. Four five six')).toEqual(['One two three.', 'Four five six']);
  expect(cut('one two three four five six')).toEqual(['one two three four', 'five six']);
  expect(cut('onetwothreefourfivesix')).toEqual(['onetwothreefourfives', 'ix']);
  expect(cut('昨日は雨でした。今日は晴れです。明日は？')).toEqual([
    '昨日は雨でした。今日は晴れです。明日は？',
  ]);
});

test('a break near the beginning makes no short message', () => {
  expect(texts(splitText(plain('Hi.\n\nThis is a sentence'), 20))).toEqual([
    'Hi.\n\nThis is a',
    'sentence',
  ]);
});
