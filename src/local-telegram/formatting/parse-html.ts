import type { MessageEntity } from 'grammy/types';
import { byteOffset, FormatError, type FormattedText } from './formatting.ts';

type Open = { tag: string; at: number; offset: number; attributes: Map<string, string> };

const styles: Record<string, MessageEntity.CommonMessageEntity['type']> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
  code: 'code',
};
const tags = new Set([...Object.keys(styles), 'a', 'pre', 'blockquote', 'tg-emoji']);
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const token =
  /<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*)\s*>/iy;

/** Telegram's HTML: its few tags, its four named entities, and its complaints. */
export function parseHtml(source: string): FormattedText {
  let text = '';
  const entities: MessageEntity[] = [];
  const open: Open[] = [];
  for (let at = 0; at < source.length; ) {
    const char = source[at]!;
    if (char === '&') {
      const [decoded, length] = decode(source, at);
      text += decoded;
      at += length;
    } else if (char !== '<') {
      text += char;
      at += 1;
    } else {
      token.lastIndex = at;
      const match = token.exec(source);
      if (!match) throw unreadableTag(source, at);
      const tag = match[2]!.toLowerCase();
      if (match[1]) entities.push(...close(open, tag, text.length, byteOffset(source, at)));
      else open.push(start(tag, match[3]!, text.length, byteOffset(source, at)));
      at = token.lastIndex;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed)
    throw new FormatError(
      `can't parse entities: Can't find end tag corresponding to start tag "${unclosed.tag}"`,
    );
  return { text, entities };
}

function decode(source: string, at: number): [string, number] {
  const match = /^&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|amp|quot));?/i.exec(source.slice(at, at + 12));
  if (!match) return ['&', 1];
  const [whole, decimal, hex, name] = match;
  if (name) return [named[name.toLowerCase()]!, whole.length];
  const code = decimal ? Number(decimal) : Number.parseInt(hex!, 16);
  return code > 0 && code <= 0x10ffff ? [String.fromCodePoint(code), whole.length] : ['&', 1];
}

function unreadableTag(source: string, at: number): FormatError {
  const name = /^<\/?([^\s>]*)/.exec(source.slice(at))?.[1] ?? '';
  const where = `at byte offset ${byteOffset(source, at)}`;
  return new FormatError(
    source.indexOf('>', at) < 0
      ? `can't parse entities: Unclosed start tag ${where}`
      : `can't parse entities: Unsupported start tag "${name}" ${where}`,
  );
}

function start(tag: string, rest: string, offset: number, at: number): Open {
  const attributes = new Map<string, string>();
  for (const [, name, value] of rest.matchAll(
    /([a-z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?/gi,
  ))
    attributes.set(name!.toLowerCase(), decodeAll((value ?? '').replace(/^(["'])(.*)\1$/s, '$2')));
  const isSpoiler = tag !== 'span' || attributes.get('class') === 'tg-spoiler';
  if (!tags.has(tag))
    throw new FormatError(
      `can't parse entities: Unsupported start tag "${tag}" at byte offset ${at}`,
    );
  if (!isSpoiler)
    throw new FormatError(
      `can't parse entities: Tag "span" must have class "tg-spoiler" at byte offset ${at}`,
    );
  return { tag, at, offset, attributes };
}

function decodeAll(value: string): string {
  return value.replace(/&[^;\s]+;/g, (entity) => decode(entity, 0)[0]);
}

function close(open: Open[], tag: string, end: number, at: number): MessageEntity[] {
  const opened = open.pop();
  if (!opened)
    throw new FormatError(`can't parse entities: Unexpected end tag at byte offset ${at}`);
  if (opened.tag !== tag)
    throw new FormatError(
      `can't parse entities: Unmatched end tag at byte offset ${at}, expected "</${opened.tag}>", found "</${tag}>"`,
    );
  const place = { offset: opened.offset, length: end - opened.offset };
  return place.length > 0 ? entityOf(opened, open.at(-1), place) : [];
}

function entityOf(
  { tag, attributes }: Open,
  parent: Open | undefined,
  place: { offset: number; length: number },
): MessageEntity[] {
  if (tag === 'a') {
    const url = attributes.get('href');
    return url ? [{ type: 'text_link', url, ...place }] : [];
  }
  if (tag === 'blockquote')
    return [
      { type: attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote', ...place },
    ];
  if (tag === 'tg-emoji')
    return [{ type: 'custom_emoji', custom_emoji_id: attributes.get('emoji-id') ?? '', ...place }];
  if (tag === 'pre') {
    const language = attributes.get('language');
    return [{ type: 'pre', ...(language && { language }), ...place }];
  }
  const language = /^language-(.+)$/.exec(attributes.get('class') ?? '')?.[1];
  if (tag === 'code' && parent?.tag === 'pre' && parent.offset === place.offset) {
    if (language) parent.attributes.set('language', language);
    return [];
  }
  return [{ type: styles[tag]!, ...place }];
}
