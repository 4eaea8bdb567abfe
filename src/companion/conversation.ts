import type { Memories, Memory } from '../ports/memories.ts';

const longest = 20;
const step = 10;

/**
 * The turns before a question. The window grows to 20 messages and is then cut by 10 at once:
 * its beginning moves seldom, so the engine keeps what it has evaluated.
 */
export function conversationBefore(memories: Memories, question: Memory): Memory[] {
  const length = memories.conversationLength(question);
  const from = length <= longest ? 0 : Math.floor((length - step) / step) * step;
  return memories.conversation(question, from);
}
