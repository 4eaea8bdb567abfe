import type { MessageEntity } from 'grammy/types';

type Found = 'bot_command' | 'mention' | 'hashtag' | 'email' | 'url';

const topDomains =
  'com|org|net|edu|gov|io|dev|app|me|ai|co|info|social|page|blog|xyz|site|online|tech|de|fr|es|it|nl|pl|ru|uk|us|ca|au|br|jp|kr|cn|in|ch|at|be|se|no|fi|dk|cz|eu|tv|gg';
const patterns: [Found, RegExp][] = [
  ['email', /(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g],
  ['url', /\bhttps?:\/\/[^\s<>"]+/gi],
  [
    'url',
    new RegExp(`(?<![\\w@./-])(?:[a-z0-9-]+\\.)+(?:${topDomains})\\b(?:[/?#][^\\s<>"]*)?`, 'gi'),
  ],
  ['bot_command', /(?<![\w/.@<>])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])/g],
  ['mention', /(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?!\w)/g],
  ['hashtag', /(?<![\p{L}\p{N}_#])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}(?![\p{L}\p{N}_])/gu],
];

/** The entities that Telegram finds in any text without being told. */
export function detectEntities(text: string): MessageEntity[] {
  const found: MessageEntity[] = [];
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const length = (type === 'url' ? withoutTrailingMarks(match[0]) : match[0]).length;
      const entity: MessageEntity = { type, offset: match.index, length };
      if (!found.some((other) => overlap(other, entity))) found.push(entity);
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

function withoutTrailingMarks(url: string): string {
  const bare = url.replace(/[.,:;!?'"»”’]+$/, '');
  return bare.endsWith(')') && !bare.includes('(') ? bare.slice(0, -1) : bare;
}

function overlap(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
