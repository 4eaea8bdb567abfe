import type { Entry } from '../ports/journal.ts';
import { clock, dayInWords, isoDay } from '../time-words.ts';

/** Each entry as a line "14:05 words"; a new day gets a line of its own. */
export function entryLines(entries: Entry[], timezone: string): string[] {
  let day = entries[0] && isoDay(entries[0].timestamp, timezone);
  return entries.map((entry) => {
    const line = `${clock(entry.timestamp, timezone)} ${wordsOf(entry)}`;
    const thisDay = isoDay(entry.timestamp, timezone);
    if (thisDay === day) return line;
    day = thisDay;
    return `\n${dayInWords(entry.timestamp, timezone)}\n${line}`;
  });
}

/** What can be read of an entry; what cannot is named in brackets. */
export function wordsOf({ type, content }: Entry): string {
  if (type === 'text') return content;
  return content === '' ? `[${type}]` : `[${type}] ${content}`;
}
