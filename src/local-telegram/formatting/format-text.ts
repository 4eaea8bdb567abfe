import type { MessageEntity } from 'grammy/types';
import { detectEntities } from './detect-entities.ts';
import { FormatError, type FormattedText } from './formatting.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';

/** What Telegram makes of a text: parsed, trimmed, with the entities it finds by itself. */
export function formatText(
  source: string,
  parseMode: string | undefined,
  given: MessageEntity[] | undefined,
): FormattedText {
  const parsed = parse(source.replaceAll('\r\n', '\n'), parseMode, given);
  const trimmed = trim(checkEntities(parsed));
  const found = detectEntities(trimmed.text).filter(
    (entity) => !trimmed.entities.some((other) => blocks(other, entity)),
  );
  return { text: trimmed.text, entities: [...trimmed.entities, ...found].sort(byPosition) };
}

function parse(
  text: string,
  mode: string | undefined,
  given: MessageEntity[] | undefined,
): FormattedText {
  switch (mode?.toLowerCase()) {
    case undefined:
    case '':
    case 'none':
      return { text, entities: given ?? [] };
    case 'html':
      return parseHtml(text);
    case 'markdown':
      return parseMarkdown(text);
    case 'markdownv2':
      return parseMarkdownV2(text);
    default:
      throw new FormatError('unsupported parse_mode');
  }
}

function checkEntities({ text, entities }: FormattedText): FormattedText {
  for (const { offset, length } of entities) {
    const end = offset + length;
    if (!Number.isInteger(offset) || !Number.isInteger(length) || offset < 0 || length < 0)
      throw new FormatError(
        `receive an entity with incorrect offset ${offset} or length ${length}`,
      );
    if (end > text.length)
      throw new FormatError(
        `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
      );
    if (splitsSurrogates(text, offset) || splitsSurrogates(text, end))
      throw new FormatError(
        `entity beginning at UTF-16 offset ${offset} ends in a middle of a UTF-16 symbol at UTF-16 offset ${end}`,
      );
  }
  return { text, entities: entities.filter(({ length }) => length > 0) };
}

function splitsSurrogates(text: string, at: number): boolean {
  return /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[at] ?? '');
}

function trim({ text, entities }: FormattedText): FormattedText {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  if (start >= end) return { text: '', entities: [] };
  if (start === 0 && end === text.length) return { text, entities };
  const kept = entities.flatMap((entity) => {
    const from = Math.max(entity.offset, start);
    const to = Math.min(entity.offset + entity.length, end);
    return to > from ? [{ ...entity, offset: from - start, length: to - from }] : [];
  });
  return { text: text.slice(start, end), entities: kept };
}

const plainStyles = new Set([
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
]);

function blocks(explicit: MessageEntity, found: MessageEntity): boolean {
  const overlap =
    explicit.offset < found.offset + found.length &&
    found.offset < explicit.offset + explicit.length;
  const contains =
    explicit.offset <= found.offset &&
    explicit.offset + explicit.length >= found.offset + found.length;
  return overlap && !(contains && plainStyles.has(explicit.type));
}

function byPosition(a: MessageEntity, b: MessageEntity): number {
  return a.offset - b.offset || b.length - a.length;
}
