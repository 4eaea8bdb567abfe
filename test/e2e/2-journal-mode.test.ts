import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testChatModel } from '../support/chat-model.ts';
import { column, rows } from '../support/read-db.ts';
import {
  eventually,
  modelIs,
  startTestSenko,
  type TestSenko,
} from '../support/start-test-senko.ts';

const drafts = 'SELECT content FROM journal_entries ORDER BY timestamp, message_id';

async function openJournal({ owner }: TestSenko): Promise<void> {
  const { message_id: after } = await owner.send('/journal start');
  await owner.waitFor(/journal is open/, { after });
}

async function answerTo(test: TestSenko, text: string, answer: RegExp = /./) {
  const { message_id: after } = await test.owner.send(text);
  return test.owner.waitFor(answer, { after });
}

test('in an open journal every text is a draft, and Senko is silent but for the receipt', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  const before = (await owner.messages()).length;

  const said = ['Rain all morning.', 'just an /aside', '/shrug whatever', 'multi\nline ✨'];
  for (const text of said) {
    const { message_id } = await owner.send(text);
    expect(await owner.waitForReaction(message_id)).toBe('✍');
  }

  expect(column(dataDir, 'journal', drafts)).toEqual(said);
  expect(await owner.messages()).toHaveLength(before + said.length);
});

test('a hundred texts sent at once are all there, in order, each with its receipt', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  const said = Array.from({ length: 100 }, (_, number) => `thought ${number}`);

  const sent = await Promise.all(said.map((text) => owner.send(text)));
  for (const { message_id } of sent) await owner.waitForReaction(message_id);

  expect(column(dataDir, 'journal', drafts)).toHaveLength(100);
  expect(new Set(column(dataDir, 'journal', drafts))).toEqual(new Set(said));
});

test('known commands work as ever or say that a journal is open, and are no drafts', async () => {
  await using test = await startTestSenko();
  await openJournal(test);

  expect((await answerTo(test, '/help')).text).toContain('/journal start');
  expect((await answerTo(test, '/start')).text).toContain('A journal is open');
  expect((await answerTo(test, '/stop')).text).toContain('not writing anything');
  expect((await answerTo(test, '/journal')).text).toContain('/journal done');
  expect((await answerTo(test, '/journal start')).text).toContain('is open since');
  expect((await answerTo(test, '/status')).text).toMatch(
    /Mode: journal, since .*\nDrafts waiting: 0/,
  );
  expect(column(test.dataDir, 'journal', drafts)).toEqual([]);
});

test('the receipt can be a message, or nothing', async () => {
  await using test = await startTestSenko({ env: { JOURNAL_RECEIPT: 'message' } });
  await openJournal(test);
  const sent = await test.owner.send('with a tick');
  const tick = await test.owner.waitFor('✓', { after: sent.message_id });
  expect(tick.reply_to_message?.message_id).toBe(sent.message_id);

  await test.restart({ env: { JOURNAL_RECEIPT: 'none' } });
  await test.owner.send('silently');
  await eventually(() =>
    expect(column(test.dataDir, 'journal', drafts)).toEqual(['with a tick', 'silently']),
  );
});

test('/journal done with nothing in it says so kindly and leaves it open', async () => {
  await using test = await startTestSenko();
  expect((await answerTo(test, '/journal done')).text).toContain('No journal is open');
  await openJournal(test);
  expect((await answerTo(test, '/journal done')).text).toContain('nothing in your journal yet');
  expect((await answerTo(test, '/status')).text).toContain('Mode: journal');
});

test('/journal cancel asks first; keep keeps, drop drops, and an old button does nothing', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  expect((await answerTo(test, '/journal cancel')).text).toContain('nothing to drop');
  await openJournal(test);
  await owner.waitForReaction((await owner.send('a secret')).message_id);

  const first = await answerTo(test, '/journal cancel', /Drop the open journal with 1 entry/);
  await owner.press(first, 'Keep');
  await owner.waitFor(/Kept\./);
  expect(column(dataDir, 'journal', drafts)).toEqual(['a secret']);

  const second = await answerTo(test, '/journal cancel', /Drop the open journal/);
  await owner.press(second, 'Drop 1 entry');
  await owner.waitFor(/Dropped: 1 entry/);
  expect(column(dataDir, 'journal', drafts)).toEqual([]);
  expect(rows(dataDir, 'memory', 'SELECT * FROM journals')).toEqual([]);
});

