import { LRUCache } from 'lru-cache';

export interface Question {
  userId: number;
  text: string;
  /** The memory's version just before the question was remembered. */
  memoryVersion: number;
}

/** The same question again, with nothing new in memory but that exchange, has the same answer. */
export interface AnswerCache {
  find(question: Question): string | undefined;
  /** `memoryVersion`: after the answer was remembered. */
  keep(question: Question, answer: string, memoryVersion: number): void;
}

const maxAnswers = 50;
const maxAgeMs = 5 * 60_000;

export function createAnswerCache(now: () => number): AnswerCache {
  const answers = new LRUCache<string, { answer: string; memoryVersion: number }>({
    max: maxAnswers,
    ttl: maxAgeMs,
    // lru-cache takes 0 for "no time yet".
    perf: { now: () => now() || 1 },
    ttlResolution: 0,
  });
  return {
    find(question) {
      const kept = answers.get(keyOf(question));
      return kept?.memoryVersion === question.memoryVersion ? kept.answer : undefined;
    },
    keep(question, answer, memoryVersion) {
      answers.set(keyOf(question), { answer, memoryVersion });
    },
  };
}

function keyOf({ userId, text }: Question): string {
  return `${userId} ${text.trim().replaceAll(/\s+/g, ' ').toLowerCase()}`;
}
