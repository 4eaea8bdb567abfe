import { expect, test } from 'vitest';
import { endlessChatModel, testChatModel } from '../support/chat-model.ts';
import { column } from '../support/read-db.ts';
import { eventually, modelIs, startTestSenko } from '../support/start-test-senko.ts';

test('mode, drafts, chat and ids last over a restart', async () => {
  await using test = await startTestSenko();
  const { owner } = test;
  await owner.send('/journal start');
  await owner.waitFor(/journal is open/);
  await owner.waitForReaction((await owner.send('before')).message_id);
  const chat = await owner.messages();

  await test.restart();

  expect((await owner.messages()).slice(0, chat.length)).toMatchObject(
    chat.map(({ message_id, text }) => ({ message_id, text })),
  );
  const after = await owner.send('after');
  expect(after.message_id).toBeGreaterThan(chat.at(-1)!.message_id);
  await owner.waitForReaction(after.message_id);
  expect(column(test.dataDir, 'journal', 'SELECT content FROM journal_entries')).toEqual([
    'before',
    'after',
  ]);
});

test('a compile that was under way goes on after the restart, in the same progress message', async () => {
  await using test = await startTestSenko({ model: await testChatModel() });
  const { owner, dataDir } = test;
  await owner.send('/journal start');
  await owner.waitFor(/journal is open/);
  await owner.waitForReaction((await owner.send('A day at the sea')).message_id);
  const done = await owner.send('/journal done');
  const progress = await owner.waitFor(/Compiling journal…/, { after: done.message_id });

  await test.restart();

  const article = await owner.waitFor(/📔/, { timeoutMs: 60_000 });
  expect(article.message_id).toBe(progress.message_id);
  await eventually(() =>
    expect(column(dataDir, 'journal', 'SELECT id FROM journal_entries')).toEqual([]),
  );
  expect(column(dataDir, 'memory', 'SELECT id FROM journals')).toHaveLength(1);
});

test('an answer that was being written is written after the restart; a stop is clean and quick', async () => {
  await using test = await startTestSenko({ model: await endlessChatModel() });
  const { owner } = test;
  await modelIs(test.senko, 'ready');
  await owner.listen();
  await owner.send('Write and write');
  await eventually(() => expect(owner.events().map(({ type }) => type)).toContain('draft'));

  await test.stop();
  expect(column(test.dataDir, 'memory', 'SELECT kind FROM jobs')).toEqual(['reply']);
  await test.restart();

  await eventually(
    () => expect(column(test.dataDir, 'memory', 'SELECT kind FROM jobs')).toEqual([]),
    60_000,
  );
  const answers = (await owner.messages()).filter(
    ({ from_bot, text }) => from_bot && !text?.includes('still waking up'),
  );
  expect(answers).toHaveLength(1);
});

test('/stop while a compile waits for the model puts the drafts back, too', async () => {
  await using test = await startTestSenko({ model: await testChatModel() });
  const { owner, dataDir } = test;
  await owner.send('/journal start');
  await owner.waitFor(/journal is open/);
  await owner.waitForReaction((await owner.send('early bird')).message_id);
  test.senko.chatModel.status = () => ({ state: 'loading', name: 'slow.gguf' });
  const done = await owner.send('/journal done');
  await owner.waitFor(/still loading/, { after: done.message_id });
  const stop = await owner.send('/stop');
  await owner.waitFor(/Your 1 entry is back/, { after: stop.message_id });
  expect(column(dataDir, 'journal', 'SELECT content FROM journal_entries')).toEqual(['early bird']);
});

test('/stop during a compile puts the drafts back into the open journal', async () => {
  await using test = await startTestSenko({ model: await endlessChatModel() });
  const { owner, dataDir } = test;
  await modelIs(test.senko, 'ready');
  await owner.send('/journal start');
  await owner.waitFor(/journal is open/);
  const words = 'It went on and on and nobody came to see what it was. '.repeat(60);
  for (let part = 0; part < 4; part++) {
    await owner.waitForReaction((await owner.send(words)).message_id);
  }
  const done = await owner.send('/journal done');
  await owner.waitFor(/reading part/, { after: done.message_id });
  const stop = await owner.send('/stop');
  await owner.waitFor(/Your 4 entries are back/, { after: stop.message_id });
  expect(column(dataDir, 'journal', 'SELECT journal_id FROM journal_entries')).toEqual([
    null,
    null,
    null,
    null,
  ]);
  const status = await owner.send('/status');
  await owner.waitFor(/Mode: journal/, { after: status.message_id });
});
