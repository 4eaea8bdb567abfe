import { channel } from 'node:diagnostics_channel';

/**
 * The instants between two durable effects, published on the diagnostics channel `senko:step`.
 * Nobody listens in normal service; the kill tests end the process exactly here.
 */
export type Step =
  | 'update stored'
  | 'draft committed'
  | 'journal inserted'
  | 'file written'
  | 'file recorded'
  | 'answer stored'
  | 'message sent';

const steps = channel('senko:step');

export function passed(step: Step): void {
  if (steps.hasSubscribers) steps.publish(step);
}
