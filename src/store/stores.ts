import { createArticleStore } from './article-store.ts';
import { createDraftStore } from './draft-store.ts';
import { createInboxStore } from './inbox-store.ts';
import { createJobStore } from './job-store.ts';
import { createKeywordIndex } from './keyword-index.ts';
import { createInsertMemory, createMemoryStore } from './memory-store.ts';
import { openDatabases } from './open.ts';
import { createSettingsStore, createUserStore } from './user-store.ts';

export type Stores = ReturnType<typeof openStores>;

/** Every store over the two databases; `onJob` hears of each new job. `dataDir` is owned by this process until `close`. */
export function openStores(
  dirs: { dataDir: string; backupsDir: string },
  now: () => number,
  onJob: () => void,
) {
  const { journal, memory, close } = openDatabases(dirs);
  const journalJobs = createJobStore(journal, now, onJob);
  const memoryJobs = createJobStore(memory, now, onJob);
  const index = createKeywordIndex(memory);
  const insertMemory = createInsertMemory(memory, index, now);
  return {
    inbox: createInboxStore(journal),
    users: createUserStore(journal),
    settings: createSettingsStore(journal),
    ...createDraftStore(journal, journalJobs),
    journalJobs,
    memories: createMemoryStore(memory, { index, jobs: memoryJobs, insert: insertMemory }),
    journals: createArticleStore(memory, { index, jobs: memoryJobs, insertMemory }),
    memoryJobs,
    close,
  };
}
