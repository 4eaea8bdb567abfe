import { type Api, GrammyError } from 'grammy';
import type { Log } from '../log.ts';
import type { JobHandler } from '../ports/job-handler.ts';
import type { Job, JobQueue } from '../ports/jobs.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import { passed } from '../steps.ts';
import { type FormattedText, fromMarkdown } from './markdown.ts';
import { splitText } from './split-text.ts';

export interface SendingOptions {
  api: Api;
  /** Of memory.db, where the `send` jobs lie. */
  jobs: JobQueue;
  log: Log;
}

/** Sends what is stored, part by part; a restart goes on behind the last part that was accepted. */
export function createSending({ api, jobs, log }: SendingOptions): JobHandler {
  /** In memory too, for when the disk will not take it. */
  const accepted = new Map<number, number>();
  return {
    maxAttempts: Number.POSITIVE_INFINITY,
    longestRetryMs: 30_000,
    async run(job) {
      const message = job.payload as Outgoing;
      const parts = splitText(fromMarkdown(message.text));
      try {
        const from = Math.max(message.partsSent ?? 0, accepted.get(job.id) ?? 0);
        for (let at = from; at < parts.length; at++) {
          await sendPart(api, job, parts[at]!, { first: at === 0, last: at === parts.length - 1 });
          passed('message sent');
          accepted.set(job.id, at + 1);
          if (parts.length > 1) jobs.update(job.id, { payload: { ...message, partsSent: at + 1 } });
        }
        accepted.delete(job.id);
      } catch (error) {
        if (!cannotArrive(error)) throw error;
        log.warn({ job: job.id, userId: job.userId, err: error }, 'a message cannot be delivered');
      }
      return 'done';
    },
  };
}

async function sendPart(
  api: Api,
  job: Job,
  part: FormattedText,
  place: { first: boolean; last: boolean },
): Promise<void> {
  const { editMessageId, replyTo, buttons } = job.payload as Outgoing;
  const keyboard = place.last && buttons ? { reply_markup: inlineKeyboard(buttons) } : {};
  if (place.first && editMessageId !== undefined) {
    const edit = ({ text, entities }: FormattedText) =>
      api.editMessageText(job.chatId, editMessageId, text, { entities, ...keyboard });
    if (await edited(edit, part)) return;
  }
  const reply = place.first &&
    replyTo !== undefined && {
      reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
    };
  const send = ({ text, entities }: FormattedText) =>
    api.sendMessage(job.chatId, text, { entities, ...keyboard, ...reply });
  await withPlainFallback(send, part);
}

/** False: there is no such message to edit any more, so it must be sent. */
async function edited(
  edit: (part: FormattedText) => Promise<unknown>,
  part: FormattedText,
): Promise<boolean> {
  try {
    await withPlainFallback(edit, part);
    return true;
  } catch (error) {
    if (!isBadRequest(error)) throw error;
    return error.description.includes('message is not modified');
  }
}

/** An answer always arrives: what Telegram refuses with entities goes as plain text. */
async function withPlainFallback(
  call: (part: FormattedText) => Promise<unknown>,
  part: FormattedText,
): Promise<void> {
  try {
    await call(part);
  } catch (error) {
    if (!isBadRequest(error) || !/entit/i.test(error.description)) throw error;
    await call({ text: part.text, entities: [] });
  }
}

const inlineKeyboard = (buttons: NonNullable<Outgoing['buttons']>) => ({
  inline_keyboard: buttons.map(({ text, data }) => [{ text, callback_data: data }]),
});

const isBadRequest = (error: unknown): error is GrammyError =>
  error instanceof GrammyError && error.error_code === 400;

/** The user blocked the bot or the chat is gone: trying again changes nothing. */
const cannotArrive = (error: unknown) =>
  error instanceof GrammyError && (error.error_code === 403 || error.error_code === 400);
