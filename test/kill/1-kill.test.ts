import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Step } from '../../src/steps.ts';
import { type ChildSenko, openWorld, startChildSenko, type World } from '../support/child-senko.ts';
import {
  type Accepted,
  type Aftermath,
  repeatedSends,
  unsettled,
  whatIsWrong,
} from '../support/kill-checks.ts';
import { createWriter, type Topic, type Writer } from '../support/kill-writer.ts';
import { Random } from '../support/models/random.ts';
import { tinyChatModel } from '../support/models/tiny-models.ts';
import { eventually } from '../support/start-test-senko.ts';

/** kill -9 again and again over one growing data folder; then everything must be there, once. */

const full = process.env.TORTURE === 'full';
const seed = process.env.SEED ?? String(Date.now());
const killAtStep = fileURLToPath(new URL('../support/kill-at-step.ts', import.meta.url));

interface Target {
  /** The two durable effects that it lies between. */
  between: string;
  /** What to write so that it is passed; as many times as `passings` may say. */
  topic: Topic | 'any';
  passings: number;
  kills: number;
}

const named = full ? 15 : 2;
const others = full ? 15 : 1;
const anywhere = full ? 35 : 2;
const targets: Record<Step, Target> = {
  'update stored': { between: 'insert → confirm', topic: 'any', passings: 1, kills: named },
  'draft committed': {
    between: 'commit → receipt',
    topic: 'capture',
    passings: 2,
    kills: named,
  },
  'journal inserted': {
    between: 'insert → delete',
    topic: 'journal',
    passings: 1,
    kills: named,
  },
  'file written': { between: 'file → row', topic: 'journal', passings: 1, kills: named },
  'file recorded': { between: 'row → delete', topic: 'journal', passings: 1, kills: others },
  'answer stored': { between: 'answer stored → sent', topic: 'chat', passings: 2, kills: named },
  'message sent': { between: 'sent → recorded', topic: 'chat', passings: 2, kills: others },
};
const steps = Object.keys(targets) as Step[];
const topics: Topic[] = ['capture', 'journal', 'chat'];
const roundTimeoutMs = 60_000;

test('killed at any instant, nothing is lost and nothing is there twice', async () => {
  console.log(`kill test: ${full ? 'full' : 'a tenth'}, SEED=${seed}`);
  await using world = await openWorld();
  const model = await tinyChatModel();
  const draw = createDraw(seed);
  const writer = createWriter(world.owner, draw);
  const hits: Hit[] = [];
  const accepted = recordAccepted(world, () => hits.length);
  await tryModelOnce(world, model);

  for (const target of draw.shuffled(plan())) {
    const child = startChildSenko(world, {
      model,
      preload: killAtStep,
      env: target ? fatalStep(target, draw) : {},
    });
    hits.push(await untilKilled({ child, target, writer, draw }));
  }

  const last = startChildSenko(world, { model });
  await writer.write('capture');
  await eventually(() => expect(unsettled(world.dataDir)).toEqual([]), 120_000);
  last.kill('SIGTERM');
  expect(await last.ended).toEqual({ code: 0, signal: null });

  const aftermath = { dataDir: world.dataDir, written: writer.written(), accepted };
  report(hits, aftermath);
  expect(whatIsWrong(aftermath)).toEqual([]);
  expect(await withoutReceipt(world, writer)).toEqual([]);
  for (const step of steps) {
    expect(hits.filter(({ at }) => at === step).length, step).toBe(targets[step].kills);
  }
});

/** Where a kill fell: inside a step, or somewhere behind one. */
interface Hit {
  at: Step | 'anywhere';
  lastPassed: string;
}

/** Which step ends which round; undefined: a moment that nothing is known about. */
function plan(): (Step | undefined)[] {
  const inside = steps.flatMap((step) => Array<Step>(targets[step].kills).fill(step));
  return [...inside, ...Array<undefined>(anywhere).fill(undefined)];
}

function fatalStep(step: Step, draw: Draw): Record<string, string> {
  const passing = 1 + draw.below(targets[step].passings);
  return { KILL_AT_STEP: step, KILL_AT_PASSING: String(passing) };
}

