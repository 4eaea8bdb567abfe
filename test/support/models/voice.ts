import type { Model, Tensor } from './gguf-writer.ts';
import type { Random } from './random.ts';
import type { TokenRole, Vocabulary } from './vocabulary.ts';

/**
 * Random weights alone talk in bytes and unused tokens, end at once or never. This gives a gemma3n
 * model a bias for each role of token, and one more after the end of a sentence and after a quote.
 *
 * Gemma ties its output matrix to its input embedding, so a plain bias would also be read as input.
 * Three `signal` dimensions of an embedding say what the token was; three `wish` dimensions say
 * what is wanted next. The layers leave both alone (their norms are 0 there) and altup's
 * un-embedding, the last linear map, turns signals into wishes.
 */
export function withVoice(
  model: Model,
  { tokens }: Vocabulary,
  { endsTurns }: { endsTurns: boolean },
): Model {
  const roles = tokens.map(({ role }) => (role === 'end-of-turn' && !endsTurns ? 'silent' : role));
  return { ...model, tensors: model.tensors.map((tensor) => spoken(tensor, roles)) };
}

type Signals = { always: number; sentenceEnded: number; quoted: number };
const signalNames = ['always', 'sentenceEnded', 'quoted'] as const;
const firstWish = signalNames.length;
const reserved = 2 * signalNames.length;

const signals: Partial<Record<TokenRole, Partial<Signals>>> = {
  'sentence-end': { sentenceEnded: 1 },
  quote: { quoted: 1 },
  digit: { quoted: 1 },
  newline: { quoted: 1 },
  bracket: { sentenceEnded: 1 },
};

/** How much each role is wanted, in rough logits; a word is 0. */
const wishes: Record<TokenRole, Signals> = {
  silent: { always: -14, sentenceEnded: 0, quoted: 0 },
  'end-of-turn': { always: -9, sentenceEnded: 14, quoted: -4 },
  newline: { always: -7, sentenceEnded: 0, quoted: 0 },
  word: { always: 0, sentenceEnded: 0, quoted: 0 },
  fragment: { always: -4, sentenceEnded: 0, quoted: 0 },
  character: { always: -9, sentenceEnded: 0, quoted: 0 },
  digit: { always: -8, sentenceEnded: 0, quoted: 0 },
  'sentence-end': { always: 2, sentenceEnded: -8, quoted: -12 },
  comma: { always: 2, sentenceEnded: -8, quoted: -6 },
  quote: { always: -9, sentenceEnded: 13.5, quoted: -4 },
  bracket: { always: -12, sentenceEnded: 0, quoted: 8 },
};

function spoken(tensor: Tensor, roles: readonly TokenRole[]): Tensor {
  const { name, type, shape } = tensor;
  const [width = 0] = shape;
  if (type !== 'F32' && type !== 'F16') throw new Error(`${name}: a voice needs plain numbers`);
  const values = (make: (random: Random) => Float32Array): Tensor => ({
    name,
    type,
    shape,
    values: make,
  });
  if (name === 'token_embd.weight') return values((random) => embedding(width, roles, random));
  if (name === 'output_norm.weight') return values(() => outputNorm(width));
  if (name === 'altup_proj.weight') return values(() => identities(width));
  if (name === 'altup_unembd_proj.weight') return values((random) => unembedding(width, random));
  // The streams that altup carries beside the first must keep the signals of their token.
  if (/altup_(predict|correct)_coef/.test(name)) return { name, type, shape, constant: 0 };
  if (/post_.*norm|attn_norm/.test(name)) return values(() => silentNorm(width));
  return tensor;
}

function embedding(width: number, roles: readonly TokenRole[], random: Random): Float32Array {
  const values = new Float32Array(width * roles.length);
  for (const [id, role] of roles.entries()) {
    const row = values.subarray(id * width, (id + 1) * width);
    const deviation = role === 'word' || role === 'fragment' ? 0.25 : 0.1;
    for (let at = reserved; at < width; at++) row[at] = random.normal() * deviation;
    const signal: Signals = { always: 1, sentenceEnded: 0, quoted: 0, ...signals[role] };
    for (const [index, kind] of signalNames.entries()) {
      row[index] = signal[kind];
      row[firstWish + index] = wishes[role][kind] / 4;
    }
  }
  return values;
}

/** Signals are no part of the output; only the wishes made from them are. */
function outputNorm(width: number): Float32Array {
  return Float32Array.from({ length: width }, (_, at) => (at < firstWish ? 0 : 1));
}

function silentNorm(width: number): Float32Array {
  return Float32Array.from({ length: width }, (_, at) => (at < reserved ? 0 : 1));
}

function identities(width: number): Float32Array {
  return matrices(width, (_, row, column) => (row === column ? 1 : 0));
}

/**
 * The first extra stream becomes the wishes. The second takes back what the last token's embedding
 * brought along, or every token would want itself again. The third is random.
 */
function unembedding(width: number, random: Random): Float32Array {
  const isWish = (at: number) => at >= firstWish && at < reserved;
  return matrices(width, (stream, row, column) => {
    if (stream === 0) return isWish(row) && column === row - firstWish ? 1 : 0;
    if (stream === 1) return row === column ? -1 : 0;
    const plain = row >= reserved && column >= reserved;
    return plain ? random.normal() / Math.sqrt(width) : 0;
  });
}

function matrices(
  width: number,
  value: (stream: number, row: number, column: number) => number,
): Float32Array {
  return Float32Array.from({ length: 3 * width * width }, (_, index) => {
    const row = Math.floor(index / width) % width;
    return value(Math.floor(index / (width * width)), row, index % width);
  });
}
