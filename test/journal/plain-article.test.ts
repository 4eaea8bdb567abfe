import { expect, test } from 'vitest';
import { plainArticle } from '../../src/journal/plain-article.ts';
import { entry } from '../support/fast-stores.ts';

const at = (iso: string, content: string, changes = {}) =>
  entry(iso, { timestamp: Date.parse(iso), content, ...changes });

test('one day: the entries as they are, each with its time, titled by the date', () => {
  const entries = [
    at('2026-05-20T06:00:00Z', 'Woke *early*'),
    at('2026-05-20T16:30:00Z', 'Swam.\n\nCold!'),
  ];
  expect(plainArticle(entries, 'Europe/Berlin')).toEqual({
    title: 'Wednesday, 20 May 2026',
    body: '**08:00** Woke *early*\n\n**18:30** Swam.\n\nCold!',
    tags: [],
  });
});

test('several days have a heading each; midnight is that of the owner', () => {
  const entries = [
    at('2026-05-20T21:59:00Z', 'still Wednesday'),
    at('2026-05-20T22:00:00Z', 'Thursday already'),
    at('2026-05-21T10:00:00Z', 'and noon'),
  ];
  expect(plainArticle(entries, 'Europe/Berlin').body).toBe(
    [
      '## Wednesday, 20 May 2026',
      '**23:59** still Wednesday',
      '## Thursday, 21 May 2026',
      '**00:00** Thursday already',
      '**12:00** and noon',
    ].join('\n\n'),
  );
  expect(plainArticle(entries, 'America/New_York').title).toBe('Wednesday, 20 May 2026');
  expect(plainArticle(entries.slice(0, 2), 'UTC').body).not.toContain('##');
});

test('what cannot be read is named, with its caption', () => {
  const entries = [
    at('2026-05-20T06:00:00Z', '', { type: 'voice' }),
    at('2026-05-20T06:01:00Z', 'our lake', { type: 'image' }),
  ];
  expect(plainArticle(entries, 'UTC').body).toBe('**06:00** [voice]\n\n**06:01** [image] our lake');
});