test('done: title, body and tags come from the model; progress is edited into the article', async () => {
  await using test = await startTestSenko({ model: await testChatModel() });
  const { owner, dataDir } = test;
  await modelIs(test.senko, 'ready');
  await openJournal(test);
  for (const text of ['Breakfast with Ruth', 'Painted the fence', 'Read until late']) {
    await owner.waitForReaction((await owner.send(text)).message_id);
  }
  await owner.listen();

  const { message_id: after } = await owner.send('/journal done');
  const article = await owner.waitFor(/📔/, { after });

  const progress = owner
    .events()
    .flatMap((event) => (event.type === 'message' ? [event.message] : []))
    .find(({ text }) => text?.startsWith('Compiling journal…'));
  expect(progress?.message_id).toBe(article.message_id);
  await eventually(() => expect(column(dataDir, 'journal', drafts)).toEqual([]));
  const [row] = rows<Record<string, string>>(dataDir, 'memory', 'SELECT * FROM journals');
  expect(row).toMatchObject({ user_id: 1, plain: 0 });
  expect(JSON.parse(row?.source_entry_ids ?? '[]')).toHaveLength(3);
  expect(row?.markdown_path).toMatch(/journals\/1\/\d{4}-\d\d-\d\d-[^/]+\.md$/);
  const file = readFileSync(row?.markdown_path ?? '', 'utf8');
  expect(file).toMatch(
    /^---\nid: .*\ntitle: ".*"\ndate: \d{4}-\d\d-\d\d\ntags: \[.*\]\nentries: 3\n/,
  );
  expect((await answerTo(test, '/status')).text).toMatch(
    /Mode: talking, since \w+day, .*\n.*waiting: 0\n.*1 journal/,
  );
});

test('notes longer than half of the context are summarised in parts first', async () => {
  await using test = await startTestSenko({
    model: await testChatModel(),
    env: { CONTEXT_TOKENS: '2048' },
  });
  const { owner } = test;
  await modelIs(test.senko, 'ready');
  await openJournal(test);
  const words = 'the garden was quiet and the cat slept in the sun all day long. '.repeat(12);
  for (let part = 1; part <= 6; part++) {
    await owner.waitForReaction((await owner.send(`${part}: ${words}`)).message_id);
  }
  await owner.listen();

  const { message_id: after } = await owner.send('/journal done');
  await owner.waitFor(/📔/, { after, timeoutMs: 90_000 });

  const progress = owner
    .events()
    .flatMap((event) => (event.type === 'edited' ? [event.message.text ?? ''] : []));
  expect(progress).toContainEqual(expect.stringMatching(/reading part 1 of \d/));
});

test('without a model the entries are compiled as they are, marked, and written properly later', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  for (const text of ['Woke at six', 'Swam in the lake']) {
    await owner.waitForReaction((await owner.send(text)).message_id);
  }
  const plain = await answerTo(test, '/journal done', /📔/);
  expect(plain.text).toMatch(/your entries as they are/);
  expect(plain.text).toMatch(/\d\d:\d\d Woke at six\n\n\d\d:\d\d Swam in the lake/);
  await eventually(() => expect(column(dataDir, 'journal', drafts)).toEqual([]));
  const [before] = rows<{ plain: number; markdown_path: string }>(
    dataDir,
    'memory',
    'SELECT plain, markdown_path FROM journals',
  );
  expect(before?.plain).toBe(1);

  await test.restart({ model: await testChatModel() });
  const rewritten = await owner.waitFor(/Now I could write it properly/);

  await eventually(() => {
    const [after] = rows<Record<string, string>>(dataDir, 'memory', 'SELECT * FROM journals');
    expect(after?.plain).toBe(0);
    expect(rewritten.text).toContain(after?.title);
    expect(after?.markdown_path).toBe(before?.markdown_path);
    expect(readFileSync(before?.markdown_path ?? '', 'utf8')).toContain(after?.body);
  });
  expect(column(dataDir, 'memory', 'SELECT content FROM journal_entries')).toEqual([
    'Woke at six',
    'Swam in the lake',
  ]);
});

test('/stop does not end the writing of what was compiled plainly', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  await owner.waitForReaction((await owner.send('Walked for hours')).message_id);
  await answerTo(test, '/journal done', /📔/);
  await test.stop();
  await test.restart({ model: await testChatModel() });
  await owner.send('Hello?');
  await answerTo(test, '/stop');

  await owner.waitFor(/Now I could write it properly/, { timeoutMs: 60_000 });
  expect(column(dataDir, 'memory', 'SELECT plain FROM journals')).toEqual([0]);
});

