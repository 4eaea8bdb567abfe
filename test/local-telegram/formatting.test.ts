import { expect, test } from 'vitest';
import { formatText } from '../../src/local-telegram/formatting/format-text.ts';

function formatted(text: string, mode?: string) {
  const { text: plain, entities } = formatText(text, mode, undefined);
  const parts = entities.map(
    ({ type, offset, length }) => `${type}:${plain.slice(offset, offset + length)}`,
  );
  return { plain, parts };
}

test('commands, links, mentions and hashtags are found in any text', () => {
  expect(formatted('/journal done, see https://a.org/x. and @senko_bot #day').parts).toEqual([
    'bot_command:/journal',
    'url:https://a.org/x',
    'mention:@senko_bot',
    'hashtag:#day',
  ]);
  expect(formatted('and/or 1/2 a@b.com http://x.org/start').parts).toEqual([
    'email:a@b.com',
    'url:http://x.org/start',
  ]);
});

test.each([
  ['<b>a <i>b</i></b> &lt;c&gt;', 'a b <c>', ['bold:a b', 'italic:b']],
  ['<a href="https://a.org">x</a>', 'x', ['text_link:x']],
  ['<pre><code class="language-js">1</code></pre>', '1', ['pre:1']],
  [
    '<tg-spoiler>s</tg-spoiler><blockquote expandable>q</blockquote>',
    'sq',
    ['spoiler:s', 'expandable_blockquote:q'],
  ],
])('HTML %s', (source, plain, parts) => {
  const result = formatted(source, 'HTML');
  expect(result.plain).toBe(plain);
  expect(new Set(result.parts)).toEqual(new Set(parts));
});

test.each([
  [
    '*a _b_* `c` __d__ ~e~ ||f||',
    'a b c d e f',
    ['bold:a b', 'italic:b', 'code:c', 'underline:d', 'strikethrough:e', 'spoiler:f'],
  ],
  ['[x](https://a.org/\\)) 1\\.5', 'x 1.5', ['text_link:x']],
  ['>a\n>b\n\nc', 'a\nb\n\nc', ['blockquote:a\nb']],
  ['>a\n>b||', 'a\nb', ['expandable_blockquote:a\nb']],
  ['```js\n1.5```', '1.5', ['pre:1.5']],
  ['_a *b*_ __c__', 'a b c', ['italic:a b', 'bold:b', 'underline:c']],
])('MarkdownV2 %s', (source, plain, parts) => {
  const result = formatted(source, 'MarkdownV2');
  expect(result.plain).toBe(plain);
  expect(new Set(result.parts)).toEqual(new Set(parts));
});

test.each([
  ['HTML', '<b>a', 'Can\'t find end tag corresponding to start tag "b"'],
  ['HTML', 'é<x>a</x>', 'Unsupported start tag "x" at byte offset 2'],
  ['HTML', '<b>a</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
  ['HTML', 'a</b>', 'Unexpected end tag at byte offset 1'],
  ['HTML', '1 < 2', 'Unclosed start tag at byte offset 2'],
  ['MarkdownV2', 'a.b', "Character '.' is reserved and must be escaped with the preceding '\\'"],
  ['MarkdownV2', '*a', "Can't find end of Bold entity at byte offset 0"],
  ['Markdown', '_a', "Can't find end of the entity starting at byte offset 0"],
])('%s that cannot be parsed is refused: %s', (mode, text, reason) => {
  expect(() => formatText(text, mode, undefined)).toThrow(`can't parse entities: ${reason}`);
});

test('entities outside the text or inside a symbol are refused', () => {
  const at = (offset: number, length: number) => () =>
    formatText('a🦊', undefined, [{ type: 'bold', offset, length }]);
  expect(at(0, 4)).toThrow('ends after the end of the text');
  expect(at(0, 2)).toThrow('in a middle of a UTF-16 symbol');
  expect(at(1, 2)).not.toThrow();
});

test('trimming moves the entities along', () => {
  expect(formatted('  <b>a</b> ', 'HTML')).toEqual({ plain: 'a', parts: ['bold:a'] });
});
