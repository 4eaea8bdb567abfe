import type { Metadata } from './metadata.ts';
import { commonWords } from './words.ts';

/** What a token is for; the tiny model's voice is tuned by it. */
export type TokenRole =
  | 'silent'
  | 'end-of-turn'
  | 'newline'
  | 'word'
  | 'fragment'
  | 'character'
  | 'digit'
  | 'sentence-end'
  | 'comma'
  | 'quote'
  | 'bracket';

export type Token = { text: string; score: number; type: number; role: TokenRole };

export type Vocabulary = { tokens: readonly Token[]; endOfText: number; endOfTurn: number };

export type VocabularyOptions = {
  /** 768 to 262,144. */
  size: number;
  /** Control tokens beside Gemma's own; they take the places of `<unused…>` ones. */
  controlTokens?: readonly string[];
  /** Texts of the control tokens that end a text and a turn. */
  endOfText?: string;
  endOfTurn?: string;
};

/** llama.cpp's numbers for the kinds of a SentencePiece token. */
const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 } as const;
const wordStart = '▁';
const consonants = 'tnrsldmkvbpgfh';
const vowels = 'aeiou';

/**
 * A SentencePiece-like vocabulary laid out as Gemma 3's: 0 pad, 1 eos, 2 bos, 3 unk, 4 mask,
 * 105 and 106 the turn marks, 238 to 493 the bytes, then what a text is made of.
 */
export function vocabulary(options: VocabularyOptions): Vocabulary {
  const { size, endOfText = '<eos>', endOfTurn = '<end_of_turn>' } = options;
  if (size < 768 || size > 262_144) throw new RangeError(`vocabulary size ${size}`);
  const fixed = [...specialTokens(options.controlTokens ?? [], endOfTurn), ...byteTokens()];
  const tokens = [...fixed, ...textTokens(size - fixed.length)];
  const find = (text: string) => {
    const id = tokens.findIndex((token) => token.text === text);
    if (id < 0) throw new Error(`no token ${text}`);
    return id;
  };
  return { tokens, endOfText: find(endOfText), endOfTurn: find(endOfTurn) };
}

export function vocabularyMetadata(
  { tokens, endOfText, endOfTurn }: Vocabulary,
  { addEos }: { addEos: boolean },
): Metadata {
  const key = 'tokenizer.ggml';
  return {
    [`${key}.model`]: { type: 'string', value: 'llama' },
    [`${key}.pre`]: { type: 'string', value: 'default' },
    [`${key}.tokens`]: { type: 'list', of: 'string', value: tokens.map(({ text }) => text) },
    [`${key}.scores`]: { type: 'list', of: 'float32', value: tokens.map(({ score }) => score) },
    [`${key}.token_type`]: { type: 'list', of: 'int32', value: tokens.map(({ type }) => type) },
    [`${key}.padding_token_id`]: { type: 'uint32', value: 0 },
    [`${key}.bos_token_id`]: { type: 'uint32', value: 2 },
    [`${key}.unknown_token_id`]: { type: 'uint32', value: 3 },
    [`${key}.eos_token_id`]: { type: 'uint32', value: endOfText },
    [`${key}.eot_token_id`]: { type: 'uint32', value: endOfTurn },
    [`${key}.add_bos_token`]: { type: 'bool', value: true },
    [`${key}.add_eos_token`]: { type: 'bool', value: addEos },
    [`${key}.add_space_prefix`]: { type: 'bool', value: false },
  };
}

function specialTokens(controlTokens: readonly string[], endOfTurn: string): Token[] {
  const tokens: Token[] = [];
  const add = (text: string, type: keyof typeof tokenTypes, role: TokenRole = 'silent') =>
    tokens.push({ text, score: -1000, type: tokenTypes[type], role });
  const addControl = (text: string) =>
    add(text, 'control', text === endOfTurn ? 'end-of-turn' : 'silent');
  for (const text of ['<pad>', '<eos>', '<bos>']) addControl(text);
  add('<unk>', 'unknown');
  add('<mask>', 'userDefined');
  for (const text of controlTokens) addControl(text);
  while (tokens.length < 105) add(`<unused${tokens.length}>`, 'userDefined');
  for (const text of ['<start_of_turn>', '<end_of_turn>']) addControl(text);
  for (let length = 1; length <= 31; length++)
    add('\n'.repeat(length), 'userDefined', length === 1 ? 'newline' : 'silent');
  for (let length = 2; length <= 31; length++) add(wordStart.repeat(length), 'userDefined');
  while (tokens.length < 238) add(`<unused${tokens.length}>`, 'userDefined');
  return tokens;
}

function byteTokens(): Token[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const hex = byte.toString(16).toUpperCase().padStart(2, '0');
    return { text: `<0x${hex}>`, score: -1000, type: tokenTypes.byte, role: 'silent' };
  });
}

/** Printable ASCII, then words and syllables; an earlier piece has a better score. */
function textTokens(count: number): Token[] {
  const roles = new Map<string, TokenRole>();
  for (const character of [wordStart, ...asciiCharacters()])
    roles.set(character, characterRole(character));
  for (const [piece, role] of pieces()) {
    if (roles.size >= count) break;
    if (role === 'word' || !roles.has(piece)) roles.set(piece, role);
  }
  return [...roles].map(([text, role], rank) => ({
    text,
    score: -rank,
    type: tokenTypes.normal,
    role,
  }));
}

function* asciiCharacters(): Generator<string> {
  for (let code = 0x21; code <= 0x7e; code++) yield String.fromCharCode(code);
}

function characterRole(character: string): TokenRole {
  if (/[.!?]/.test(character)) return 'sentence-end';
  if (/[[\]{}:]/.test(character)) return 'bracket';
  if (/[0-9]/.test(character)) return 'digit';
  if (character === ',') return 'comma';
  if (character === '"') return 'quote';
  return character === '\\' ? 'silent' : 'character';
}

/** A word comes with all its beginnings, for SentencePiece reaches it only by joining two pieces. */
function* pieces(): Generator<[string, TokenRole]> {
  for (const word of commonWords) {
    const piece = wordStart + word;
    for (let length = 2; length < piece.length; length++)
      yield [piece.slice(0, length), 'fragment'];
    yield [piece, 'word'];
  }
  const syllables = [...consonants].flatMap((first) => [...vowels].map((second) => first + second));
  for (const syllable of syllables) yield [syllable, 'fragment'];
  for (const syllable of syllables) yield [wordStart + syllable, 'fragment'];
  // The stride mixes the second syllables, so that a small vocabulary has them all.
  for (let turn = 0; turn < syllables.length; turn++)
    for (const [index, first] of syllables.entries()) {
      const second = syllables[(index * 3 + turn * 11) % syllables.length];
      yield [wordStart + first + second, 'word'];
    }
  for (const first of syllables)
    for (const second of syllables)
      for (const third of syllables) yield [wordStart + first + second + third, 'word'];
}
