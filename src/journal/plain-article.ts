import type { Entry } from '../ports/journal.ts';
import type { Article } from '../ports/memories.ts';
import { clock, dayInWords, isoDay } from '../time-words.ts';
import { wordsOf } from './entry-lines.ts';

/**
 * The journal without a model: the entries as they are, in order, titled by the date.
 * `quote` is what is done to the user's words.
 */
export function plainArticle(
  entries: Entry[],
  timezone: string,
  quote: (words: string) => string = (words) => words,
): Article {
  const days = Map.groupBy(entries, ({ timestamp }) => isoDay(timestamp, timezone));
  const sections = [...days.values()].map((ofDay) => {
    const lines = ofDay.map(
      (entry) => `**${clock(entry.timestamp, timezone)}** ${quote(wordsOf(entry))}`,
    );
    const heading = days.size > 1 ? [`## ${dayInWords(ofDay[0]!.timestamp, timezone)}`] : [];
    return [...heading, ...lines].join('\n\n');
  });
  return {
    title: dayInWords(entries[0]!.timestamp, timezone),
    body: sections.join('\n\n'),
    tags: [],
  };
}
