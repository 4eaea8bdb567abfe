import { GrammyError } from 'grammy';
import type { SenkoContext } from './context.ts';

/** Ends the button's waiting sign. */
export function answerPress(ctx: SenkoContext, text?: string): Promise<void> {
  return ifPossible(ctx.answerCallbackQuery(text === undefined ? {} : { text }));
}

/** Takes the buttons off the message that was pressed. */
export function withoutButtons(ctx: SenkoContext): Promise<void> {
  return ifPossible(ctx.editMessageReplyMarkup());
}

/** An old press cannot be answered, an old message not edited any more: no trouble. */
async function ifPossible(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
  }
}
