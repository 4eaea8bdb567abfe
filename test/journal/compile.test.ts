import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCompile } from '../../src/journal/compile.ts';
import { createExport } from '../../src/journal/export.ts';
import { StoppedByUser } from '../../src/ports/job-handler.ts';
import type { LiveChat } from '../../src/ports/outgoing.ts';
import { loadPrompts } from '../../src/prompts.ts';
import { type ScriptedModel, scriptedModel } from '../support/fast-chat-model.ts';
import { ada, arrived, entry, openTestStores, type TestStores } from '../support/fast-stores.ts';
import { readableLog } from '../support/fast-telegram.ts';

const article = JSON.stringify({ title: 'Lake', tags: ['lake'], paragraphs: ['We swam.'] });

/** Progress lines go into `shown`; `progress` may be made to wait. */
function compiler(stores: TestStores, chatModel: ScriptedModel, progress?: LiveChat['progress']) {
  const shown: [text: string, messageId: number | null][] = [];
  const chat: LiveChat = {
    typing: () => ({ [Symbol.dispose]: () => undefined }),
    stream: () => ({ update: () => undefined, end: () => Promise.resolve() }),
    progress: (chatId, text, messageId) => {
      shown.push([text, messageId]);
      return progress ? progress(chatId, text, messageId) : Promise.resolve(41);
    },
  };
  const { log, lines } = readableLog();
  const logged = () => JSON.stringify(lines);
  const handler = createCompile({
    ...stores,
    chatModel,
    prompts: loadPrompts(),
    timezone: 'UTC',
    chat,
    journalsDir: join(stores.dataDir, 'journals'),
    now: () => stores.clock.now,
    log,
  });
  return { handler, shown, logged };
}

function beginCompile(stores: TestStores, contents: string[]) {
  stores.drafts.start(ada, ada, 500);
  for (const [at, content] of contents.entries()) {
    stores.drafts.capture(entry(`e${at}`, { content, messageId: at }), arrived(stores, at).seq);
  }
  stores.drafts.beginCompile({ journalId: 'j', userId: ada, chatId: ada });
  return stores.journalJobs.open()[0]!;
}

const signal = new AbortController().signal;
const sends = (stores: TestStores) =>
  stores.memoryJobs.open().map(({ key, payload }) => ({ key, ...payload }));

test('drafts become an article in memory.db; its message replaces the progress; nothing is left here', async () => {
  using stores = openTestStores();
  const { handler, shown } = compiler(
    stores,
    scriptedModel(() => article),
  );
  expect(await handler.run(beginCompile(stores, ['Swam', 'Cold']), signal)).toBe('done');
  expect(stores.journals.get(ada, 'j')).toMatchObject({
    title: 'Lake',
    sourceEntryIds: ['e0', 'e1'],
  });
  expect(stores.compiling.count(ada)).toBe(0);
  expect(stores.journalJobs.open()).toEqual([]);
  expect(sends(stores)).toMatchObject([{ key: 'journal:j:article', editMessageId: 41 }]);
  expect(shown[0]).toEqual(['Compiling journal… (2 entries)', null]);
});

test('cut short between the two databases, the next run only finishes: no second article, no model', async () => {
  using stores = openTestStores();
  const model = scriptedModel(() => article);
  const job = beginCompile(stores, ['Swam']);
  const dying = { ...stores, compiling: { ...stores.compiling } };
  dying.compiling.handedOver = () => {
    throw new Error('power cut');
  };
  await expect(compiler(dying, model).handler.run(job, signal)).rejects.toThrow('power cut');
  expect(stores.compiling.count(ada)).toBe(1);

  await compiler(stores, model).handler.run(job, signal);

  expect(model.requests).toHaveLength(1);
  expect(stores.compiling.count(ada)).toBe(0);
  expect(stores.memories.counts(ada)).toEqual([{ type: 'journal', count: 1 }]);
  expect(sends(stores)).toHaveLength(1);
});

test('run a third time when all is done, it does nothing', async () => {
  using stores = openTestStores();
  const job = beginCompile(stores, ['Swam']);
  await compiler(
    stores,
    scriptedModel(() => article),
  ).handler.run(job, signal);
  const { handler, shown } = compiler(
    stores,
    scriptedModel(() => article),
  );
  expect(await handler.run(job, signal)).toBe('done');
  expect(shown).toEqual([]);
});

