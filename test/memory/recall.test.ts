import { expect, test } from 'vitest';
import { createRecall } from '../../src/memory/recall.ts';
import { ada, ben, newMemory, openTestStores, type TestStores } from '../support/fast-stores.ts';

let number = 0;
const remember = ({ memories }: TestStores, text: string, changes = {}) =>
  memories.remember(newMemory(`m${number++}`, text, changes));

const recall = (stores: TestStores, words: string, except: string[] = [], limit = 5) =>
  createRecall(stores.memories)({ userId: ada, words, limit, except: new Set(except) }).map(
    ({ memory }) => memory.content,
  );

test('what the user said is recalled, best first; what Senko said is no evidence', () => {
  using stores = openTestStores();
  remember(stores, 'The violin needs new strings, violin strings');
  remember(stores, 'I practised the violin for an hour after lunch today');
  remember(stores, 'Your violin has golden strings', { metadata: { role: 'assistant' } });
  expect(recall(stores, 'violin strings?')).toEqual([
    'The violin needs new strings, violin strings',
    'I practised the violin for an hour after lunch today',
  ]);
});

test('a journal counts as the user’s own, another user’s words never', () => {
  using stores = openTestStores();
  remember(stores, 'A day with the violin', { type: 'journal', metadata: { journalId: 'j' } });
  remember(stores, 'My violin', { userId: ben });
  expect(recall(stores, 'violin')).toEqual(['A day with the violin']);
});

test('the same words said twice are recalled once', () => {
  using stores = openTestStores();
  for (const text of ['Violin at four', 'violin at four ', 'VIOLIN AT FOUR'])
    remember(stores, text);
  expect(recall(stores, 'violin')).toHaveLength(1);
});

test('the question is not its own answer, neither now nor when it was asked before', () => {
  using stores = openTestStores();
  remember(stores, 'Where is my violin?');
  remember(stores, 'The violin is in the attic');
  const question = remember(stores, 'where is my violin? ');
  expect(recall(stores, question.content, [question.id])).toEqual(['The violin is in the attic']);
});

test('what stands in the conversation already is left out', () => {
  using stores = openTestStores();
  const inTalk = remember(stores, 'The violin is in the attic');
  remember(stores, 'The violin is old');
  expect(recall(stores, 'violin', [inTalk.id])).toEqual(['The violin is old']);
});

test('words that every sentence has recall nothing, in English and in German', () => {
  using stores = openTestStores();
  remember(stores, 'How are you and what is it? Ich bin da und du auch nicht');
  for (const words of ['how are you', 'what is it?', 'ich und du', '', '?!', '🦊']) {
    expect(recall(stores, words)).toEqual([]);
  }
});

test('no more than asked for', () => {
  using stores = openTestStores();
  for (let at = 0; at < 20; at++) remember(stores, `violin lesson ${at}`);
  expect(recall(stores, 'violin', [], 5)).toHaveLength(5);
});

test('however often Senko spoke of it, what the user said is found', () => {
  using stores = openTestStores();
  remember(stores, 'On a long day in spring I put the violin into the attic of the old house');
  for (let at = 0; at < 60; at++) {
    remember(stores, `violin violin ${at}`, { metadata: { role: 'assistant' } });
  }
  expect(recall(stores, 'violin')).toHaveLength(1);
});
