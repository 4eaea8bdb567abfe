import { expect, test } from 'vitest';
import { clock, dayInWords, durationInWords, inWords, isoDay } from '../src/time-words.ts';

const at = (iso: string) => Date.parse(iso);

test('a moment in the owner’s words and time', () => {
  const moment = at('2026-11-21T13:05:00Z');
  expect(inWords(moment, 'Europe/Berlin')).toBe('Saturday, 21 November 2026, 14:05');
  expect(dayInWords(moment, 'Europe/Berlin')).toBe('Saturday, 21 November 2026');
  expect(clock(moment, 'Asia/Kathmandu')).toBe('18:50');
  expect(isoDay(moment, 'Europe/Berlin')).toBe('2026-11-21');
});

test('midnight begins a day, and is 00:00', () => {
  const midnight = at('2026-05-20T22:00:00Z');
  expect(clock(midnight, 'Europe/Berlin')).toBe('00:00');
  expect(isoDay(midnight, 'Europe/Berlin')).toBe('2026-05-21');
  expect(isoDay(midnight - 1, 'Europe/Berlin')).toBe('2026-05-20');
  expect(isoDay(at('2026-12-31T23:30:00Z'), 'Pacific/Kiritimati')).toBe('2027-01-01');
  expect(isoDay(at('2027-01-01T05:00:00Z'), 'America/Los_Angeles')).toBe('2026-12-31');
});

test('when the clocks go forward an hour is missing, when they go back it comes twice; the day stays', () => {
  const clocks = (...isos: string[]) => isos.map((iso) => clock(at(iso), 'Europe/Berlin'));
  expect(clocks('2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z')).toEqual(['01:59', '03:00']);
  expect(clocks('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z')).toEqual(['02:30', '02:30']);
  expect(isoDay(at('2026-03-29T21:59:00Z'), 'Europe/Berlin')).toBe('2026-03-29');
  expect(isoDay(at('2026-10-25T22:59:00Z'), 'Europe/Berlin')).toBe('2026-10-25');
  expect(isoDay(at('2026-10-25T23:00:00Z'), 'Europe/Berlin')).toBe('2026-10-26');
});

test.each([
  [0, '0 minutes'],
  [59_999, '0 minutes'],
  [60_000, '1 minute'],
  [59 * 60_000, '59 minutes'],
  [60 * 60_000, '1 hour'],
  [119 * 60_000, '1 hour'],
  [47.99 * 3_600_000, '47 hours'],
  [48 * 3_600_000, '2 days'],
  [365 * 24 * 3_600_000, '365 days'],
])('%i ms are %s', (ms, words) => {
  expect(durationInWords(ms)).toBe(words);
});
