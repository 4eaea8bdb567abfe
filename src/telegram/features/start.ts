import { Composer } from 'grammy';
import type { Drafts } from '../../ports/journal.ts';
import type { SenkoContext } from '../context.ts';

/** `/start`: who she is and the two things to try. */
export function startFeature({ drafts }: { drafts: Drafts }): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  feature.command('start', async (ctx) => {
    if (drafts.session(ctx.item.userId)) {
      await ctx.reply('A journal is open: what you write goes into it. /journal done compiles it.');
      return;
    }
    await ctx.reply(
      [
        'Hi, I am Senko 🦊 I live on your own machine, and I remember what you tell me.',
        'Just talk to me. Or send /journal start: then I quietly keep everything you throw at me, and /journal done writes it up as the journal of your day.',
        '/help shows all I can do.',
      ].join('\n\n'),
    );
  });
  return feature;
}
