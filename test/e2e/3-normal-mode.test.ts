import { expect, test } from 'vitest';
import { endlessChatModel, testChatModel } from '../support/chat-model.ts';
import { column, rows } from '../support/read-db.ts';
import {
  eventually,
  modelIs,
  startTestSenko,
  type TestSenko,
} from '../support/start-test-senko.ts';

async function withModel(model: string, env: Record<string, string> = {}): Promise<TestSenko> {
  const test = await startTestSenko({ model, env });
  await modelIs(test.senko, 'ready');
  return test;
}

const answers = "SELECT raw_content FROM memories WHERE metadata ->> 'role' = 'assistant'";

test('typing shows at once, the answer grows as a draft, then arrives whole', async () => {
  await using test = await withModel(await endlessChatModel());
  const { owner } = test;
  await owner.listen();
  const calls: { method: string; at: number }[] = [];
  test.telegram.on((call) => call.kind === 'request' && calls.push(call));

  const { message_id: after } = await owner.send('Tell me a long story');
  const answer = await owner.waitFor(/./, { after, timeoutMs: 60_000 });

  const drafts = owner.events().flatMap((event) => (event.type === 'draft' ? [event.draft] : []));
  expect(drafts.length).toBeGreaterThan(0);
  for (const [index, { text }] of drafts.entries()) {
    if (index > 0) expect(text.startsWith(drafts[index - 1]!.text.slice(0, 20))).toBe(true);
    expect(answer.text?.startsWith(text.slice(0, 20))).toBe(true);
  }
  const methods = calls.map(({ method }) => method.toLowerCase());
  expect(methods.indexOf('sendchataction')).toBeLessThan(methods.indexOf('sendmessagedraft'));
  expect(methods.indexOf('sendmessagedraft')).toBeLessThan(methods.indexOf('sendmessage'));
});

test('/stop ends an answer in its midst, keeps what was written, and other commands work meanwhile', async () => {
  await using test = await withModel(await endlessChatModel(), { CONTEXT_TOKENS: '8192' });
  const { owner, dataDir } = test;
  await owner.listen();
  await owner.send('Talk until I stop you');
  await eventually(() => expect(owner.events().map(({ type }) => type)).toContain('draft'));

  const status = await owner.send('/status');
  await owner.waitFor(/Jobs waiting: 1 reply/, { after: status.message_id });
  const stop = await owner.send('/stop');
  const stopped = await owner.waitFor(/Stopped\./, { after: stop.message_id });
  const partial = await owner.waitFor(/…$/, { after: stop.message_id });

  expect(partial.message_id).not.toBe(stopped.message_id);
  const [stored] = rows<{ metadata: string; raw_content: string }>(
    dataDir,
    'memory',
    'SELECT metadata, raw_content FROM memories ORDER BY row DESC',
  );
  expect(JSON.parse(stored?.metadata ?? '{}')).toMatchObject({ role: 'assistant', stopped: true });
  expect(partial.text).toContain(stored?.raw_content.slice(0, 20));
});

test('/stop also drops a question that is still waiting for its turn', async () => {
  await using test = await withModel(await endlessChatModel());
  const { owner, dataDir } = test;
  await owner.listen();
  await owner.send('first');
  await eventually(() => expect(owner.events().map(({ type }) => type)).toContain('draft'));
  await owner.send('second');
  const stop = await owner.send('/stop');
  await owner.waitFor(/Stopped\./, { after: stop.message_id });

  await eventually(() => expect(column(dataDir, 'memory', 'SELECT kind FROM jobs')).toEqual([]));
  expect(column(dataDir, 'memory', answers).length).toBeLessThanOrEqual(1);
});

test('questions in a row are answered in order', async () => {
  await using test = await withModel(await testChatModel());
  const { owner } = test;
  for (const text of ['one?', 'two?', 'three?']) await owner.send(text);
  await eventually(() => expect(column(test.dataDir, 'memory', answers)).toHaveLength(3), 60_000);
  const asked = column(
    test.dataDir,
    'memory',
    `SELECT question.raw_content FROM memories answer
     JOIN memories question ON answer.source_key = 'answer:reply:' || question.source_key
     ORDER BY answer.row`,
  );
  expect(asked).toEqual(['one?', 'two?', 'three?']);
});

test('the same question again is answered from the cache, until memory has something new', async () => {
  await using test = await withModel(await testChatModel());
  const { owner, dataDir } = test;
  const ask = async (text: string, count: number) => {
    await owner.send(text);
    await eventually(() => expect(column(dataDir, 'memory', answers)).toHaveLength(count), 60_000);
    return column(dataDir, 'memory', `${answers} ORDER BY row`).at(-1);
  };
  const first = await ask('What is a fox?', 1);
  expect(await ask('what is  a fox? ', 2)).toBe(first);
  expect(await ask('What is a fox?', 3)).toBe(first);

  await ask('I bought a violin', 4);
  const durations = () =>
    test.logged
      .map((line) => JSON.parse(line))
      .filter(({ msg, kind }) => msg === 'job' && kind === 'reply').length;
  expect(durations()).toBe(4);
  await ask('What is a fox?', 5);
  const drafts = column(dataDir, 'memory', answers);
  // A random model does not write the same answer twice.
  expect(drafts.at(-1)).not.toBe(first);
});

test('a command that nobody knows is said, not chatted about', async () => {
  await using test = await startTestSenko();
  const { message_id: after } = await test.owner.send('/jurnal start');
  expect((await test.owner.waitFor(/./, { after })).text).toContain('I do not know /jurnal');
  expect(column(test.dataDir, 'memory', 'SELECT id FROM memories')).toEqual([]);
});

test('with 2,048 tokens of context, after many turns and a very long message, she still answers', async () => {
  await using test = await withModel(await testChatModel(), { CONTEXT_TOKENS: '2048' });
  const { owner, dataDir } = test;
  for (let turn = 1; turn <= 12; turn++) {
    await owner.send(`turn ${turn}: the lake was calm and the boats came home before the rain`);
  }
  await owner.send(`and now this: ${'so much to say about everything, '.repeat(120)}`);
  await eventually(() => expect(column(dataDir, 'memory', answers)).toHaveLength(13), 100_000);
  const failed = test.logged.filter((line) => line.includes('job failed'));
  expect(failed).toEqual([]);
});

test('an answer of more than 4,096 characters arrives in parts, cut between sentences', async () => {
  await using test = await startTestSenko();
  const { owner, senko } = test;
  await owner.waitFor(/Talk to me/, { after: (await owner.send('/help')).message_id });
  const sentence = 'The fox went over the hill, looked back once and was gone. ';
  senko.stores.memoryJobs.add({
    kind: 'send',
    key: 'a long answer',
    userId: owner.id,
    chatId: owner.id,
    payload: { text: sentence.repeat(160) },
  });
  await eventually(async () => expect(await owner.messages()).toHaveLength(5));
  const parts = (await owner.messages()).slice(2).map(({ text }) => text ?? '');
  expect(parts.every((part) => part.length <= 4096 && part.endsWith('gone.'))).toBe(true);
  expect(parts.join(' ')).toBe(sentence.repeat(160).trim());
});
