import type { Memories, Memory } from '../ports/memories.ts';

const longest = 20;
const step = 10;

/**
 * The turns before a question. The window grows to 20 messages and is then cut by 10 at once:
 * its beginning moves seldom, so the engine keeps what it has evaluated.
 */
export function conversationBefore(memories: Memories, question: Memory): Memory[] {
  const { userId } = question;
  const total = memories.counts(userId).find(({ type }) => type === 'chat')?.count ?? 0;
  const from = total <= longest ? 0 : Math.floor((total - step) / step) * step;
  const window = memories.conversation(userId, { from, to: total });
  const asked = window.findIndex(({ id }) => id === question.id);
  // Questions that were asked meanwhile get answers of their own.
  const meanwhile = (at: number, { metadata }: Memory) =>
    asked >= 0 && at > asked && metadata.role !== 'assistant';
  return window.filter((memory, at) => at !== asked && !meanwhile(at, memory));
}