test.each([
  ['talks nonsense', () => 'nonsense'],
  ['breaks', () => Promise.reject(new Error('CUDA error'))],
])(
  'a model that %s does not keep a journal back: the entries as they are, to be written later',
  async (_, answer) => {
    using stores = openTestStores();
    await compiler(stores, scriptedModel(answer)).handler.run(
      beginCompile(stores, ['Swam']),
      signal,
    );
    expect(stores.journals.get(ada, 'j')).toMatchObject({ plain: true, body: '**00:00** Swam' });
    expect(stores.memoryJobs.open().map(({ key, needs }) => [key, needs])).toEqual([
      ['journal:j:plain', undefined],
      ['recompile:j', 'model'],
    ]);
  },
);

test('where no file can be written the journal is handed over all the same, the file follows, and no title is logged', async () => {
  using stores = openTestStores();
  const journalsDir = join(stores.dataDir, 'journals');
  writeFileSync(journalsDir, 'a file in the place of the folder');
  const { handler, logged } = compiler(
    stores,
    scriptedModel(() => article),
  );

  expect(await handler.run(beginCompile(stores, ['Swam']), signal)).toBe('done');

  expect(stores.compiling.count(ada)).toBe(0);
  const later = stores.memoryJobs.open().find(({ kind }) => kind === 'export');
  expect(later).toMatchObject({ key: 'export:j', payload: { journalId: 'j' } });
  expect(logged()).toContain('could not be written (ENOTDIR)');
  expect(logged().toLowerCase()).not.toContain('lake');

  rmSync(journalsDir);
  await createExport({ ...stores, journalsDir }).run(later!, signal);
  expect(readFileSync(stores.journals.get(ada, 'j')!.markdownPath!, 'utf8')).toContain('We swam.');
});

test('stopped by the user, the drafts are back in the open journal, and it is said', async () => {
  using stores = openTestStores();
  const model = scriptedModel(() => Promise.resolve({ text: 'half', end: 'aborted' }));
  const job = beginCompile(stores, ['Swam', 'Cold']);
  await compiler(stores, model).handler.run(job, AbortSignal.abort(new StoppedByUser()));
  expect(stores.drafts.list(ada).map(({ id }) => id)).toEqual(['e0', 'e1']);
  expect(stores.drafts.session(ada)).toBeDefined();
  expect(sends(stores)).toMatchObject([
    { text: expect.stringContaining('Your 2 entries are back') },
  ]);
});

test('a shutdown leaves the job and its drafts to the next start', async () => {
  using stores = openTestStores();
  const model = scriptedModel(() => Promise.resolve({ text: 'half', end: 'aborted' }));
  const job = beginCompile(stores, ['Swam']);
  await compiler(stores, model).handler.run(job, AbortSignal.abort(new Error('shutting down')));
  expect(stores.compiling.count(ada)).toBe(1);
  expect(sends(stores)).toEqual([]);
});

test('while the model loads the compile waits for it, and says so', async () => {
  using stores = openTestStores();
  const loading = scriptedModel(() => article, { state: 'loading', name: 'x' });
  const { handler, shown } = compiler(stores, loading);
  expect(await handler.run(beginCompile(stores, ['Swam']), signal)).toBe('wait for model');
  expect(shown).toEqual([['Compiling journal… (my model is still loading)', null]]);
  expect(stores.journalJobs.open()[0]?.payload).toMatchObject({ progressMessageId: 41 });
});

test('no progress is still on its way when the article goes out', async () => {
  using stores = openTestStores();
  const late = Promise.withResolvers<number>();
  const progress: LiveChat['progress'] = (_, text) =>
    text.includes('writing') ? late.promise : Promise.resolve(41);
  const { handler } = compiler(
    stores,
    scriptedModel(() => article),
    progress,
  );
  const running = handler.run(beginCompile(stores, ['Swam']), signal);
  const first = await Promise.race([
    running.then(() => 'the article'),
    new Promise((resolve) => setTimeout(resolve, 200, 'still waiting')),
  ]);
  late.resolve(41);
  await running;
  expect(first).toBe('still waiting');
});
