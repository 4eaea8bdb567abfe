import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testChatModel } from '../support/chat-model.ts';
import { corruptModel } from '../support/models/tiny-models.ts';
import { column } from '../support/read-db.ts';
import {
  eventually,
  modelIs,
  startTestSenko,
  type TestSenko,
} from '../support/start-test-senko.ts';

const ask = async ({ owner }: TestSenko, text: string) => {
  const { message_id: after } = await owner.send(text);
  return owner.waitFor(/./, { after });
};

test('without a model she says so, quotes what she remembers with its date, and offers to answer later', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await ask(test, 'My sister Ruth moved to Lisbon in spring');
  const answer = await ask(test, 'Where does Ruth live now?');

  expect(answer.text).toContain('I have no model to think with');
  expect(answer.text).toMatch(/\w+day, \d+ \w+ \d{4}: “My sister Ruth moved to Lisbon in spring”/);
  await owner.press(answer, 'Answer me when you can');
  await eventually(() =>
    expect(column(dataDir, 'memory', "SELECT key FROM jobs WHERE needs = 'model'")).toHaveLength(1),
  );

  await test.restart({ model: await testChatModel() });
  await owner.waitFor(/./, { after: answer.message_id, timeoutMs: 60_000 });
  expect(column(dataDir, 'memory', 'SELECT kind FROM jobs')).toEqual([]);
});

test.each([
  ['is missing', () => Promise.resolve('/nowhere/model.gguf'), /no model file at \/nowhere/],
  ['is not a GGUF file', () => corruptModel('garbage'), /not a GGUF file/],
  ['was cut short', () => corruptModel('truncated'), /cannot be used/],
  ['makes the engine abort', () => corruptModel('no-sliding-window'), /engine gives up on it/],
])('a model that %s costs one clear line; everything else works', async (_, model, line) => {
  await using test = await startTestSenko({ model: await model() });
  await modelIs(test.senko, 'absent');
  const status = test.senko.chatModel.status();
  expect(status.state === 'absent' && status.reason).toMatch(line);
  const warnings = test.logged.filter((entry) => JSON.parse(entry).level >= 40);
  expect(warnings).toHaveLength(1);

  await ask(test, 'I planted two apple trees');
  expect((await ask(test, 'How many apple trees?')).text).toContain('I planted two apple trees');
  expect((await ask(test, '/status')).text).toMatch(/Model: none; /);
});

test('while the model loads, a message waits with one line and is answered when it is ready', async () => {
  await using test = await startTestSenko({ model: await testChatModel() });
  const { owner } = test;
  const { message_id: after } = await owner.send('Good morning');
  const line = await owner.waitFor(/still waking up/, { after });
  await owner.waitFor(/./, { after: line.message_id, timeoutMs: 60_000 });
  const lines = (await owner.messages()).filter(({ text }) => text?.includes('still waking up'));
  expect(lines).toHaveLength(1);
});

test('/status tells what is there, and where the words go', async () => {
  await using test = await startTestSenko();
  const { text } = await ask(test, '/status');
  expect(text).toBe(
    [
      'Mode: talking',
      'Drafts waiting: 0',
      'Memories: none yet',
      'Journals: 0',
      'Model: none; none is set (CHAT_MODEL=none).',
      'Jobs waiting: none',
      'Words: nothing leaves this machine; this chat is local.',
    ].join('\n'),
  );
});

test('no diary text, code of a stranger, or token gets into the log', async () => {
  await using test = await startTestSenko();
  test.telegram.faults.inject({ kind: 'drop-before', method: 'sendMessage', times: 2 });
  await ask(test, 'the very secret word is marmalade');
  await test.owner.send('/journal start');
  await test.owner.waitFor(/journal is open/);
  await test.owner.waitForReaction((await test.owner.send('marmalade again')).message_id);
  writeFileSync(join(test.dataDir, 'log.txt'), test.logged.join(''));
  expect(test.logged.join('')).not.toContain('marmalade');
  expect(test.logged.join('')).not.toContain(test.telegram.token);
});
