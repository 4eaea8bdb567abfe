import { GrammyError } from 'grammy';
import type { SenkoContext } from './context.ts';

/** Ends the button's waiting sign. An old press cannot be answered any more, which is no trouble. */
export async function answerPress(ctx: SenkoContext, text?: string): Promise<void> {
  try {
    await ctx.answerCallbackQuery(text === undefined ? {} : { text });
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
  }
}
