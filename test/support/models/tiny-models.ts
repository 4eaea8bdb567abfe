import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, rename, rm, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type ChatTemplate, chatTemplates } from './chat-templates.ts';
import {
  type GemmaEmbeddingDimensions,
  gemmaEmbedding,
  tinyGemmaEmbedding,
} from './gemma-embedding.ts';
import { type Gemma3nDimensions, gemma3n, tinyGemma3n } from './gemma3n.ts';
import { writeGguf } from './gguf-writer.ts';
import { Random } from './random.ts';
import { vocabulary } from './vocabulary.ts';
import { withVoice } from './voice.ts';

/** To be raised with any change to the bytes that the generator writes. */
const generatorVersion = 2;

export type TinyChatOptions = {
  template?: ChatTemplate;
  contextLength?: number;
  seed?: number;
  layers?: number;
  vocabularySize?: number;
  /** False for a model that talks until it is stopped. */
  endsTurns?: boolean;
};

export type TinyEmbeddingOptions = {
  /** The length of an embedding; EmbeddingGemma's 768 by default. */
  dimensions?: number;
  seed?: number;
  layers?: number;
  vocabularySize?: number;
};

export type Corruption = 'truncated' | 'garbage' | 'no-full-attention' | 'no-sliding-window';

const defaultVocabularySize = 1536;

/** The path of a tiny gemma3n model with random weights; written once, then shared by all tests. */
export function tinyChatModel(options: TinyChatOptions = {}): Promise<string> {
  return cached('tiny-chat', options, (file) => writeTinyChatModel(file, options));
}

/** The path of a tiny gemma-embedding model with random weights. */
export function tinyEmbeddingModel(options: TinyEmbeddingOptions = {}): Promise<string> {
  return cached('tiny-embedding', options, (file) => writeTinyEmbeddingModel(file, options));
}

/**
 * The path of a file that cannot be used. Two kinds are valid GGUF files with which llama.cpp
 * aborts the whole process, so open them in a child process only: `no-sliding-window`, a chat
 * model (in createContext), and `no-full-attention`, an embedding model (at its first text).
 */
export function corruptModel(kind: Corruption): Promise<string> {
  return cached(kind, {}, (file) => writeCorruptModel(file, kind));
}

export async function writeTinyChatModel(
  file: string,
  options: TinyChatOptions = {},
): Promise<void> {
  await writeChatModel(file, tinyGemma3n(options), options);
}

export async function writeTinyEmbeddingModel(
  file: string,
  options: TinyEmbeddingOptions = {},
): Promise<void> {
  const { dimensions: width = 768, layers = 2 } = options;
  await writeEmbeddingModel(file, tinyGemmaEmbedding({ width, layers }), options);
}

async function writeEmbeddingModel(
  file: string,
  dimensions: GemmaEmbeddingDimensions,
  { vocabularySize = defaultVocabularySize, seed = 7 }: TinyEmbeddingOptions,
): Promise<void> {
  const words = vocabulary({ size: vocabularySize });
  await writeGguf(file, gemmaEmbedding(dimensions, words), { seed });
}

async function writeChatModel(
  file: string,
  dimensions: Gemma3nDimensions,
  options: TinyChatOptions,
): Promise<void> {
  const { template = 'gemma', seed = 7, vocabularySize = defaultVocabularySize } = options;
  const words = vocabulary({ size: vocabularySize, ...(template === 'chatml' ? chatml : {}) });
  const silent = gemma3n(dimensions, words, chatTemplates[template]);
  const model = withVoice(silent, words, { endsTurns: options.endsTurns ?? true });
  await writeGguf(file, model, { seed });
}

const chatml = {
  controlTokens: ['<|im_start|>', '<|im_end|>'],
  endOfText: '<|im_end|>',
  endOfTurn: '<|im_end|>',
};

async function writeCorruptModel(file: string, kind: Corruption): Promise<void> {
  switch (kind) {
    case 'truncated':
      await writeTinyChatModel(file);
      return truncate(file, 1_000_000);
    case 'garbage': {
      const random = new Random('garbage');
      const bytes = Buffer.from(
        Uint32Array.from({ length: 1 << 16 }, () => random.uint32()).buffer,
      );
      await using handle = await open(file, 'w');
      await handle.writeFile(bytes);
      return;
    }
    case 'no-full-attention':
      return writeEmbeddingModel(file, tinyGemmaEmbedding({ slidingLayers: [true, true] }), {});
    case 'no-sliding-window':
      return writeChatModel(file, { ...tinyGemma3n({}), slidingLayers: [false, false] }, {});
    default:
      kind satisfies never;
  }
}

/** A finished file appears under its name at once, so parallel test workers never see half of one. */
async function cached(
  name: string,
  options: object,
  write: (file: string) => Promise<void>,
): Promise<string> {
  const wanted = JSON.stringify([generatorVersion, Object.entries(options).sort()]);
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const folder = path.join(os.tmpdir(), `senko-test-models-${hash}`);
  const file = path.join(folder, `${name}.gguf`);
  if (await exists(file)) return file;
  await mkdir(folder, { recursive: true });
  const unfinished = path.join(folder, `${randomUUID()}.tmp`);
  try {
    await write(unfinished);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return file;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
