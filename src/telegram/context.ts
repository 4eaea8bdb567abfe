import type { Context } from 'grammy';
import type { InboxItem } from '../ports/inbox.ts';

/** An update that is worked from the inbox. */
export interface SenkoContext extends Context {
  item: InboxItem;
  /** A draft was stored: its receipt is due, the update is settled with it. */
  captured: boolean;
}
