import type { MessageEntity } from 'grammy/types';
import { lexer, type Token, type Tokens } from 'marked';
import { placeholder, takeVerbatim } from '../verbatim.ts';

export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

type SimpleEntity = 'bold' | 'italic' | 'strikethrough' | 'code' | 'blockquote';

/** Markdown as Telegram's text and entities; whatever Telegram cannot show stays readable text. */
export function fromMarkdown(markdown: string): FormattedText {
  const taken = takeVerbatim(markdown);
  const plain = () => {
    const writer = new EntityWriter(taken.parts);
    writer.write(taken.markdown);
    return writer.finished();
  };
  if (taken.markdown.length > longestFormatted) return plain();
  try {
    const writer = new EntityWriter(taken.parts);
    writeBlocks(lexer(taken.markdown), writer);
    const formatted = writer.finished();
    return formatted.text === '' ? plain() : formatted;
  } catch (error) {
    // Nested beyond sense: the parser and the walk are recursive.
    if (error instanceof RangeError) return plain();
    throw error;
  }
}

/** Parsing may take quadratic time; nothing that Senko writes is longer. */
const longestFormatted = 16_000;

class EntityWriter {
  #text = '';
  readonly #entities: MessageEntity[] = [];
  readonly #verbatim: string[];

  constructor(verbatimParts: string[]) {
    this.#verbatim = [...verbatimParts];
  }

  /** The last character that was written. */
  get last(): string {
    return this.#text.at(-1) ?? '';
  }

  write(text: string): void {
    this.#text += text.replaceAll(placeholder, () => this.#verbatim.shift() ?? '');
  }

  /** Everything that `inside` writes carries the entity. */
  within(entity: EntityKind, inside: () => void): void {
    const offset = this.#text.length;
    const at = this.#entities.length;
    inside();
    const length = this.#text.length - offset;
    if (length > 0) this.#entities.splice(at, 0, { ...entity, offset, length } as MessageEntity);
  }

  finished(): FormattedText {
    const text = this.#text.trimEnd();
    const entities = this.#entities
      .map((entity) => ({
        ...entity,
        length: Math.min(entity.length, text.length - entity.offset),
      }))
      .filter(({ length }) => length > 0);
    return { text, entities };
  }
}

type EntityKind =
  | { type: SimpleEntity }
  | { type: 'pre'; language?: string }
  | { type: 'text_link'; url: string };

function writeBlocks(tokens: Token[], writer: EntityWriter): void {
  const blocks = tokens.filter(({ type }) => type !== 'space');
  for (const [index, token] of blocks.entries()) {
    if (index > 0) writer.write('\n\n');
    writeBlock(token, writer);
  }
}

function writeBlock(token: Token, writer: EntityWriter): void {
  switch (token.type) {
    case 'heading':
      return writer.within({ type: 'bold' }, () => writeInline(token.tokens ?? [], writer));
    case 'paragraph':
    case 'text':
      return token.tokens ? writeInline(token.tokens, writer) : writer.write(token.raw);
    case 'list':
      return writeList(token as Tokens.List, writer);
    case 'code':
      return writer.within({ type: 'pre', ...(token.lang && { language: token.lang }) }, () =>
        writer.write(token.text),
      );
    case 'blockquote':
      return writer.within({ type: 'blockquote' }, () => writeBlocks(token.tokens ?? [], writer));
    case 'hr':
      return writer.write('———');
    default:
      return writer.write(token.raw.trimEnd());
  }
}

function writeList(list: Tokens.List, writer: EntityWriter): void {
  for (const [index, item] of list.items.entries()) {
    if (index > 0) writer.write('\n');
    writer.write(list.ordered ? `${Number(list.start || 1) + index}. ` : '• ');
    for (const [at, token] of item.tokens.entries()) {
      const afterBox = item.tokens[at - 1]?.type === 'checkbox';
      if (at > 0 && !afterBox && token.type !== 'space') writer.write('\n');
      if (token.type === 'checkbox') writer.write(item.checked ? '☑ ' : '☐ ');
      else writeBlock(token, writer);
    }
  }
}

function writeInline(tokens: Token[], writer: EntityWriter): void {
  for (const [at, token] of tokens.entries()) {
    const inside = () =>
      'tokens' in token && token.tokens
        ? writeInline(token.tokens, writer)
        : writer.write('text' in token ? token.text : token.raw);
    const product = token.type === 'em' && withinWord(writer, token, tokens[at + 1]);
    if (product) writer.write(token.raw);
    else if (token.type === 'strong') writer.within({ type: 'bold' }, inside);
    else if (token.type === 'em') writer.within({ type: 'italic' }, inside);
    else if (token.type === 'del') writer.within({ type: 'strikethrough' }, inside);
    else if (token.type === 'codespan')
      writer.within({ type: 'code' }, () => writer.write(token.text));
    else if (token.type === 'link') writeLink(token as Tokens.Link, inside, writer);
    else if (token.type === 'br') writer.write('\n');
    else if (token.type === 'text' || token.type === 'escape') inside();
    else writer.write(token.raw);
  }
}

/** "2*3*4" is a product: stars between letters or digits are no emphasis. */
function withinWord(writer: EntityWriter, token: Token, next: Token | undefined): boolean {
  const isWord = (text: string) => /^[\p{L}\p{N}]$/u.test(text);
  return token.raw.startsWith('*') && isWord(writer.last) && isWord(next?.raw[0] ?? '');
}

/** A bare address is found by Telegram itself; other schemes than the web's stay text. */
function writeLink(link: Tokens.Link, inside: () => void, writer: EntityWriter): void {
  if (link.raw === link.href || !/^https?:\/\//i.test(link.href)) writer.write(link.raw);
  else writer.within({ type: 'text_link', url: link.href }, inside);
}
