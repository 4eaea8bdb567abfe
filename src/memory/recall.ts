import type { Memories, Recalled } from '../ports/memories.ts';

export interface RecallQuery {
  userId: number;
  words: string;
  limit: number;
  /** Memories that stand in the conversation already, or are the question itself. */
  except: Set<string>;
}

/** Enough that many equal ones leave room for others. */
const candidates = 200;

export type Recall = (query: RecallQuery) => Recalled[];

/** What the user said that matters to these words, best first. Senko's own words are no evidence. */
export function createRecall(memories: Memories): Recall {
  return ({ userId, words, limit, except }) => {
    const telling = tellingWords(words);
    if (telling === '') return [];
    const seen = new Set<string>();
    return memories
      .search(userId, telling, candidates)
      .filter(({ memory }) => !except.has(memory.id))
      .filter(({ memory }) => {
        const content = memory.content.trim().toLowerCase();
        if (seen.has(content) || content === words.trim().toLowerCase()) return false;
        seen.add(content);
        return true;
      })
      .slice(0, limit);
  };
}

/** Words that every sentence has would make every memory a match. */
function tellingWords(text: string): string {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !commonWords.has(word)).join(' ');
}

const commonWords = new Set(
  `a about all am an and any are as at be been but by can could did do does for from get got had has
  have he her hers hi him his how i if in into is it its just like me my no not of on or our she so
  some than that the their them then there they this to too up us was we were what when where which
  who why will with would yes you your
  aber als am an auch auf aus bei bin bis da das dass dem den der des die du ein eine einen er es
  für hab habe hat ich ihr im in ist ja mein mich mir mit nicht noch nur oder sich sie sind so und
  uns von war was wer wie wir wo zu zum zur`.split(/\s+/),
);
