import type { MessageEntity } from 'grammy/types';
import { byteOffset, FormatError, type FormattedText } from './formatting.ts';

/** Telegram's legacy Markdown: _italic_, *bold*, `code`, ```pre```, [text](url); nothing nests. */
export function parseMarkdown(source: string): FormattedText {
  let text = '';
  const entities: MessageEntity[] = [];
  for (let at = 0; at < source.length; ) {
    const char = source[at]!;
    if (char === '\\' && '_*`['.includes(source[at + 1] ?? ' ')) {
      text += source[at + 1]!;
      at += 2;
    } else if ('_*`['.includes(char)) {
      const part = readEntity(source, at);
      const place = { offset: text.length, length: part.text.length };
      text += part.text;
      if (place.length > 0 && part.make) entities.push(part.make(place));
      at = part.end;
    } else {
      text += char;
      at += 1;
    }
  }
  return { text, entities };
}

interface Part {
  text: string;
  end: number;
  make?: (place: { offset: number; length: number }) => MessageEntity;
}

function readEntity(source: string, at: number): Part {
  const mark = source.startsWith('```', at) ? '```' : source[at]!;
  const closing = mark === '[' ? ']' : mark;
  const from = at + mark.length;
  const to = source.indexOf(closing, from);
  if (to < 0)
    throw new FormatError(
      `can't parse entities: Can't find end of the entity starting at byte offset ${byteOffset(source, at)}`,
    );
  const inner = source.slice(from, to);
  const end = to + closing.length;
  if (mark === '[') return readLink(source, inner, end);
  if (mark === '```') return readPre(inner, end);
  const type = mark === '_' ? 'italic' : mark === '*' ? 'bold' : 'code';
  return { text: inner, end, make: (place) => ({ type, ...place }) };
}

function readLink(source: string, inner: string, end: number): Part {
  const url = /^\(([^)]*)\)/.exec(source.slice(end));
  if (!url?.[1]) return { text: inner, end };
  return {
    text: inner,
    end: end + url[0].length,
    make: (place) => ({ type: 'text_link', url: url[1]!, ...place }),
  };
}

function readPre(inner: string, end: number): Part {
  const [, language, body] = /^(?:([^\s`]+)?\n)?([\s\S]*)$/.exec(inner)!;
  return {
    text: body!,
    end,
    make: (place) => ({ type: 'pre', ...(language && { language }), ...place }),
  };
}
