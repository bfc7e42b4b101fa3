import { defineConfig } from 'vitest/config';

/** Tests of what keeps data: they find a Postgres at `inject('postgres')`. */
const WITH_POSTGRES = ['libs/database/**/*.test.ts', 'apps/**/*.test.ts', 'infra/components/database/**/*.test.ts'];

const shared = {
  // A test that takes longer than this hangs; the few that run the whole platform say so themselves.
  testTimeout: 20_000,
  hookTimeout: 30_000,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: { ...shared, name: 'plain', include: ['**/*.test.ts'], exclude: [...WITH_POSTGRES, '**/node_modules/**'] },
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
    ],
  },
});
