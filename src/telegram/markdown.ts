import type { MessageEntity } from 'grammy/types';
import { lexer, type Token, type Tokens } from 'marked';

export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

type SimpleEntity = 'bold' | 'italic' | 'strikethrough' | 'code' | 'blockquote';

/** Markdown as Telegram's text and entities; whatever Telegram cannot show stays readable text. */
export function fromMarkdown(markdown: string): FormattedText {
  const writer = new EntityWriter();
  writeBlocks(lexer(markdown), writer);
  return writer.finished();
}

class EntityWriter {
  #text = '';
  readonly #entities: MessageEntity[] = [];

  write(text: string): void {
    this.#text += text;
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
  const blocks = tokens.filter(({ type }) => type !== 'space' && type !== 'def');
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
      if (at > 0 && token.type !== 'space') writer.write('\n');
      writeBlock(token, writer);
    }
  }
}

function writeInline(tokens: Token[], writer: EntityWriter): void {
  for (const token of tokens) {
    const inside = () =>
      'tokens' in token && token.tokens
        ? writeInline(token.tokens, writer)
        : writer.write('text' in token ? token.text : token.raw);
    if (token.type === 'strong') writer.within({ type: 'bold' }, inside);
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

/** A bare address is found by Telegram itself; other schemes than the web's stay text. */
function writeLink(link: Tokens.Link, inside: () => void, writer: EntityWriter): void {
  if (link.raw === link.href || !/^https?:\/\//i.test(link.href)) writer.write(link.raw);
  else writer.within({ type: 'text_link', url: link.href }, inside);
}
