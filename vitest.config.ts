import { defineConfig } from 'vitest/config';

/** Tests of what keeps data: they find a Postgres at `inject('postgres')`. */
const WITH_POSTGRES = ['libs/database/**/*.test.ts', 'apps/**/*.test.ts', 'infra/components/database/**/*.test.ts'];

const shared = {
  // A test that takes longer than this hangs; the few that run the whole platform say so themselves.
  testTimeout: 20_000,
  hookTimeout: 30_000,
};

/** Tests that run the whole platform: one after the other, because each takes what the machine has. */
const WHOLE_PLATFORM = ['tools/twin/test/platform*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'plain',
          include: ['**/*.test.ts'],
          exclude: [...WITH_POSTGRES, ...WHOLE_PLATFORM, '**/node_modules/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'postgres',
          include: WITH_POSTGRES,
          exclude: ['**/node_modules/**'],
          globalSetup: ['tools/twin/test/postgres-for-tests.ts'],
        },
      },
      {
        test: { ...shared, name: 'platform', include: WHOLE_PLATFORM, fileParallelism: false },
      },
    ],
  },
});
