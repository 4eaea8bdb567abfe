import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillPrompt, loadPrompts } from '../src/prompts.ts';

test('the prompts are there, and name only what is filled in', () => {
  const { persona, turn, compileJournal, summariseEntries } = loadPrompts();
  const names = (prompt: string) =>
    new Set([...prompt.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));
  expect(persona).toContain('Senko');
  expect(names(persona)).toEqual(new Set([]));
  expect(names(turn)).toEqual(new Set(['lastTalk', 'memories', 'message', 'now']));
  expect(names(compileJournal)).toEqual(new Set(['date', 'entries']));
  expect(names(summariseEntries)).toEqual(new Set(['entries', 'part', 'parts']));
});

test('each place is filled, as often as it stands there; what has no value is empty', () => {
  expect(fillPrompt('{{a}} and {{b}}, {{a}}{{c}}', { a: 'x', b: 'y' })).toBe('x and y, x');
});

test('what is filled in is never read as a template, nor as a pattern', () => {
  expect(fillPrompt('<{{a}}>', { a: '{{b}} $& $1 \\', b: 'no' })).toBe('<{{b}} $& $1 \\>');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      fc.pre(!value.includes('\n'));
      expect(fillPrompt('<{{a}}>', { a: value, b: 'no' })).toBe(`<${value}>`);
    }),
  );
});

test('what is left empty leaves no hole', () => {
  expect(fillPrompt('{{a}}\n\n{{b}}\n\n{{c}}', { a: '', b: 'x', c: '' })).toBe('x');
  expect(fillPrompt('a\n\n{{b}}\n\nc', { b: '' })).toBe('a\n\nc');
});

test('a value keeps its empty lines', () => {
  expect(fillPrompt('<{{a}}>', { a: 'one\n\n\n\ntwo' })).toBe('<one\n\n\n\ntwo>');
});
