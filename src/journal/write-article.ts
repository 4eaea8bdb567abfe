import { z } from 'zod';
import {
  type ChatMessage,
  type ChatModel,
  contextTokensOf,
  type JsonSchema,
  priorities,
} from '../ports/chat-model.ts';
import type { Entry } from '../ports/journal.ts';
import type { Article } from '../ports/memories.ts';
import { fillPrompt, type Prompts } from '../prompts.ts';
import { dayInWords } from '../time-words.ts';
import { entryLines } from './entry-lines.ts';

export interface WriteArticleOptions {
  chatModel: ChatModel;
  prompts: Prompts;
  timezone: string;
}

export interface Writing {
  signal: AbortSignal;
  /** Told before each step that takes a while. */
  onStep: (step: string) => void;
}

/** The model could not write the journal; nothing is lost by it. */
export class ArticleError extends Error {
  override name = 'ArticleError';
}

/** The writing was stopped before it ended. */
export class WritingAborted extends Error {
  override name = 'WritingAborted';
}

/** Notes longer than this part of the context are summarised in parts first. */
const notesShare = 1 / 2;
const tries = 2;

/** Title, body and tags from the model. Throws ArticleError, ModelUnavailableError or WritingAborted. */
export async function writeArticle(
  entries: Entry[],
  options: WriteArticleOptions,
  writing: Writing,
): Promise<Article> {
  const notes = await fittingNotes(entryLines(entries, options.timezone), options, writing);
  const date = dayInWords(entries[0]!.timestamp, options.timezone);
  const text = fillPrompt(options.prompts.compileJournal, { date, entries: notes });
  const schema = articleSchema(notes, entries.length);
  for (let attempt = 1; attempt <= tries; attempt++) {
    writing.onStep('writing');
    const answer = await generate(options, writing, text, schema);
    const article = readArticle(answer);
    if (article) return article;
  }
  throw new ArticleError(`no article after ${tries} tries`);
}

/** Summarises in parts until the notes fit; each round makes them shorter or is the last. */
async function fittingNotes(
  lines: string[],
  options: WriteArticleOptions,
  writing: Writing,
): Promise<string> {
  const maxTokens = Math.floor(contextTokensOf(options.chatModel) * notesShare);
  let notes = lines.join('\n');
  while (count(options.chatModel, notes) > maxTokens) {
    const parts = inParts(notes, maxTokens, options.chatModel);
    const summaries: string[] = [];
    for (const [index, entries] of parts.entries()) {
      const [part, total] = [String(index + 1), String(parts.length)];
      writing.onStep(`reading part ${part} of ${total}`);
      const values = { part, parts: total, entries };
      const text = fillPrompt(options.prompts.summariseEntries, values);
      summaries.push((await generate(options, writing, text)).trim());
    }
    const shorter = summaries.join('\n\n');
    if (shorter.length >= notes.length) throw new ArticleError('the summaries did not get shorter');
    notes = shorter;
  }
  return notes;
}

/** Whole lines as far as they fit; a line that is too long alone is cut at spaces. */
export function inParts(notes: string, maxTokens: number, chatModel: ChatModel): string[] {
  const pieces = notes.split('\n').flatMap((line) => fittingPieces(line, maxTokens, chatModel));
  const parts: string[] = [];
  for (const piece of pieces) {
    const longer = `${parts.at(-1)}\n${piece}`;
    if (parts.length > 0 && count(chatModel, longer) <= maxTokens) parts[parts.length - 1] = longer;
    else parts.push(piece);
  }
  return parts;
}

function fittingPieces(line: string, maxTokens: number, chatModel: ChatModel): string[] {
  if (line.length < 2 || count(chatModel, line) <= maxTokens) return [line];
  return halves(line).flatMap((half) => fittingPieces(half, maxTokens, chatModel));
}

/** At the space nearest to the middle, else between two characters. */
function halves(line: string): [string, string] {
  const middle = Math.floor(line.length / 2);
  const spaces = [line.lastIndexOf(' ', middle), line.indexOf(' ', middle)].filter((at) => at > 0);
  const nearest = spaces.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  if (nearest !== undefined) return [line.slice(0, nearest), line.slice(nearest + 1)];
  const characters = [...line];
  const half = Math.ceil(characters.length / 2);
  return [characters.slice(0, half).join(''), characters.slice(half).join('')];
}

async function generate(
  { chatModel }: WriteArticleOptions,
  { signal }: Writing,
  text: string,
  schema?: JsonSchema,
): Promise<string> {
  const messages: ChatMessage[] = [{ role: 'user', text }];
  const room = contextTokensOf(chatModel) - chatModel.countTokens(messages);
  if (room < 100) throw new ArticleError('the notes leave no room for an article');
  const generation = await chatModel.generate({
    messages,
    maxTokens: schema ? room : Math.min(room, Math.floor(contextTokensOf(chatModel) / 6)),
    temperature: 0.3,
    priority: priorities.compile,
    signal,
    ...(schema && { schema }),
  });
  if (generation.end === 'aborted') throw new WritingAborted();
  return generation.text;
}

const maxTitleLength = 80;
const maxParagraphs = 8;
const longestParagraph = 1500;

/** The grammar leaves room for the notes and little more: room invites a model to invent. */
function articleSchema(notes: string, entryCount: number): JsonSchema {
  const maxItems = Math.min(maxParagraphs, Math.ceil(entryCount / 2));
  const maxLength = Math.min(longestParagraph, Math.ceil((notes.length * 1.5) / maxItems) + 160);
  return {
    type: 'object',
    properties: {
      title: { type: 'string', minLength: 1, maxLength: maxTitleLength },
      tags: { type: 'array', maxItems: 5, items: { type: 'string', minLength: 1, maxLength: 24 } },
      paragraphs: {
        type: 'array',
        minItems: 1,
        maxItems,
        items: { type: 'string', minLength: 1, maxLength },
      },
    },
  };
}

const answerShape = z.object({
  title: z
    .string()
    .trim()
    .min(1)
    .refine((title) => [...title].length <= maxTitleLength),
  tags: z.array(z.string()),
  paragraphs: z.array(z.string()),
});

/** A grammar bounds the shape, not the sense: what cannot be read or says nothing is undefined. */
export function readArticle(json: string): Article | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const answer = answerShape.safeParse(parsed);
  if (!answer.success) return undefined;
  const tags = answer.data.tags.map(tidyTag).filter((tag) => tag !== '');
  const title = answer.data.title.replaceAll(/\s+/g, ' ');
  const paragraphs = answer.data.paragraphs
    .map((paragraph) => wholeSentences(paragraph.trim()))
    .filter((paragraph) => paragraph !== '' && paragraph !== title);
  const body = [...new Set(paragraphs)].join('\n\n');
  if (body === '') return undefined;
  return { title, body, tags: [...new Set(tags)] };
}

/** Where the grammar ended a paragraph in the middle of a sentence, that sentence goes. */
function wholeSentences(paragraph: string): string {
  if (/[.!?…。！？"'”’»)\]]$/.test(paragraph)) return paragraph;
  return /^.*(?:[.!?…]["'”’»)\]]*(?=\s)|[。！？])/s.exec(paragraph)?.[0] ?? paragraph;
}

const tidyTag = (tag: string) =>
  tag
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');

const count = (chatModel: ChatModel, text: string) =>
  chatModel.countTokens([{ role: 'user', text }]);
