import { expect, test } from 'vitest';
import { createAnswerCache } from '../../src/companion/answer-cache.ts';
import { ada, ben } from '../support/fast-stores.ts';

const question = (text: string, memoryVersion = 1, userId = ada) => ({
  userId,
  text,
  memoryVersion,
});

function cacheWithClock(start = 0) {
  const clock = { now: start };
  return { clock, cache: createAnswerCache(() => clock.now) };
}

test('the same words again, whatever their case and spaces, have the same answer', () => {
  const { cache } = cacheWithClock();
  cache.keep(question('What is a fox?'), 'Me.', 3);
  expect(cache.find(question('what is  a FOX? ', 3))).toBe('Me.');
  expect(cache.find(question('What is a dog?', 3))).toBeUndefined();
  expect(cache.find(question('What is a fox?', 3, ben))).toBeUndefined();
});

test('anything new in memory makes it a new question', () => {
  const { cache } = cacheWithClock();
  cache.keep(question('What is a fox?'), 'Me.', 3);
  expect(cache.find(question('What is a fox?', 4))).toBeUndefined();
  expect(cache.find(question('What is a fox?', 2))).toBeUndefined();
  expect(cache.find(question('What is a fox?', -1))).toBeUndefined();
});

test.each([0, 1, Date.UTC(2026, 4, 20)])(
  'an answer is good for five minutes (from %i)',
  (start) => {
    const { cache, clock } = cacheWithClock(start);
    cache.keep(question('a'), 'A', 3);
    clock.now = start + 5 * 60_000 - 1;
    expect(cache.find(question('a', 3))).toBe('A');
    clock.now = start + 5 * 60_000 + 2;
    expect(cache.find(question('a', 3))).toBeUndefined();
  },
);

test('fifty answers are kept; the one that was not asked for longest goes', () => {
  const { cache } = cacheWithClock();
  for (let number = 0; number < 50; number++) cache.keep(question(`q${number}`), `a${number}`, 3);
  expect(cache.find(question('q0', 3))).toBe('a0');
  cache.keep(question('one more'), 'yes', 3);
  expect(cache.find(question('q0', 3))).toBe('a0');
  expect(cache.find(question('q1', 3))).toBeUndefined();
  expect(cache.find(question('q2', 3))).toBe('a2');
});