test('words behind a command are an entry, and so is a forwarded command', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  for (const text of ['/stop smoking, day 3', '/start of the week', '/help from Ruth']) {
    await owner.waitForReaction((await owner.send(text)).message_id);
  }
  const forwarded = await owner.forward('/journal done', 'Ruth');
  await owner.waitForReaction(forwarded.message_id);
  expect(column(dataDir, 'journal', drafts)).toEqual([
    '/stop smoking, day 3',
    '/start of the week',
    '/help from Ruth',
    '/journal done',
  ]);
});

test('the button drops only what it named', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  await owner.waitForReaction((await owner.send('one')).message_id);
  const question = await answerTo(test, '/journal cancel', /Drop the open journal with 1 entry/);
  await owner.waitForReaction((await owner.send('two')).message_id);
  await owner.press(question, 'Drop 1 entry');
  await owner.waitFor(/There are 2 entries now/);
  expect(column(dataDir, 'journal', drafts)).toEqual(['one', 'two']);
});

test('an edited message changes its draft, and text behind /journal is an entry', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  const { message_id } = await owner.send('The wedding is at 3 pm');
  await owner.waitForReaction(message_id);
  await owner.edit(message_id, 'The wedding is at 5 pm');
  const second = await owner.send('/journal Today I wrote behind the command');
  await owner.waitForReaction(second.message_id);

  expect(column(dataDir, 'journal', drafts)).toEqual([
    'The wedding is at 5 pm',
    '/journal Today I wrote behind the command',
  ]);
});

test('a Markdown file that was edited by hand is never overwritten', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  await owner.waitForReaction((await owner.send('A quiet day')).message_id);
  await answerTo(test, '/journal done', /📔/);
  const folder = join(dataDir, 'journals', '1');
  await eventually(() => expect(existsSync(folder) && readdirSync(folder)).toHaveLength(1));
  const [name = ''] = readdirSync(folder);
  await test.stop();
  writeFileSync(join(folder, name), 'my own words\n');

  await test.restart({ model: await testChatModel() });
  await owner.waitFor(/Now I could write it properly/);

  await eventually(() => expect(readdirSync(folder)).toHaveLength(2));
  expect(readFileSync(join(folder, name), 'utf8')).toBe('my own words\n');
});

test('what she cannot read yet is kept all the same, with its JSON, and said to be', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  await openJournal(test);
  const bytes = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  await owner.sendPhoto(bytes, 'our lake');
  await owner.sendVoice(bytes, 3);
  await owner.sendVideo(bytes, 2);
  await owner.sendDocument(bytes, 'plan.pdf');
  await owner.sendSticker();
  await owner.sendLocation();
  await owner.sendContact();
  await owner.sendPoll('Tea?', ['yes', 'of course']);
  await owner.forward('news from afar', 'Ruth');

  await eventually(async () => {
    const kept = (await owner.messages()).filter(({ text }) => text?.startsWith('kept;'));
    expect(kept).toHaveLength(9);
  });
  const entries = rows<{ type: string; content: string; raw: string }>(
    dataDir,
    'journal',
    'SELECT type, content, raw FROM journal_entries ORDER BY message_id',
  );
  expect(entries.map(({ type }) => type)).toEqual(
    'image voice video document sticker location contact poll forward'.split(' '),
  );
  expect(entries[0]?.content).toBe('our lake');
  expect(JSON.parse(entries[0]?.raw ?? '{}').photo.at(-1).file_id).toMatch(/./);

  const article = await answerTo(test, '/journal done', /📔/);
  expect(article.text).toContain('[image] our lake');
});

test('the same is kept as a memory in normal mode; an album is acknowledged once', async () => {
  await using test = await startTestSenko();
  const { owner, dataDir } = test;
  const bytes = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  await owner.sendAlbum([bytes, bytes, bytes], 'three of us');
  await owner.sendVoice(bytes, 3);

  await eventually(() =>
    expect(column(dataDir, 'memory', 'SELECT type FROM memories ORDER BY row')).toEqual(
      'image image image voice'.split(' '),
    ),
  );
  await eventually(async () => {
    const kept = (await owner.messages()).filter(({ text }) => text?.startsWith('kept;'));
    expect(kept).toHaveLength(2);
  });
});
