import { defineConfig } from 'vitest/config';

const slow = ['e2e', 'model', 'browser', 'kill', 'power'];

/** `fast` mirrors src and needs no model; the slow kinds are projects of their own. */
export default defineConfig({
  test: {
    // The engine and SQLite are native: a process each.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: slow.map((kind) => `test/${kind}/**`),
        },
      },
      ...slow.map((name) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: timeoutMs(name),
          hookTimeout: 120_000,
        },
      })),
    ],
  },
});

function timeoutMs(project: string): number {
  if (project === 'kill') return 3_600_000;
  return process.env.TEST_CHAT_MODEL ? 1_200_000 : 120_000;
}
