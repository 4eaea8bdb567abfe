import { Composer } from 'grammy';
import type { Drafts } from '../../ports/journal.ts';
import type { SenkoContext } from '../context.ts';
import { captureFeature } from './capture.ts';
import { chatFeature, unknownCommandFeature } from './chat.ts';
import { helpFeature } from './help.ts';
import { journalFeature } from './journal.ts';
import { startFeature } from './start.ts';
import { statusFeature } from './status.ts';
import { stopFeature } from './stop.ts';

export type FeatureOptions = Parameters<typeof startFeature>[0] &
  Parameters<typeof statusFeature>[0] &
  Parameters<typeof stopFeature>[0] &
  Parameters<typeof journalFeature>[0] &
  Parameters<typeof captureFeature>[0] &
  Parameters<typeof chatFeature>[0];

/** What Senko does with an update, in order: the first that takes it ends it. */
export function createFeatures(options: FeatureOptions): Composer<SenkoContext> {
  const features = new Composer<SenkoContext>();
  // In both modes.
  const commands = [
    startFeature(options),
    helpFeature(),
    statusFeature(options),
    stopFeature(options),
    journalFeature(options),
  ];
  const isMeant = (ctx: SenkoContext) => !isEntry(ctx, options.drafts);
  features.filter(isMeant).use(...commands);
  // Journal mode takes everything else.
  features.use(captureFeature(options));
  // Normal mode.
  features.filter(isMeant).use(unknownCommandFeature());
  features.use(chatFeature(options));
  return features;
}

/** Somebody else's command, or words of a journal that only begin like one ("/stop smoking, day 3"). */
function isEntry(ctx: SenkoContext, drafts: Drafts): boolean {
  const { message } = ctx;
  if (message?.forward_origin) return true;
  const begins = /^\/(start|help|status|stop)(@\w+)?\s+\S/.test(message?.text ?? '');
  return begins && drafts.session(ctx.item.userId) !== undefined;
}
