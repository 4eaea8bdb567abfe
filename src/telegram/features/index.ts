import { Composer } from 'grammy';
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
  features.use(
    // In both modes.
    startFeature(options),
    helpFeature(),
    statusFeature(options),
    stopFeature(options),
    journalFeature(options),
    // Journal mode takes everything else.
    captureFeature(options),
    // Normal mode.
    unknownCommandFeature(),
    chatFeature(options),
  );
  return features;
}
