import fc from 'fast-check';
import type { MessageEntity } from 'grammy/types';
import { expect, test } from 'vitest';
import { fromMarkdown } from '../../src/telegram/markdown.ts';
import { verbatim } from '../../src/verbatim.ts';

/** "bold: words" for each entity, in order. */
function covered(markdown: string): string[] {
  const { text, entities } = fromMarkdown(markdown);
  return entities.map((entity) => {
    const words = text.slice(entity.offset, entity.offset + entity.length);
    return `${entity.type}${extra(entity)}: ${words}`;
  });
}

function extra(entity: MessageEntity): string {
  if (entity.type === 'text_link') return ` ${entity.url}`;
  return entity.type === 'pre' && entity.language ? ` ${entity.language}` : '';
}

test.each([
  ['**bold**', 'bold', ['bold: bold']],
  ['_italic_ and *italic*', 'italic and italic', ['italic: italic', 'italic: italic']],
  ['~~gone~~', 'gone', ['strikethrough: gone']],
  ['run `npm start` now', 'run npm start now', ['code: npm start']],
  ['`a < b && c`', 'a < b && c', ['code: a < b && c']],
  ['```js\nlet a = "<1>";\n```', 'let a = "<1>";', ['pre js: let a = "<1>";']],
  ['```\nplain\n  two\n```', 'plain\n  two', ['pre: plain\n  two']],
  ['[Senko](https://e.com/a_b?c=1)', 'Senko', ['text_link https://e.com/a_b?c=1: Senko']],
  ['# A *day*', 'A day', ['bold: A day', 'italic: day']],
  ['> she said\n> so', 'she said\nso', ['blockquote: she said\nso']],
  ['**a _b_ `c`**', 'a b c', ['bold: a b c', 'italic: b', 'code: c']],
  ['🦊🦊 **🦊 fox**', '🦊🦊 🦊 fox', ['bold: 🦊 fox']],
])('%j is shown as Telegram shows it', (markdown, text, entities) => {
  expect(fromMarkdown(markdown).text).toBe(text);
  expect(covered(markdown)).toEqual(entities);
});

test('lists are lines with a mark, also inside each other; blocks stay apart', () => {
  expect(fromMarkdown('- tea\n- **rice**\n  - brown\n').text).toBe('• tea\n• rice\n• brown');
  expect(fromMarkdown('3. three\n4. four').text).toBe('3. three\n4. four');
  expect(fromMarkdown('one\n\n\n\ntwo\n\n---\n\nthree').text).toBe('one\n\ntwo\n\n———\n\nthree');
  expect(fromMarkdown('# Head\ntext').text).toBe('Head\n\ntext');
});

test.each([
  'a < b > c & d &amp; &lt;b&gt;',
  '“quotes” and "quotes" and \'quotes\'',
  'snake_case_name and another_one',
  '2 * 3 * 4 and 5*6',
  'C++ && C#, 50% off!',
  '🦊 👩‍👩‍👧‍👦 👍🏽',
  'line one\nline two',
  '<b>not bold</b> <script>alert(1)</script>',
  '**not closed and _not either',
  '[brackets] (and more) [x] ](',
  'http://example.com/a_b_c and me@example.com',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '![picture](http://example.com/x.png)',
  '1986. What a year',
])('plain words stay as they are: %j', (text) => {
  expect(fromMarkdown(text)).toEqual({ text, entities: [] });
});

test.each(['javascript:alert(1)', 'tg://user?id=1', 'file:///etc/passwd', 'data:text/html,x'])(
  'a link to %s stays text that shows where it leads',
  (address) => {
    const link = `[press me](${address})`;
    expect(fromMarkdown(link)).toEqual({ text: link, entities: [] });
  },
);

test('a product keeps its stars', () => {
  expect(fromMarkdown('2*3*4 = 24').text).toBe('2*3*4 = 24');
});

test('a line that Markdown takes for a footnote address is not lost', () => {
  expect(fromMarkdown('Read this:\n\n[1]: https://example.com/fox').text).toContain('example.com');
});

test('a task stands on one line', () => {
  expect(fromMarkdown('- [x] tea\n- [ ] rice').text).toBe('• ☑ tea\n• ☐ rice');
});

test('a message of nothing but > is a message', () => {
  expect(fromMarkdown('>'.repeat(4096)).text).not.toBeUndefined();
});

const scrap = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    ...['**', '*', '_', '`', '```', '\n', '\n\n', '> ', '- ', '1. ', '# ', '[', '](', ')', '~~'],
    ...['    ', '\t', '|', '<', '&', '\\', '---', 'https://e.com', ' ', '\r\n', '![', ']: '],
  ),
);
const markdown = fc.array(scrap, { maxLength: 25 }).map((scraps) => scraps.join(''));

test('no string makes it throw, and formatting never reaches beyond the text', () => {
  fc.assert(
    fc.property(markdown, (source) => {
      const { text, entities } = fromMarkdown(source);
      for (const { offset, length } of entities) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(length).toBeGreaterThan(0);
        expect(offset + length).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('whoever writes a word sees a word', () => {
  fc.assert(
    fc.property(markdown, fc.stringMatching(/^[a-z]{3,9}$/), (source, word) => {
      expect(fromMarkdown(`${source}\n\n${word}`).text).toContain(word);
    }),
    { numRuns: 300 },
  );
});

test('emphasis never moves onto half an emoji', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('🦊', '**', '_', '`', ' ', 'a')), (parts) => {
      const { text, entities } = fromMarkdown(parts.join(''));
      for (const { offset, length } of entities) {
        expect(text.slice(offset, offset + length).isWellFormed()).toBe(true);
      }
    }),
  );
});

test.each([
  'see https://example.com/a_b-c.html?x=1&y=2',
  'A title\n===\n\n\n\nrun __init__.py with 2*3*4\n    - not a list',
  '[1]: https://example.com',
])("somebody's own words come back to the letter: %s", (words) => {
  const { text, entities } = fromMarkdown(`**14:00** ${verbatim(words)}\n\n_end_`);
  expect(text).toBe(`14:00 ${words}\n\nend`);
  expect(entities.map(({ type, offset, length }) => [type, offset, length])).toEqual([
    ['bold', 0, 5],
    ['italic', text.length - 3, 3],
  ]);
});

test('whatever they are, own words come back to the letter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (words) => {
      const { text } = fromMarkdown(`- “${verbatim(words)}” *b*`);
      expect(text).toBe(`• “${words}” b`);
    }),
  );
});
