import type { Recall } from '../memory/recall.ts';
import {
  type ChatMessage,
  type ChatModel,
  contextTokensOf,
  type Generation,
  priorities,
} from '../ports/chat-model.ts';
import { type JobHandler, stoppedByUser } from '../ports/job-handler.ts';
import type { Job, JobQueue, NewJob } from '../ports/jobs.ts';
import type { Memories, Memory, Recalled } from '../ports/memories.ts';
import { type LiveChat, sendJob } from '../ports/outgoing.ts';
import type { Prompts } from '../prompts.ts';
import { passed } from '../steps.ts';
import type { AnswerCache } from './answer-cache.ts';
import { answerFromMemory } from './answer-from-memory.ts';
import { conversationBefore } from './conversation.ts';
import type { ReplyPayload } from './hear.ts';
import { buildPrompt } from './prompt.ts';

export interface ReplyOptions {
  memories: Memories;
  recall: Recall;
  jobs: JobQueue;
  chatModel: ChatModel;
  cache: AnswerCache;
  chat: LiveChat;
  prompts: Prompts;
  timezone: string;
  now: () => number;
}

const recalledAtMost = 5;
const answerShare = 1 / 4;
const longestAnswerTokens = 320;
const temperature = 0.7;

/** Answers one message: recall → prompt → generate (streamed) → store → send. */
export function createReply(options: ReplyOptions): JobHandler {
  const { memories, chatModel, jobs } = options;
  return {
    maxAttempts: 3,
    async run(job, signal) {
      const payload = job.payload as ReplyPayload;
      const question = memories.bySource(job.userId, payload.sourceKey);
      if (!question) return 'done';
      const status = chatModel.status();
      if (status.state === 'loading') {
        sayLoading(options, job, payload);
        return 'wait for model';
      }
      if (status.state === 'absent') {
        const recalled = recallFor(options, question, []);
        jobs.finish(job.id, [answerFromMemory(job, status.reason, recalled, options.timezone)]);
        return 'done';
      }
      return answer(options, { job, payload, question, signal });
    },
    stopWaiting: (job) => jobs.finish(job.id),
    setAside(job) {
      jobs.add(note(job, 'failed', 'I lost my thread over this one, sorry. Please ask me again.'));
    },
  };
}

interface Turn {
  job: Job;
  payload: ReplyPayload;
  question: Memory;
  signal: AbortSignal;
}

async function answer(options: ReplyOptions, turn: Turn): Promise<'done' | 'left'> {
  const { cache, memories } = options;
  const { job, payload, question, signal } = turn;
  const asked = {
    userId: job.userId,
    text: question.rawContent,
    memoryVersion: payload.memoryVersion,
  };
  const known = cache.find(asked);
  const generation = known === undefined ? await generate(options, turn) : undefined;
  const stopped = generation?.end === 'aborted';
  // A shutdown leaves the job: the next start answers it.
  if (stopped && !stoppedByUser(signal)) return 'left';
  const text = known ?? generation?.text.trim() ?? '';
  if (stopped && text === '') {
    options.jobs.finish(job.id);
    return 'done';
  }
  // What came in while she wrote would have made another answer.
  const current = memories.version(job.userId) === payload.memoryVersion + 1;
  storeAnswer(options, turn, text || '…', stopped);
  passed('answer stored');
  if (current && !stopped) cache.keep(asked, text, memories.version(job.userId));
  return 'done';
}

async function generate(options: ReplyOptions, turn: Turn): Promise<Generation> {
  const { chat, chatModel } = options;
  const { job, signal } = turn;
  using typing = chat.typing(job.chatId);
  const { messages, maxTokens } = promptFor(options, turn);
  const live = chat.stream(job.chatId);
  let written = '';
  try {
    return await chatModel.generate({
      messages,
      maxTokens,
      temperature,
      priority: priorities.reply,
      signal,
      onText(piece) {
        typing[Symbol.dispose]();
        written += piece;
        live.update(written);
      },
    });
  } finally {
    await live.end();
  }
}

function promptFor(
  options: ReplyOptions,
  { question }: Turn,
): { messages: ChatMessage[]; maxTokens: number } {
  const { chatModel, memories, prompts, timezone } = options;
  const contextTokens = contextTokensOf(chatModel);
  const maxTokens = Math.min(longestAnswerTokens, Math.floor(contextTokens * answerShare));
  const conversation = conversationBefore(memories, question);
  const messages = buildPrompt(
    {
      persona: prompts.persona,
      turnTemplate: prompts.turn,
      conversation,
      recalled: recallFor(options, question, conversation),
      question,
      timezone,
    },
    { maxTokens: contextTokens - maxTokens, count: (prompt) => chatModel.countTokens(prompt) },
  );
  return { messages, maxTokens };
}

/** What stands in the conversation need not be remembered. */
function recallFor({ recall }: ReplyOptions, question: Memory, conversation: Memory[]): Recalled[] {
  return recall({
    userId: question.userId,
    words: question.rawContent,
    limit: recalledAtMost,
    except: new Set([question, ...conversation].map(({ id }) => id)),
  });
}

/** Once for a question, also over restarts. */
function sayLoading({ jobs }: ReplyOptions, job: Job, payload: ReplyPayload): void {
  if (payload.toldLoading) return;
  const text = 'One moment, I am still waking up; I will answer as soon as I am here.';
  jobs.add(note(job, 'loading', text));
  jobs.update(job.id, { payload: { ...payload, toldLoading: true } });
}

/** Stored before it is sent, and sent from there. */
function storeAnswer(options: ReplyOptions, turn: Turn, text: string, stopped: boolean): void {
  const { job } = turn;
  options.memories.remember(
    {
      userId: job.userId,
      chatId: job.chatId,
      timestamp: options.now(),
      type: 'chat',
      content: text,
      rawContent: text,
      mediaPath: null,
      metadata: { role: 'assistant', ...(stopped && { stopped }) },
      sourceKey: `answer:${job.key}`,
    },
    [sendJob(job, `answer:${job.key}`, { text: stopped ? `${text} …` : text })],
    job.id,
  );
}

const note = (job: Job, what: string, text: string): NewJob =>
  sendJob(job, `${what}:${job.key}`, { text });
