import { expect, test } from 'vitest';
import { rows } from '../support/read-db.ts';
import {
  eventually,
  ownerId,
  startTestSenko,
  type TestSenko,
} from '../support/start-test-senko.ts';
import { TelegramUser } from '../support/telegram-user.ts';

const stranger = (test: TestSenko) =>
  new TelegramUser(test.telegram.url, { id: 4711, firstName: 'Mallory' });

const unpaired = { env: { ALLOWED_USER_IDS: '' } };

function everyRowOf(dataDir: string, userId: number): unknown[] {
  return (['journal', 'memory'] as const).flatMap((name) =>
    rows<{ name: string }>(
      dataDir,
      name,
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%user_id%'",
    ).flatMap((table) =>
      rows(dataDir, name, `SELECT * FROM ${table.name} WHERE user_id = ${userId}`),
    ),
  );
}

test('a stranger gets no answer, leaves no row, and is counted', async () => {
  await using test = await startTestSenko();
  const mallory = stranger(test);
  await mallory.send('/start');
  await mallory.send('/start LETMEIN1');
  await mallory.send('what did Ada write today?');
  await mallory.sendPhoto(new Uint8Array([1, 2, 3]));

  await eventually(() => expect(test.senko.strangers()).toBe(4));
  expect(everyRowOf(test.dataDir, mallory.id)).toEqual([]);
  expect((await mallory.messages()).filter(({ from_bot }) => from_bot)).toEqual([]);
  const lines = test.logged.filter((line) => line.includes('a stranger'));
  expect(lines).toHaveLength(4);
  expect(lines.join()).not.toContain('Ada');
});

test('a group counts as a stranger, even with the owner in it', async () => {
  await using test = await startTestSenko();
  await test.owner.sendIn(-1001, '/status');
  await test.owner.sendIn(-1001, 'hello');
  await eventually(() => expect(test.senko.strangers()).toBe(2));
  expect(everyRowOf(test.dataDir, ownerId)).toEqual([]);
});

test('with nobody allowed, the code from the terminal pairs its sender, for good', async () => {
  await using test = await startTestSenko(unpaired);
  const { owner, senko } = test;
  const code = senko.pairing.code;
  expect(code).toMatch(/^[A-Z2-9]{8}$/);
  expect(test.logged.join()).toContain(code);

  await owner.send('hello?');
  await eventually(() => expect(senko.strangers()).toBe(1));
  await owner.send('/start NOTTHIS1');
  await owner.waitFor(/not the code/);
  await owner.send(`/start ${code?.toLowerCase()}`);
  await owner.waitFor(/Paired/);

  expect(rows(test.dataDir, 'journal', 'SELECT user_id, role FROM users')).toEqual([
    { user_id: ownerId, role: 'operator' },
  ]);
  await test.restart();
  expect(test.senko.pairing.code).toBeUndefined();
  const { message_id: after } = await owner.send('/status');
  await owner.waitFor(/Mode: talking/, { after });
});

test('the code works once: who comes later with it is a stranger', async () => {
  await using test = await startTestSenko(unpaired);
  const code = test.senko.pairing.code;
  await test.owner.send(`/start ${code}`);
  await test.owner.waitFor(/Paired/);
  const mallory = stranger(test);
  await mallory.send(`/start ${code}`);
  await eventually(() => expect(test.senko.strangers()).toBe(1));
  expect((await mallory.messages()).filter(({ from_bot }) => from_bot)).toEqual([]);
});

test('wrong codes are limited: after five the right one is not even looked at', async () => {
  await using test = await startTestSenko(unpaired);
  const mallory = stranger(test);
  for (let attempt = 0; attempt < 5; attempt++) await mallory.send(`/start WRONG00${attempt}`);
  await mallory.send(`/start ${test.senko.pairing.code}`);
  await eventually(() =>
    expect(test.logged.some((line) => line.includes('too many wrong'))).toBe(true),
  );
  expect(test.senko.pairing.code).toBeDefined();
  await test.owner.send(`/start ${test.senko.pairing.code}`);
  await test.owner.waitFor(/Paired/);
});

test('two users share nothing: neither memories nor drafts nor status', async () => {
  await using test = await startTestSenko({ env: { ALLOWED_USER_IDS: '1, 2' } });
  const { owner } = test;
  const ben = new TelegramUser(test.telegram.url, { id: 2, firstName: 'Ben' });
  const told = await owner.send('The spare key lies under the blue flowerpot');
  await owner.waitFor(/I keep what you say/, { after: told.message_id });

  const asked = await ben.send('Where is the spare key, under which flowerpot?');
  const answer = await ben.waitFor(/./, { after: asked.message_id });
  expect(answer.text).toContain('I remember nothing');
  const status = await ben.send('/status');
  expect((await ben.waitFor(/Mode/, { after: status.message_id })).text).toContain(
    'Memories: 1 chat',
  );
});
