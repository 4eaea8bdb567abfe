import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Update } from 'grammy/types';
import { expect, test } from 'vitest';
import { openWorld, startChildSenko, type World } from '../support/child-senko.ts';
import { parseStrace, straceInto, whyNoStrace } from '../support/strace.ts';
import { type Entry, notSyncedBefore } from './not-synced-before.ts';

/** A kill -9 leaves what the kernel has; a power cut does not. So: what is asked of the disk, and when? */

test('no receipt leaves before the fsync of its row, no confirmation before that of its update', async ({
  skip,
}) => {
  const missing = whyNoStrace();
  if (missing && process.env.CI === 'true') throw new Error(missing);
  if (missing) console.warn(`The power-cut test did not run: ${missing}.`);
  skip(missing !== undefined);

  await using world = await openWorld();
  const { owner } = world;
  const updateIds = recordUpdateIds(world);
  const trace = join(world.folder, 'trace');
  const senko = startChildSenko(world, { under: straceInto(trace) });
  await owner.send('/journal start');
  await owner.waitFor(/journal is open/);

  const sent = new Map<number, string>();
  const send = async (count: number) => {
    const text = `thought ${count} of the evening`;
    const { message_id } = await owner.send(text);
    sent.set(message_id, text);
    return message_id;
  };
  for (const count of [1, 2, 3, 4]) await owner.waitForReaction(await send(count));
  for (const first of [10, 20, 30, 40]) {
    const burst = await Promise.all([first, first + 1, first + 2, first + 3].map(send));
    await owner.waitForReaction(burst[1]!);
  }
  for (const messageId of sent.keys()) await owner.waitForReaction(messageId);
  senko.kill('SIGTERM');
  expect(await senko.ended, senko.said()).toEqual({ code: 0, signal: null });

  const entries = [...sent].map(
    ([messageId, text]): Entry => ({ messageId, text, updateId: updateIds.get(messageId)! }),
  );
  expect(entries).toHaveLength(20);
  expect(notSyncedBefore(parseStrace(readFileSync(trace, 'utf8')), entries)).toEqual([]);
});

/** Which update each message came in, filled as Telegram hands them out. */
function recordUpdateIds({ telegram }: World): Map<number, number> {
  const updateIds = new Map<number, number>();
  telegram.on((call) => {
    if (call.kind !== 'answer' || !call.ok || call.method !== 'getUpdates') return;
    for (const { update_id, message } of call.result as Update[]) {
      if (message) updateIds.set(message.message_id, update_id);
    }
  });
  return updateIds;
}
