import { expect, test } from 'vitest';
import { column } from '../support/read-db.ts';
import { eventually, startTestSenko, type TestSenko } from '../support/start-test-senko.ts';

const said = ({ logged }: TestSenko, words: string) =>
  logged.filter((line) => JSON.parse(line).msg.includes(words));

const send = ({ owner, senko }: TestSenko, text: string, key = text) =>
  senko.stores.memoryJobs.add({
    kind: 'send',
    key,
    userId: owner.id,
    chatId: owner.id,
    payload: { text },
  });

test('a lost network is said once, survived, and its end is said once', async () => {
  await using test = await startTestSenko();
  const { owner, telegram } = test;
  telegram.faults.down = true;
  await eventually(() => expect(said(test, 'cannot be reached')).toHaveLength(1));
  await owner.send('/journal start');
  const thought = await owner.send('while you were away');
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  telegram.faults.down = false;

  await owner.waitForReaction(thought.message_id, 40_000);
  expect(said(test, 'cannot be reached')).toHaveLength(1);
  expect(said(test, 'Telegram is back')).toHaveLength(1);
});

test('another program polling with the same token (409) is said once and survived', async () => {
  await using test = await startTestSenko();
  const { owner, telegram } = test;
  const other = `${telegram.url}/bot${telegram.token}/getUpdates?timeout=1`;
  for (let poll = 0; poll < 3; poll++) {
    await fetch(other);
    await eventually(() => expect(said(test, 'Another program is polling').length).toBe(1));
  }
  const { message_id: after } = await owner.send('/status');
  await owner.waitFor(/Mode/, { after, timeoutMs: 40_000 });
  expect(said(test, 'Telegram is back').length).toBeGreaterThan(0);
});

test('a refused token (401) is said once, and she goes on by herself when it is good again', async () => {
  await using test = await startTestSenko();
  test.telegram.faults.unauthorized = true;
  test.telegram.faults.inject({ kind: 'drop-before', method: 'getUpdates' });
  const { message_id: after } = await test.owner.send('/status');
  await eventually(() => expect(said(test, 'refuses the bot token')).toHaveLength(1), 40_000);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  test.telegram.faults.unauthorized = false;
  await test.owner.waitFor(/Mode/, { after });
  expect(said(test, 'refuses the bot token')).toHaveLength(1);
});

test('an answer goes out though Telegram drops the connection, is busy (429) or fails (500)', async () => {
  await using test = await startTestSenko();
  const { owner, telegram } = test;
  await owner.waitFor(/Talk to me/, { after: (await owner.send('/help')).message_id });
  telegram.faults.inject({ method: 'sendMessage', kind: 'drop-before' });
  send(test, 'after a drop');
  await owner.waitFor('after a drop');
  telegram.faults.inject({ method: 'sendMessage', kind: 'status', status: 429, retryAfter: 1 });
  send(test, 'after 429');
  await owner.waitFor('after 429');
  telegram.faults.inject({ method: 'sendMessage', kind: 'status', status: 500 });
  send(test, 'after 500');
  await owner.waitFor('after 500');
  await eventually(() => expect(column(test.dataDir, 'memory', 'SELECT id FROM jobs')).toEqual([]));
});

test('a receipt goes out though its first try is lost', async () => {
  await using test = await startTestSenko();
  const { owner, telegram } = test;
  await owner.send('/journal start');
  await owner.waitFor(/journal is open/);
  telegram.faults.inject({ method: 'setMessageReaction', kind: 'drop-before', times: 2 });
  const { message_id } = await owner.send('important');
  expect(await owner.waitForReaction(message_id)).toBe('✍');
});

test('after more than a day off line she says since when, and what to send again', async () => {
  const started = Date.UTC(2026, 4, 20, 12, 0);
  let now = started;
  await using test = await startTestSenko({ now: () => now });
  const { owner } = test;
  await owner.send('/status');
  await owner.waitFor(/Mode/);

  now = started + 23 * 3_600_000;
  await test.restart();
  now += 25 * 3_600_000;
  await test.restart();

  const notice = await owner.waitFor(/off line since/);
  expect(notice.text).toContain('Thursday, 21 May 2026, 13:00');
  expect(notice.text).toContain('please send again');
  await test.restart();
  const notices = (await owner.messages()).filter(({ text }) => text?.includes('off line since'));
  expect(notices).toHaveLength(1);
});

test('an update that fails each time is set aside with its error, and the next one is handled', async () => {
  await using test = await startTestSenko();
  const { owner, senko } = test;
  senko.stores.drafts.session = () => {
    throw new Error('a broken drawer');
  };
  await owner.send('this one stumbles');
  await owner.waitFor(/stumbled over this one/);
  expect(
    column(test.dataDir, 'journal', "SELECT error FROM inbox WHERE state = 'set aside'"),
  ).toEqual(['a broken drawer']);
  const { message_id: after } = await owner.send('/help');
  await owner.waitFor(/Talk to me/, { after });
});
