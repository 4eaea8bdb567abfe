import { expect, test } from 'vitest';
import { createAnswerCache } from '../../src/companion/answer-cache.ts';
import { createHear } from '../../src/companion/hear.ts';
import { createReply } from '../../src/companion/reply.ts';
import { createRecall } from '../../src/memory/recall.ts';
import { StoppedByUser } from '../../src/ports/job-handler.ts';
import type { Outgoing } from '../../src/ports/outgoing.ts';
import { loadPrompts } from '../../src/prompts.ts';
import { type ScriptedModel, scriptedModel } from '../support/fast-chat-model.ts';
import { ada, newMemory, openTestStores, type TestStores } from '../support/fast-stores.ts';

const signal = new AbortController().signal;

function companion(stores: TestStores, chatModel: ScriptedModel) {
  const reply = createReply({
    memories: stores.memories,
    recall: createRecall(stores.memories),
    jobs: stores.memoryJobs,
    chatModel,
    cache: createAnswerCache(() => stores.clock.now),
    chat: {
      typing: () => ({ [Symbol.dispose]: () => undefined }),
      stream: () => ({ update: () => undefined, end: () => Promise.resolve() }),
      progress: () => Promise.resolve(null),
    },
    prompts: loadPrompts(),
    timezone: 'UTC',
    now: () => stores.clock.now,
  });
  let messages = 0;
  const hear = (text: string, type: 'chat' | 'image' = 'chat') => {
    const messageId = ++messages;
    const where = { userId: ada, chatId: ada, messageId, timestamp: stores.clock.now };
    createHear(stores.memories)({ ...where, type, text, sourceKey: `tg:77:${messageId}` });
  };
  const next = () => stores.memoryJobs.open().find(({ kind }) => kind === 'reply')!;
  const run = (abort = signal) => reply.run(next(), abort);
  const ask = async (text: string) => {
    hear(text);
    await run();
  };
  return { reply, hear, next, run, ask };
}

const sent = (stores: TestStores) =>
  stores.memoryJobs
    .open()
    .flatMap(({ kind, payload }) => (kind === 'send' ? [(payload as Outgoing).text] : []));

test('an answer is stored, on its way, and its job ended, in one go', async () => {
  using stores = openTestStores();
  await companion(
    stores,
    scriptedModel(() => ' Under the pot. '),
  ).ask('Where is the key?');
  expect(sent(stores)).toEqual(['Under the pot.']);
  expect(stores.memoryJobs.open()).toHaveLength(1);
  expect(stores.memories.bySource(ada, 'answer:reply:tg:77:1')).toMatchObject({
    rawContent: 'Under the pot.',
    metadata: { role: 'assistant' },
  });
});

test('the model is given what the user told her before, and never her own words as evidence', async () => {
  using stores = openTestStores();
  for (const [at, said] of ['The violin is in the attic', 'I like rain'].entries()) {
    stores.memories.remember(newMemory(`old ${at}`, said, { type: 'journal' }));
  }
  const own = { type: 'voice', metadata: { role: 'assistant' } } as const;
  stores.memories.remember(newMemory('own', 'Your violin is in Vienna', own));
  const model = scriptedModel(() => 'In the attic.');
  await companion(stores, model).ask('Where is my violin?');
  const turn = model.requests[0]!.messages.at(-1)!.text;
  expect(turn).toContain('The violin is in the attic');
  expect(turn).not.toContain('rain');
  expect(turn).not.toContain('Vienna');
});

test('the same question again costs no model, until something new is said', async () => {
  using stores = openTestStores();
  const model = scriptedModel((_, number) => `answer ${number}`);
  const { ask, hear } = companion(stores, model);
  for (const text of ['What is a fox?', 'what is a fox?', 'What  is a fox?']) await ask(text);
  expect(model.requests).toHaveLength(1);
  hear('a photo of a fox', 'image');
  await ask('What is a fox?');
  expect(model.requests).toHaveLength(2);
});

test('what was said while an answer was being written makes the question new', async () => {
  using stores = openTestStores();
  const model = scriptedModel((_, number) => {
    if (number === 1) talk.hear('This is Momo, my cat', 'image');
    return `answer ${number}`;
  });
  const talk = companion(stores, model);
  await talk.ask('What is my cat called?');
  await talk.ask('What is my cat called?');
  expect(model.requests).toHaveLength(2);
});

test('stopped by the user, what was written is kept and sent; with nothing written the job just ends', async () => {
  using stores = openTestStores();
  const stop = AbortSignal.abort(new StoppedByUser());
  const texts = ['Once upon a', ''];
  const model = scriptedModel(() => Promise.resolve({ text: texts.shift()!, end: 'aborted' }));
  const { hear, run } = companion(stores, model);
  hear('Tell me a story');
  await run(stop);
  expect(sent(stores)).toEqual(['Once upon a …']);
  expect(stores.memories.bySource(ada, 'answer:reply:tg:77:1')?.metadata.stopped).toBe(true);
  hear('Another one');
  await run(stop);
  expect(sent(stores)).toHaveLength(1);
  expect(stores.memoryJobs.open()).toHaveLength(1);
});

test('a stopped answer is not the answer the next time', async () => {
  using stores = openTestStores();
  const model = scriptedModel((_, number) =>
    Promise.resolve(number === 1 ? { text: 'Half', end: 'aborted' as const } : { text: 'Whole' }),
  );
  const { hear, run } = companion(stores, model);
  hear('Tell me');
  await run(AbortSignal.abort(new StoppedByUser()));
  hear('Tell me');
  await run();
  expect(sent(stores)).toEqual(['Half …', 'Whole']);
});

test('a shutdown stores nothing and leaves the job', async () => {
  using stores = openTestStores();
  const model = scriptedModel(() => Promise.resolve({ text: 'Half', end: 'aborted' }));
  const { hear, run, next } = companion(stores, model);
  hear('Tell me');
  await run(AbortSignal.abort(new Error('shutting down')));
  expect(sent(stores)).toEqual([]);
  expect(next()).toBeDefined();
  expect(stores.memories.counts(ada)).toEqual([{ type: 'chat', count: 1 }]);
});

test('while the model loads the reply waits, and says so once', async () => {
  using stores = openTestStores();
  const model = scriptedModel(() => 'Here I am.', { state: 'loading', name: 'x' });
  const { hear, run } = companion(stores, model);
  hear('Good morning');
  expect(await run()).toBe('wait for model');
  expect(await run()).toBe('wait for model');
  expect(sent(stores)).toEqual([expect.stringContaining('still waking up')]);
});

test('a prompt leaves room for the answer in any context', async () => {
  using stores = openTestStores();
  const model = scriptedModel(() => 'ok');
  const { ask } = companion(stores, model);
  for (let turn = 0; turn < 12; turn++) await ask(`turn ${turn} ${'and so on '.repeat(40)}`);
  await ask('long '.repeat(2_000));
  for (const { messages, maxTokens } of model.requests) {
    expect(model.countTokens(messages) + maxTokens).toBeLessThanOrEqual(1_000);
  }
});

test('a question that is gone needs no answer', async () => {
  using stores = openTestStores();
  const model = scriptedModel(() => 'to whom?');
  const { reply, hear, next } = companion(stores, model);
  hear('hm');
  expect(await reply.run({ ...next(), userId: 4711 }, signal)).toBe('done');
  expect(model.requests).toEqual([]);
});