interface Round {
  child: ChildSenko;
  target: Step | undefined;
  writer: Writer;
  draw: Draw;
}

/** A life of Senko: the user writes before she is there, or when she listens, or when she can think. */
async function untilKilled({ child, target, writer, draw }: Round): Promise<Hit> {
  const wanted = target ? targets[target].topic : 'any';
  const topic = wanted === 'any' ? topics[draw.below(topics.length)]! : wanted;
  const moment = draw.below(3);
  if (moment === 1) await Promise.race([child.connected, child.ended]);
  if (moment === 2) await child.says('model loaded');
  const writing = writer.write(topic);
  if (!target) {
    if (moment === 0) await Promise.race([child.connected, child.ended]);
    await sleep(draw.below(400));
    child.kill('SIGKILL');
  }
  await writing;
  const ending = await Promise.race([
    child.ended,
    sleep(roundTimeoutMs, undefined, { ref: false }),
  ]);
  if (ending?.signal !== 'SIGKILL') {
    child.kill('SIGKILL');
    throw new Error(`Not killed, but ${JSON.stringify(ending ?? target)}:\n${child.said()}`);
  }
  // What she sent just before may still be on its way into Telegram.
  await sleep(10);
  const lastPassed = [...child.said().matchAll(/^passed: (.+)$/gm)].at(-1)?.[1] ?? '';
  if (target && target !== lastPassed) throw new Error(`Killed at ${lastPassed}, not ${target}`);
  return { at: target ?? 'anywhere', lastPassed };
}

/** A model that is new is tried in a child first: that is not to be interrupted in each round. */
async function tryModelOnce(world: World, model: string): Promise<void> {
  const child = startChildSenko(world, { model });
  expect(await child.says('model loaded'), child.said()).toBe(true);
  child.kill('SIGKILL');
  await child.ended;
}

function recordAccepted({ telegram }: World, round: () => number): Accepted[] {
  const accepted: Accepted[] = [];
  const sends = ['sendMessage', 'editMessageText'];
  telegram.on((call) => {
    if (call.kind !== 'answer' || !call.ok || !sends.includes(call.method)) return;
    accepted.push({ round: round(), text: String(call.params.text) });
  });
  return accepted;
}

async function withoutReceipt({ owner }: World, writer: Writer): Promise<number[]> {
  const chat = new Map((await owner.messages()).map((message) => [message.message_id, message]));
  return writer.written().captured.filter((id) => chat.get(id)?.bot_reaction !== '✍');
}

function report(hits: Hit[], aftermath: Aftermath): void {
  const count = (fits: (hit: Hit) => boolean) => String(hits.filter(fits).length).padStart(6);
  const lines = steps.map((step) => {
    const inside = count(({ at }) => at === step);
    const behind = count(({ at, lastPassed }) => at === 'anywhere' && lastPassed === step);
    return `${step.padEnd(18)}${targets[step].between.padEnd(22)}${inside}${behind}`;
  });
  const early = count(({ at, lastPassed }) => at === 'anywhere' && lastPassed === '');
  const { journals, drafts, questions, captured } = aftermath.written;
  console.log(
    [
      `${'step'.padEnd(40)}inside behind (of ${anywhere} at random)`,
      ...lines,
      `${'(none passed yet)'.padEnd(40)}${' '.repeat(6)}${early}`,
      `${hits.length} kills over ${captured.length} entries, ${journals.length} journals (${drafts.length} entries in the open one), ${questions.length} questions; ${repeatedSends(aftermath)} sends repeated because their acceptance was not recorded`,
    ].join('\n'),
  );
}

type Draw = ReturnType<typeof createDraw>;

function createDraw(from: string) {
  const random = new Random(from);
  const below = (limit: number) => random.uint32() % limit;
  return {
    below,
    /** Mostly none: people and networks deliver in bursts. */
    pause: () => (below(3) > 0 ? Promise.resolve() : sleep(below(40))),
    shuffled<T>(all: T[]): T[] {
      const keyed = all.map((each) => ({ each, key: random.uint32() }));
      return keyed.sort((a, b) => a.key - b.key).map(({ each }) => each);
    },
  };
}
