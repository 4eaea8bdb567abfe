import { expect, test } from 'vitest';
import { fromMarkdown } from '../../src/telegram/markdown.ts';
import { endlessChatModel, testChatModel } from '../support/chat-model.ts';
import { openWorld, startChildSenko } from '../support/child-senko.ts';
import { unsettled } from '../support/kill-checks.ts';
import { column } from '../support/read-db.ts';
import { eventually } from '../support/start-test-senko.ts';

test('SIGTERM in the midst of a generation ends well and soon; the next start answers', async () => {
  await using world = await openWorld();
  const { owner, dataDir } = world;
  const first = startChildSenko(world, { model: await endlessChatModel() });
  const { promise: writing, resolve: onDraft } = Promise.withResolvers<void>();
  world.telegram.on(({ method }) => method === 'sendMessageDraft' && onDraft());
  await owner.send('Write and write');
  await writing;

  first.kill('SIGTERM');
  expect(await first.endsWithin(10_000), first.said()).toEqual({ code: 0, signal: null });
  expect(column(dataDir, 'memory', 'SELECT kind FROM jobs')).toEqual(['reply']);

  const second = startChildSenko(world, { model: await testChatModel() });
  await eventually(() => expect(unsettled(dataDir)).toEqual([]), 60_000);
  second.kill('SIGTERM');
  expect(await second.endsWithin(10_000), second.said()).toEqual({ code: 0, signal: null });
  const said = "SELECT metadata ->> 'role' || ': ' || content FROM memories ORDER BY row";
  const [question, answer, ...more] = column(dataDir, 'memory', said) as string[];
  expect([question, more]).toEqual(['user: Write and write', []]);
  const chat = (await owner.messages()).map(({ text }) => text);
  expect(chat.filter((text) => text === shownAs(answer!))).toHaveLength(1);
});

const shownAs = (answer: string) => fromMarkdown(answer.replace('assistant: ', '')).text;
