import { expect, test } from 'vitest';
import { answerFromMemory, answerLaterJob } from '../../src/companion/answer-from-memory.ts';
import type { Outgoing } from '../../src/ports/outgoing.ts';
import { fromMarkdown } from '../../src/telegram/markdown.ts';
import { ada, job, memory } from '../support/fast-stores.ts';

const question = {
  ...job('reply:tg:1000000001:4000000000', {
    kind: 'reply',
    payload: { sourceKey: 'tg:1000000001:4000000000', messageId: 9, memoryVersion: 1 },
  }),
  id: 1,
  attempts: 0,
  runAfter: 0,
  createdAt: 0,
};

const answer = (excerpts: string[]) => {
  const timestamp = Date.UTC(2026, 4, 20, 23);
  const recalled = excerpts.map((excerpt) => ({
    memory: memory(excerpt, excerpt, { timestamp }),
    excerpt,
    score: 1,
  }));
  return answerFromMemory(question, 'CHAT_MODEL is none.', recalled, 'Europe/Berlin');
};

test('without a model she says why, and quotes what fits with its day, each on a line', () => {
  const { text } = answer(['The key lies\n\nunder the pot', 'A spare key']).payload as Outgoing;
  expect(fromMarkdown(text).text).toBe(
    [
      'I have no model to think with: CHAT_MODEL is none.',
      '',
      'I keep what you say. Here is what I remember of it:',
      '',
      '• Thursday, 21 May 2026: “The key lies under the pot”',
      '• Thursday, 21 May 2026: “A spare key”',
    ].join('\n'),
  );
});

test('where nothing fits she says that', () => {
  expect((answer([]).payload as Outgoing).text).toContain(
    'I remember nothing that fits your words.',
  );
});

test('it answers the question once and offers to answer later, in a button that Telegram takes', () => {
  const { kind, key, payload } = answer([]);
  const { replyTo, buttons } = payload as Outgoing;
  expect({ kind, key, replyTo }).toEqual({
    kind: 'send',
    key: 'quoted:reply:tg:1000000001:4000000000',
    replyTo: 9,
  });
  expect(Buffer.byteLength(buttons![0]!.data)).toBeLessThanOrEqual(64);
});

test('the later answer waits for a model, and pressing twice is once', () => {
  const later = answerLaterJob({ userId: ada, chatId: ada }, 'tg:1:2');
  expect(later).toMatchObject({ kind: 'reply', key: 'later:tg:1:2', needs: 'model', userId: ada });
});

test('what the user said is quoted as it was said', () => {
  const words = 'run __init__.py with 2*3*4';
  expect(fromMarkdown((answer([words]).payload as Outgoing).text).text).toContain(words);
});
