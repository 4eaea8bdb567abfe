import type { ChatMessage } from '../ports/chat-model.ts';
import type { Memory, Recalled } from '../ports/memories.ts';
import { fillPrompt } from '../prompts.ts';
import { dayInWords, durationInWords, inWords } from '../time-words.ts';

export interface PromptParts {
  persona: string;
  turnTemplate: string;
  /** The latest turns, oldest first, without the question. */
  conversation: Memory[];
  recalled: Recalled[];
  question: Memory;
  timezone: string;
}

/**
 * persona ┃ conversation ┃ memories, time, question: what never changes first, so that the engine
 * keeps what it has evaluated. Gives way to the budget in large steps: the older half of the
 * conversation, then the weakest memory, then the middle of the question.
 */
export function buildPrompt(
  parts: PromptParts,
  budget: { maxTokens: number; count: (messages: ChatMessage[]) => number },
): ChatMessage[] {
  let { conversation, recalled, question } = parts;
  const lastTalk = conversation.at(-1)?.timestamp;
  for (;;) {
    const messages = compose({ ...parts, conversation, recalled, question, lastTalk });
    const tokens = budget.count(messages);
    if (tokens <= budget.maxTokens) return messages;
    if (conversation.length > 0) conversation = newerHalf(conversation);
    else if (recalled.length > 0) recalled = recalled.slice(0, -1);
    else if (question.rawContent.length > 40) question = shortened(question);
    else return messages;
  }
}

function compose(parts: PromptParts & { lastTalk: number | undefined }): ChatMessage[] {
  const { persona, conversation, question } = parts;
  const history = conversation.map(
    ({ metadata, rawContent }): ChatMessage => ({
      role: metadata.role === 'assistant' ? 'assistant' : 'user',
      text: rawContent,
    }),
  );
  const turn = fillPrompt(parts.turnTemplate, {
    memories: memoriesInWords(parts.recalled, parts.timezone),
    now: inWords(question.timestamp, parts.timezone),
    lastTalk: lastTalkInWords(question.timestamp, parts.lastTalk),
    message: question.rawContent,
  });
  return [
    { role: 'system', text: persona },
    ...alternating([...history, { role: 'user', text: turn }]),
  ];
}

function memoriesInWords(recalled: Recalled[], timezone: string): string {
  if (recalled.length === 0) return '';
  const lines = recalled.map(({ memory, excerpt }) => {
    const kind = memory.type === 'journal' ? 'their journal' : 'they said';
    const text = excerpt.replaceAll(/\s+/g, ' ');
    return `- ${dayInWords(memory.timestamp, timezone)}, ${kind}: "${text}"`;
  });
  return `(You remember:\n${lines.join('\n')})`;
}

function lastTalkInWords(now: number, last: number | undefined): string {
  if (last === undefined) return 'This is the first time that you talk.';
  const ms = now - last;
  return ms < 10 * 60_000 ? '' : `You last talked ${durationInWords(ms)} ago.`;
}

/** Templates want user and assistant in turn, the user first: neighbours of one side become one. */
function alternating(messages: ChatMessage[]): ChatMessage[] {
  const firstUser = messages.findIndex(({ role }) => role === 'user');
  const merged: ChatMessage[] = [];
  for (const message of messages.slice(firstUser)) {
    const previous = merged.at(-1);
    if (previous?.role === message.role) previous.text += `\n\n${message.text}`;
    else merged.push({ ...message });
  }
  return merged;
}

const newerHalf = <T>(items: T[]): T[] => items.slice(Math.ceil(items.length / 2));

function shortened(question: Memory): Memory {
  const characters = [...question.rawContent];
  const keep = Math.floor(characters.length / 4);
  const [head, tail] = [characters.slice(0, keep), characters.slice(-keep)];
  return { ...question, rawContent: `${head.join('')} […] ${tail.join('')}` };
}
