import type { FormattedText } from './markdown.ts';

/** Telegram's limit on one message, in UTF-16 units after entity parsing. */
export const maxMessageLength = 4096;

/**
 * Parts of at most `limit` units, cut at a paragraph, else a line, a sentence, a word, and only then
 * anywhere (never inside a surrogate pair). White space around a cut is dropped, nothing else.
 */
export function splitText(
  formatted: FormattedText,
  limit: number = maxMessageLength,
): FormattedText[] {
  const parts: FormattedText[] = [];
  let from = skipSpace(formatted.text, 0);
  while (from < formatted.text.length) {
    const to = cutAt(formatted.text, from, limit);
    const part = slice(formatted, from, to);
    if (part.text !== '') parts.push(part);
    from = skipSpace(formatted.text, to);
  }
  return parts;
}

const breaks = [/\n\s*\n/g, /\n/g, /[.!?…]["'”’)\]]*\s|[。！？]/g, /\s/g];

function cutAt(text: string, from: number, limit: number): number {
  if (text.length - from <= limit) return text.length;
  const window = text.slice(from, from + limit);
  for (const pattern of breaks) {
    const last = [...window.matchAll(pattern)].at(-1);
    // A cut in the first half would make a short message for no reason.
    if (last && last.index + last[0].length > limit / 2) return from + last.index + last[0].length;
  }
  const pair = /[\uD800-\uDBFF]$/.test(window) && limit > 1;
  return from + limit - (pair ? 1 : 0);
}

function slice({ text, entities }: FormattedText, from: number, to: number): FormattedText {
  const part = text.slice(from, to).trimEnd();
  const end = from + part.length;
  const within = entities.flatMap((entity) => {
    const offset = Math.max(entity.offset, from);
    const length = Math.min(entity.offset + entity.length, end) - offset;
    return length > 0 ? [{ ...entity, offset: offset - from, length }] : [];
  });
  return { text: part, entities: within };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}
