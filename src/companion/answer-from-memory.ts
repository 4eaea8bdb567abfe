import type { Job, NewJob } from '../ports/jobs.ts';
import type { Recalled } from '../ports/memories.ts';
import { sendJob } from '../ports/outgoing.ts';
import { dayInWords } from '../time-words.ts';
import { verbatim } from '../verbatim.ts';
import type { ReplyPayload } from './hear.ts';

/** Without a model: the memories that were found, quoted and dated, and the offer to answer later. */
export function answerFromMemory(
  job: Job,
  reason: string,
  recalled: Recalled[],
  timezone: string,
): NewJob {
  const { sourceKey, messageId } = job.payload as ReplyPayload;
  const quotes = recalled.map(
    ({ memory, excerpt }) =>
      `- ${dayInWords(memory.timestamp, timezone)}: “${verbatim(excerpt.replaceAll(/\s+/g, ' '))}”`,
  );
  const found =
    quotes.length > 0
      ? `Here is what I remember of it:\n\n${quotes.join('\n')}`
      : 'I remember nothing that fits your words.';
  return sendJob(job, `quoted:${job.key}`, {
    text: `I have no model to think with: ${reason}\n\nI keep what you say. ${found}`,
    replyTo: messageId,
    buttons: [{ text: 'Answer me when you can', data: `${answerLater}${sourceKey}` }],
  });
}

/** Prefix of the button's data; the question's source key follows. */
export const answerLater = 'later:';

/** The job that answers once there is a model. */
export function answerLaterJob(
  user: { userId: number; chatId: number },
  sourceKey: string,
): NewJob {
  const payload: ReplyPayload = { sourceKey, messageId: 0, memoryVersion: -1 };
  return { kind: 'reply', key: `later:${sourceKey}`, ...user, payload, needs: 'model' };
}
