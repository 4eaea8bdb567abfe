import { expect, test } from 'vitest';
import { conversationBefore } from '../../src/companion/conversation.ts';
import type { Memory } from '../../src/ports/memories.ts';
import { ben, newMemory, openTestStores, type TestStores } from '../support/fast-stores.ts';

const say = ({ memories }: TestStores, text: string, role: 'user' | 'assistant' = 'user'): Memory =>
  memories.remember(newMemory(text, text, { metadata: { role } }));

const before = (stores: TestStores, question: Memory) =>
  conversationBefore(stores.memories, question).map(({ content }) => content);

test('the first question has nothing before it; what others say is no part of it', () => {
  using stores = openTestStores();
  stores.memories.remember(newMemory('foreign', 'foreign', { userId: ben }));
  expect(before(stores, say(stores, 'hello'))).toEqual([]);
});

test('the window grows to twenty messages, then drops ten at once: its beginning moves seldom', () => {
  using stores = openTestStores();
  const beginnings: string[] = [];
  for (let turn = 0; turn < 60; turn++) {
    const window = before(stores, say(stores, `question ${turn}`));
    expect(window.length).toBeLessThanOrEqual(20);
    if (window[0]) beginnings.push(window[0]);
    say(stores, `answer ${turn}`, 'assistant');
  }
  const distinct = [...new Set(beginnings)];
  expect(distinct).toEqual(
    [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50].map((turn) => `question ${turn}`),
  );
});

test('questions that were asked meanwhile are left out; answers are not', () => {
  using stores = openTestStores();
  const first = say(stores, 'first?');
  const second = say(stores, 'second?');
  say(stores, 'third?');
  expect(before(stores, first)).toEqual([]);
  say(stores, 'first!', 'assistant');
  expect(before(stores, second)).toEqual(['first?', 'first!']);
});

test('also the first of thirty questions that waited sees none of the later ones', () => {
  using stores = openTestStores();
  const first = say(stores, 'question 0');
  for (let at = 1; at < 30; at++) say(stores, `question ${at}`);
  expect(before(stores, first)).toEqual([]);
});
