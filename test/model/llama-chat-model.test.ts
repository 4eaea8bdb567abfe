import { expect, test } from 'vitest';
import type { ChatMessage, GenerateRequest } from '../../src/ports/chat-model.ts';
import { endlessChatModel, testChatModel } from '../support/chat-model.ts';
import { corruptModel } from '../support/models/tiny-models.ts';
import { openTestChatModel } from '../support/test-chat-model.ts';

const ask = (text: string, more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages: [
    { role: 'system', text: 'You are a fox.' },
    { role: 'user', text },
  ],
  maxTokens: 64,
  temperature: 0.7,
  priority: 0,
  ...more,
});

test('it loads in the background, says so, and then streams what it writes', async () => {
  await using model = await openTestChatModel(await testChatModel());
  expect(model.status().state).toBe('loading');
  await expect(model.generate(ask('too early'))).rejects.toThrow('still loading');
  expect(await model.settled).toMatchObject({ state: 'ready', contextTokens: 4096, where: 'CPU' });

  const pieces: string[] = [];
  const { text, end, promptTokens, answerTokens } = await model.generate(
    ask('hello', { onText: (piece) => pieces.push(piece) }),
  );
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('').trim()).toBe(text.trim());
  expect(['finished', 'length']).toContain(end);
  expect(promptTokens).toBe(model.countTokens(ask('hello').messages));
  expect(answerTokens).toBeGreaterThan(1);
});

test('under a schema the answer is JSON of that shape', async () => {
  await using model = await openTestChatModel(await testChatModel());
  await model.settled;
  const { text } = await model.generate(
    ask('a tag', {
      maxTokens: 400,
      schema: {
        type: 'object',
        properties: {
          title: { type: 'string', minLength: 1, maxLength: 20 },
          tags: {
            type: 'array',
            minItems: 1,
            maxItems: 2,
            items: { type: 'string', maxLength: 8 },
          },
        },
      },
    }),
  );
  expect(JSON.parse(text)).toEqual({
    title: expect.any(String),
    tags: expect.arrayContaining([expect.any(String)]),
  });
});

test('an abort while it writes gives what was written so far', async () => {
  await using model = await openTestChatModel(await endlessChatModel());
  await model.settled;
  const abort = new AbortController();
  let written = '';
  const { text, end } = await model.generate(
    ask('go on', {
      maxTokens: 2000,
      signal: abort.signal,
      onText(piece) {
        written += piece;
        if (written.length > 40) abort.abort();
      },
    }),
  );
  expect(end).toBe('aborted');
  expect(text.length).toBeGreaterThan(40);
  expect(text.length).toBeLessThan(1000);
});

test('an abort while a long prompt is evaluated does not wait for its end', async () => {
  await using model = await openTestChatModel(await endlessChatModel(), { contextTokens: 8192 });
  await model.settled;
  const messages: ChatMessage[] = [{ role: 'user', text: 'many words in a row '.repeat(700) }];
  expect(model.countTokens(messages)).toBeGreaterThan(2500);
  const whole = performance.now();
  await model.generate(ask('', { messages, maxTokens: 1 }));
  const wholeMs = performance.now() - whole;

  const abort = new AbortController();
  const other: ChatMessage[] = [{ role: 'user', text: `other ${messages[0]?.text}` }];
  setTimeout(() => abort.abort(), 30);
  const started = performance.now();
  const { end, text } = await model.generate(ask('', { messages: other, signal: abort.signal }));
  expect({ end, text }).toEqual({ end: 'aborted', text: '' });
  // Not a timing of the machine: a part of what the same prompt took whole.
  expect(performance.now() - started).toBeLessThan(wholeMs);
});

test('one at a time, by priority: a reply goes before the compile that waits', async () => {
  await using model = await openTestChatModel(await testChatModel());
  await model.settled;
  await model.generate(ask('the persona is evaluated by now'));
  const order: string[] = [];
  const run = (name: string, priority: 0 | 1 | 2) =>
    model.generate(ask(name, { priority, maxTokens: 8 })).then(() => order.push(name));
  await Promise.all([run('first', 1), run('index', 2), run('compile', 1), run('reply', 0)]);
  expect(order).toEqual(['first', 'reply', 'compile', 'index']);
});

test('waiting for a turn ends at once when it is stopped', async () => {
  await using model = await openTestChatModel(await endlessChatModel());
  await model.settled;
  const first = new AbortController();
  const busy = model.generate(ask('long', { maxTokens: 3000, signal: first.signal }));
  const abort = new AbortController();
  const waiting = model.generate(ask('me too', { signal: abort.signal }));
  abort.abort();
  expect(await waiting).toMatchObject({ end: 'aborted', text: '' });
  first.abort();
  expect((await busy).end).toBe('aborted');
});

test('closing it while it writes ends the writing', async () => {
  const model = await openTestChatModel(await endlessChatModel());
  await model.settled;
  const busy = model.generate(ask('long', { maxTokens: 3000 }));
  await model[Symbol.asyncDispose]();
  expect((await busy).end).toBe('aborted');
});

test('too little memory, a truncated file, an aborting engine: a line that says what to do', async () => {
  const reasons = await Promise.all(
    (['truncated', 'no-sliding-window'] as const).map(async (kind) => {
      await using model = await openTestChatModel(await corruptModel(kind));
      const status = await model.settled;
      return status.state === 'absent' ? status.reason : status.state;
    }),
  );
  expect(reasons[0]).toMatch(
    /cannot be used: .+ Download it again, or choose another CHAT_MODEL\./,
  );
  expect(reasons[1]).toMatch(/damaged or not supported/);
});
