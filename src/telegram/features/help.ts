import { Composer } from 'grammy';
import type { SenkoContext } from '../context.ts';

const help = [
  'Talk to me, and I answer from everything you ever told me.',
  [
    '/journal start – keep silent and keep everything (✍ means: it is on disk)',
    '/journal done – write it up as an article',
    '/journal cancel – drop it (I ask first)',
    '/status – mode, what I keep, my model, what is waiting',
    '/stop – stop what I am writing',
  ].join('\n'),
  'Edit a message while its journal is open and the entry follows; later edits I do not read yet.',
  'Photos, voice and other things I keep as they are; I cannot read them yet.',
].join('\n\n');

export function helpFeature(): Composer<SenkoContext> {
  const feature = new Composer<SenkoContext>();
  feature.command('help', async (ctx) => {
    await ctx.reply(help);
  });
  return feature;
}
