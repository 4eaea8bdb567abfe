import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPrompt, type PromptParts } from '../../src/companion/prompt.ts';
import type { ChatMessage } from '../../src/ports/chat-model.ts';
import type { Memory, Recalled } from '../../src/ports/memories.ts';
import { loadPrompts } from '../../src/prompts.ts';
import { countWords } from '../support/fast-chat-model.ts';
import { memory } from '../support/fast-stores.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const noon = Date.UTC(2026, 4, 20, 12);

const said = (text: string, role: 'user' | 'assistant' = 'user', timestamp = noon): Memory =>
  memory(text, text, { metadata: { role }, timestamp });

const recalled = (text: string, changes: Partial<Memory> = {}): Recalled => ({
  memory: memory(text, text, { timestamp: noon - 3 * day, ...changes }),
  excerpt: text,
  score: 1,
});

const parts = (changes: Partial<PromptParts> = {}): PromptParts => ({
  persona: 'You are Senko.',
  turnTemplate: loadPrompts().turn,
  conversation: [],
  recalled: [],
  question: said('Where is the key?'),
  timezone: 'Europe/Berlin',
  ...changes,
});

const build = (changes: Partial<PromptParts>, maxTokens = 10_000) =>
  buildPrompt(parts(changes), { maxTokens, count: countWords });

const chat = (length: number) =>
  Array.from({ length }, (_, at) =>
    said(`turn ${at}`, at % 2 === 0 ? 'user' : 'assistant', noon - (length - at) * minute),
  );

test('what never changes comes first: persona, conversation, then the turn with memories, time and question', () => {
  const messages = build({
    conversation: chat(2),
    recalled: [recalled('The key lies\nunder the pot'), recalled('A walk', { type: 'journal' })],
  });
  expect(messages).toEqual([
    { role: 'system', text: 'You are Senko.' },
    { role: 'user', text: 'turn 0' },
    { role: 'assistant', text: 'turn 1' },
    {
      role: 'user',
      text: [
        '(You remember:',
        '- Sunday, 17 May 2026, they said: "The key lies under the pot"',
        '- Sunday, 17 May 2026, their journal: "A walk")',
        '',
        '(It is Wednesday, 20 May 2026, 14:00. )',
        '',
        'Where is the key?',
      ].join('\n'),
    },
  ]);
});

test('how long ago they talked is told after ten minutes of silence', () => {
  const turn = (ago: number) =>
    build({ conversation: [said('hi', 'assistant', noon - ago)] }).at(-1)!.text;
  expect(turn(9 * minute)).not.toContain('talked');
  expect(turn(3 * 60 * minute)).toContain('You last talked 3 hours ago.');
  expect(turn(2 * day)).toContain('You last talked 2 days ago.');
  expect(build({}).at(-1)!.text).toContain('This is the first time that you talk.');
});

test('what the user says is never taken for a part of the template', () => {
  const tricky = 'say {{memories}} and {{now}}, {{message}}';
  expect(build({ question: said(tricky) }).at(-1)!.text).toContain(tricky);
  expect(build({ recalled: [recalled(tricky)] }).at(-1)!.text).toContain(tricky);
});

test('over budget the older half of the conversation goes first, then the weakest memory, then the middle of the question', () => {
  const full = {
    turnTemplate: '{{memories}}\n\n{{message}}',
    conversation: chat(8),
    recalled: [recalled('best'), recalled('weakest')],
  };
  const whole = countWords(build(full));
  const history = (messages: ChatMessage[]) => messages.slice(1, -1).map(({ text }) => text);

  expect(history(build(full, whole))).toHaveLength(8);
  const half = build(full, whole - 1);
  expect(history(half)).toEqual(['turn 4', 'turn 5', 'turn 6', 'turn 7']);
  expect(half.at(-1)!.text).toContain('weakest');

  const noHistory = countWords(build({ ...full, conversation: [] }));
  const weaker = build(full, noHistory - 1);
  expect(history(weaker)).toEqual([]);
  expect(weaker.at(-1)!.text).toContain('best');
  expect(weaker.at(-1)!.text).not.toContain('weakest');

  const question = said(`${'first '.repeat(40)}middle${' last'.repeat(40)}`);
  const short = build({ ...full, question }, 60).at(-1)!.text;
  expect(short).not.toContain('best');
  expect(short).toMatch(/first .* \[…\] .*last/);
  expect(short).not.toContain('middle');
});

test('a conversation that does not fit is still no first time', () => {
  const messages = build({ conversation: chat(2), question: said('a '.repeat(30)) }, 40);
  expect(messages.at(-1)!.text).not.toContain('first time');
});

const words = (max: number) =>
  fc
    .array(fc.stringMatching(/^[a-z🦊]{1,6}$/u), { minLength: 1, maxLength: max })
    .map((all) => all.join(' '));
const turns = fc.array(
  fc.record({ text: words(12), role: fc.constantFrom('user' as const, 'assistant' as const) }),
  { maxLength: 24 },
);
const anyParts = fc
  .record({
    persona: words(10),
    turns,
    memories: fc.array(words(12), { maxLength: 5 }),
    question: words(200),
  })
  .map(({ persona, turns, memories, question }) =>
    parts({
      persona,
      conversation: turns.map(({ text, role }) => said(text, role)),
      recalled: memories.map((text) => recalled(text)),
      question: said(question),
    }),
  );

test('whatever there is, the prompt fits as soon as persona and a short question fit', () => {
  fc.assert(
    fc.property(anyParts, fc.integer({ min: 60, max: 400 }), (all, maxTokens) => {
      expect(countWords(buildPrompt(all, { maxTokens, count: countWords }))).toBeLessThanOrEqual(
        maxTokens,
      );
    }),
  );
});

test('after the persona user and assistant take turns, the user first and last', () => {
  fc.assert(
    fc.property(anyParts, fc.integer({ min: 20, max: 400 }), (all, maxTokens) => {
      const roles = buildPrompt(all, { maxTokens, count: countWords }).map(({ role }) => role);
      expect(roles[0]).toBe('system');
      expect(roles.at(-1)).toBe('user');
      for (const [at, role] of roles.slice(1).entries()) {
        expect(role).toBe(at % 2 === 0 ? 'user' : 'assistant');
      }
    }),
  );
});

test('nothing of the question is lost while it fits', () => {
  fc.assert(
    fc.property(anyParts, (all) => {
      const messages = buildPrompt(all, { maxTokens: 100_000, count: countWords });
      expect(messages.at(-1)!.text.endsWith(all.question.rawContent)).toBe(true);
    }),
  );
});

test('two things said in a row by one side are one message', () => {
  const conversation = [said('a'), said('b'), said('c', 'assistant'), said('d')];
  expect(
    build({ conversation })
      .slice(1)
      .map(({ role }) => role),
  ).toEqual(['user', 'assistant', 'user']);
  expect(build({ conversation })[1]!.text).toBe('a\n\nb');
});
