import { expect, test } from 'vitest';
import { ada, ben, job, newMemory, openTestStores } from '../support/fast-stores.ts';

test('a memory keeps what was said as it was said, beside what search reads', () => {
  using stores = openTestStores();
  const said = newMemory('tg:77:1', 'tea at four', {
    rawContent: 'Tea at four?! 🍵\n\n “yes”',
    type: 'voice',
    mediaPath: 'voice/1.oga',
    metadata: { role: 'user', messageId: 7, raw: { voice: { duration: 3 } } },
  });
  const { id, ...kept } = stores.memories.remember(said);
  const { sourceKey, ...expected } = said;
  expect(kept).toEqual(expected);
  expect(stores.memories.bySource(ada, sourceKey)).toEqual({ id, ...expected });
});

test('the same source is remembered once, with its jobs; the second time the first is returned', () => {
  using stores = openTestStores();
  const first = stores.memories.remember(newMemory('tg:77:1', 'hello'), [job('reply:1')]);
  const second = stores.memories.remember(newMemory('tg:77:1', 'changed'), [job('reply:2')]);
  expect(second).toEqual(first);
  expect(stores.memories.counts(ada)).toEqual([{ type: 'chat', count: 1 }]);
  expect(stores.memories.search(ada, 'changed', 5)).toEqual([]);
  expect(stores.memoryJobs.open().map(({ key }) => key)).toEqual(['reply:1']);
});

test('the same source of another user is another memory', () => {
  using stores = openTestStores();
  stores.memories.remember(newMemory('tg:77:1', 'of Ada'));
  stores.memories.remember(newMemory('tg:77:1', 'of Ben', { userId: ben }));
  expect(stores.memories.bySource(ada, 'tg:77:1')?.content).toBe('of Ada');
  expect(stores.memories.bySource(ben, 'tg:77:1')?.content).toBe('of Ben');
});

test('a memory, its jobs and the end of the job that made it are one commit', () => {
  using stores = openTestStores();
  stores.memoryJobs.add(job('reply', { kind: 'reply' }));
  const broken = job('send', { payload: { big: 1n } });
  expect(() => stores.memories.remember(newMemory('answer', 'yes'), [broken], 1)).toThrow();
  expect(stores.memories.bySource(ada, 'answer')).toBeUndefined();
  expect(stores.memories.search(ada, 'yes', 5)).toEqual([]);
  expect(stores.memoryJobs.open().map(({ key }) => key)).toEqual(['reply']);

  stores.memories.remember(newMemory('answer', 'yes'), [job('send')], 1);
  expect(stores.memories.search(ada, 'yes', 5)).toHaveLength(1);
  expect(stores.memoryJobs.open().map(({ key }) => key)).toEqual(['send']);
});

test('an answer that was stored before a crash is not stored again, but its job ends', () => {
  using stores = openTestStores();
  stores.memories.remember(newMemory('answer', 'yes'));
  stores.memoryJobs.add(job('reply', { kind: 'reply' }));
  stores.memories.remember(newMemory('answer', 'no'), [job('send')], 1);
  expect(stores.memories.bySource(ada, 'answer')?.content).toBe('yes');
  expect(stores.memoryJobs.open()).toEqual([]);
});

test('a conversation is the chat of one user before a question, and every answer', () => {
  using stores = openTestStores();
  for (let turn = 0; turn < 6; turn++) {
    stores.memories.remember(newMemory(`a${turn}`, `turn ${turn}`, { timestamp: 9_000 - turn }));
    stores.memories.remember(newMemory(`b${turn}`, `foreign ${turn}`, { userId: ben }));
    stores.memories.remember(newMemory(`photo${turn}`, 'a photo', { type: 'image' }));
  }
  const question = stores.memories.bySource(ada, 'a4')!;
  const answer = { metadata: { role: 'assistant' as const } };
  stores.memories.remember(newMemory('answer', 'the answer', answer));
  const talk = (from: number) =>
    stores.memories.conversation(question, from).map(({ content }) => content);
  expect(talk(0)).toEqual(['turn 0', 'turn 1', 'turn 2', 'turn 3', 'the answer']);
  expect(talk(3)).toEqual(['turn 3', 'the answer']);
  expect(stores.memories.conversationLength(question)).toBe(5);
});

test('the version grows with whatever is remembered for this user, and only for them', () => {
  using stores = openTestStores();
  const { memories } = stores;
  expect(memories.version(ada)).toBe(0);
  const versions = ['chat', 'image', 'voice'].map((type, at) => {
    memories.remember(newMemory(`m${at}`, 'x', { type: type as 'chat' }));
    return memories.version(ada);
  });
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  memories.remember(newMemory('m0', 'x'));
  memories.remember(newMemory('other', 'x', { userId: ben }));
  expect(memories.version(ada)).toBe(versions.at(-1));
});

test('counts are by type and of one user', () => {
  using stores = openTestStores();
  stores.memories.remember(newMemory('1', 'x'));
  stores.memories.remember(newMemory('2', 'x', { type: 'image' }));
  stores.memories.remember(newMemory('3', 'x'));
  stores.memories.remember(newMemory('4', 'x', { userId: ben }));
  expect(stores.memories.counts(ada)).toEqual([
    { type: 'chat', count: 2 },
    { type: 'image', count: 1 },
  ]);
});
