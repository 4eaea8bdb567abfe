import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testChatModel } from '../support/chat-model.ts';
import { column, rows } from '../support/read-db.ts';
import { eventually, modelIs, startTestSenko } from '../support/start-test-senko.ts';

/** The first test to read: one message the whole way, in each mode, over HTTP and a real model. */

test('a thought in journal mode: update → inbox → draft on disk → ✍ → article in memory.db and a file', async () => {
  await using test = await startTestSenko({ model: await testChatModel() });
  const { owner, dataDir } = test;
  await modelIs(test.senko, 'ready');

  await owner.send('/journal start');
  await owner.waitFor(/journal is open/);
  const thought = await owner.send('Walked up to the shrine with Mika, 412 steps.');

  expect(await owner.waitForReaction(thought.message_id)).toBe('✍');
  const drafts = 'SELECT user_id, type, content FROM journal_entries';
  expect(rows(dataDir, 'journal', drafts)).toEqual([
    { user_id: 1, type: 'text', content: 'Walked up to the shrine with Mika, 412 steps.' },
  ]);

  const done = await owner.send('/journal done');
  const article = await owner.waitFor(/📔/, { after: done.message_id });

  await eventually(() => {
    expect(rows(dataDir, 'journal', drafts)).toEqual([]);
    expect(rows(dataDir, 'journal', "SELECT seq FROM inbox WHERE payload <> ''")).toEqual([]);
  });
  const [row] = rows<Record<string, string>>(dataDir, 'memory', 'SELECT * FROM journals');
  expect(article.text).toContain(row?.title);
  expect(column(dataDir, 'memory', 'SELECT content FROM journal_entries')).toEqual([
    'Walked up to the shrine with Mika, 412 steps.',
  ]);
  expect(column(dataDir, 'memory', 'SELECT type FROM memories')).toEqual(['journal']);
  const file = readFileSync(row?.markdown_path ?? '', 'utf8');
  expect(file).toContain(`# ${row?.title}`);
  expect(file).toContain(row?.body);
});

test('a question in normal mode: remembered → prompt → generated, streamed → stored → sent', async () => {
  await using test = await startTestSenko({ model: await testChatModel() });
  const { owner, dataDir } = test;
  await modelIs(test.senko, 'ready');
  await owner.listen();

  const question = await owner.send('Do you like the rain?');
  const answer = await owner.waitFor(/./, { after: question.message_id });

  const chat = rows<{ role: string; raw_content: string }>(
    dataDir,
    'memory',
    "SELECT metadata ->> 'role' AS role, raw_content FROM memories ORDER BY row",
  );
  expect(chat[0]).toEqual({ role: 'user', raw_content: 'Do you like the rain?' });
  expect(chat[1]?.role).toBe('assistant');
  expect(answer.text?.length).toBeGreaterThan(0);
  const seen = owner.events().map(({ type }) => type);
  expect(seen.indexOf('action')).toBeGreaterThan(-1);
  expect(seen.indexOf('draft')).toBeGreaterThan(seen.indexOf('action'));
});
