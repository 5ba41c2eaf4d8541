import {defineConfig} from 'vitest/config';

// Real sockets, real stores in temp folders: each test file gets a process of its own.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
