import { Composer } from 'grammy';
import type { JobRunner } from '../../jobs/runner.ts';
import type { SenkoContext } from '../context.ts';

/** `/stop` ends the reply or the compile that is being written in this chat; nobody waits for a recompile. */
export function stopFeature({ runner }: { runner: JobRunner }): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  feature.command('stop', async (ctx) => {
    const stopped = runner.stop(ctx.item.chatId, ['reply', 'compile']);
    await ctx.reply(stopped > 0 ? 'Stopped.' : 'I am not writing anything just now.');
  });
  return feature;
}
