import { expect, test } from 'vitest';
import { entryLines } from '../../src/journal/entry-lines.ts';
import { entry } from '../support/fast-stores.ts';

test('notes for the model: a time before each, a line for each new day', () => {
  const entries = ['2026-10-24T20:00:00Z', '2026-10-24T23:30:00Z', '2026-10-25T01:30:00Z'].map(
    (iso, number) => entry(iso, { timestamp: Date.parse(iso), content: `note ${number}` }),
  );
  // In the night the clocks go back: 01:30Z is 02:30 for the second time.
  expect(entryLines(entries, 'Europe/Berlin')).toEqual([
    '22:00 note 0',
    '\nSunday, 25 October 2026\n01:30 note 1',
    '02:30 note 2',
  ]);
  expect(entryLines([], 'UTC')).toEqual([]);
});
