import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  getLlama,
  type Llama,
  LlamaChatSession,
  LlamaLogLevel,
  type LlamaModel,
} from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  corruptModel,
  tinyChatModel,
  tinyEmbeddingModel,
  writeTinyChatModel,
} from '../support/models/tiny-models.ts';

let llama: Llama;
beforeAll(async () => {
  llama = await getLlama({
    build: 'never',
    gpu: false,
    maxThreads: 1,
    logLevel: LlamaLogLevel.disabled,
  });
});
// Not disposed: the engine was seen to hang in it, and the process of these tests ends anyway.

describe('the chat model', () => {
  let model: LlamaModel;
  beforeAll(async () => {
    model = await llama.loadModel({ modelPath: await tinyChatModel() });
  });
  afterAll(() => model.dispose());

  test('is a gemma3n with room for the default context', () => {
    expect(model.fileInfo.metadata.general.architecture).toBe('gemma3n');
    expect(model.trainContextSize).toBe(8192);
  });

  test('reads a turn mark as text unless special tokens are asked for', () => {
    const mark = '<start_of_turn>';
    expect(model.tokenize(mark, true)).toEqual([105]);
    expect(model.tokenize(mark)).not.toContain(105);
    expect(model.detokenize(model.tokenize(mark))).toBe(mark);
  });

  test('reads words, other scripts and emoji back as they were', () => {
    const text = 'Remember the garden, naïve 紅葉 🍁 "quoted"\n\tend';
    expect(model.detokenize(model.tokenize(text))).toBe(text);
    expect(model.tokenize(' remember the garden').length).toBe(3);
  });

  test('streams words and ends its turn by itself', async () => {
    const answers = [];
    for (const seed of [1, 2, 3, 4, 5]) answers.push(await answer(model, seed));
    for (const { chunks, text, stopReason } of answers) {
      expect(chunks.join('')).toBe(text);
      expect(text).toMatch(/^[\x20-\x7e\n]+$/);
      expect(text.split(' ').length).toBeGreaterThan(2);
      expect(stopReason).toBe('eogToken');
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(5);
  });

  test('fills a JSON schema', async () => {
    const grammar = await llama.createGrammarForJsonSchema({
      type: 'object',
      properties: {
        title: { type: 'string', maxLength: 60 },
        tags: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 20 } },
      },
    } as const);
    const { text } = await answer(model, 1, { grammar, maxTokens: 1200 });
    expect(grammar.parse(text).title.length).toBeGreaterThan(0);
  });

  test('stops when it is told to', async () => {
    const stop = new AbortController();
    const answered = answer(model, 1, {
      signal: stop.signal,
      stopOnAbortSignal: true,
      onTextChunk: () => stop.abort(),
    });
    expect((await answered).stopReason).toBe('abort');
  });
});

test('the ChatML variant ends its turns with <|im_end|>', async () => {
  const modelPath = await tinyChatModel({ template: 'chatml' });
  await using model = await llama.loadModel({ modelPath });
  expect(model.tokens.eosString).toBe('<|im_end|>');
  expect(model.tokenize('<|im_start|>', true).length).toBe(1);
  const { text, stopReason } = await answer(model, 1);
  expect(text).not.toContain('<|');
  expect(stopReason).toBe('eogToken');
});

test('the embedding model gives 768 numbers that depend on the text', async () => {
  await using model = await llama.loadModel({ modelPath: await tinyEmbeddingModel() });
  await using context = await model.createEmbeddingContext();
  const walk = await context.getEmbeddingFor('a walk by the river');
  expect(walk.vector.length).toBe(768);
  expect(walk.vector.every(Number.isFinite)).toBe(true);
  const walkAgain = await context.getEmbeddingFor('a walk along the river');
  const music = await context.getEmbeddingFor('coffee, music, friends');
  expect(walk.calculateCosineSimilarity(walkAgain)).toBeGreaterThan(
    walk.calculateCosineSimilarity(music),
  );
});

test('the same seed gives the same bytes, another seed gives others', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'senko-models-'));
  try {
    const hashes = [];
    for (const seed of [1, 1, 2]) {
      const file = path.join(folder, 'model.gguf');
      await writeTinyChatModel(file, { seed });
      hashes.push(
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('calls at the same time share one finished file', async () => {
  const paths = await Promise.all([1, 2, 3].map(() => tinyChatModel({ seed: 99 })));
  expect(new Set(paths).size).toBe(1);
  await using model = await llama.loadModel({ modelPath: paths[0]! });
  expect(model.trainContextSize).toBe(8192);
});

test('a model that never ends its turn runs to the limit', async () => {
  const modelPath = await tinyChatModel({ endsTurns: false });
  await using model = await llama.loadModel({ modelPath });
  expect((await answer(model, 1)).stopReason).toBe('maxTokens');
});

describe('corrupt models', () => {
  test.each(['truncated', 'garbage'] as const)('%s is refused with an error', async (kind) => {
    const modelPath = await corruptModel(kind);
    await expect(llama.loadModel({ modelPath })).rejects.toThrow();
  });

  // Each case starts two processes, and each of them tests its binary in a third.
  test.each([
    ['chat', tinyChatModel, 'no-sliding-window'],
    ['embedding', tinyEmbeddingModel, 'no-full-attention'],
  ] as const)(
    '%s: a valid file can kill the process that opens it',
    async (kind, intactModel, corruption) => {
      expect(await openInChild(kind, await intactModel())).toEqual({ code: 0, signal: null });
      const killed = { code: null, signal: 'SIGABRT' };
      expect(await openInChild(kind, await corruptModel(corruption))).toEqual(killed);
    },
    30_000,
  );
});

type PromptOptions = NonNullable<Parameters<LlamaChatSession['promptWithMeta']>[1]>;

async function answer(model: LlamaModel, seed: number, options: PromptOptions = {}) {
  await using context = await model.createContext({ contextSize: 2048 });
  const session = new LlamaChatSession({ contextSequence: context.getSequence() });
  const chunks: string[] = [];
  const { responseText, stopReason } = await session.promptWithMeta('Tell me about the garden.', {
    seed,
    temperature: 0.7,
    maxTokens: 1000,
    onTextChunk: (chunk) => chunks.push(chunk),
    ...options,
  });
  return { chunks, text: responseText, stopReason };
}

async function openInChild(kind: 'chat' | 'embedding', modelPath: string) {
  const script = path.join(import.meta.dirname, '../support/models/open-model.ts');
  const child = spawn(process.execPath, [script, kind, modelPath], { stdio: 'ignore' });
  const [code, signal] = await once(child, 'exit');
  return { code, signal };
}
