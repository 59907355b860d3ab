import { defineConfig } from 'vitest/config';

/**
 * Every test of the repository, by what it needs. `npm test` runs them all; `npx vitest run --project unit` one kind.
 */
export default defineConfig({
  test: {
    // What a passing test prints helps nobody.
    silent: 'passed-only',
    projects: [
      {
        // Pure code, and servers of its own on this machine.
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts'],
          exclude: [
            '**/node_modules/**',
            '**/*.browser.test.ts',
            '**/*.stack.test.ts',
            '**/*.life.test.ts',
            'packages/*/test/workerd/**',
            'packages/testkit/test/life.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      {
        // The guarantees, on the real stack: Postgres, PostgREST, auth, workerd, S3. One stack for all of them.
        test: {
          name: 'stack',
          include: ['packages/*/test/**/*.stack.test.ts', 'workers/*/test/**/*.stack.test.ts'],
          globalSetup: ['packages/testkit/src/vitest-global-setup.ts'],
          // One queue for every test: a bucket that hangs in one holds up the others for a while.
          testTimeout: 180_000,
          hookTimeout: 60_000,
          // Two cores: more workers than that only wait for one another.
          maxWorkers: 2,
        },
      },
      {
        // The database's own guarantees, on a stack without Workers.
        test: {
          name: 'database',
          include: ['supabase/tests/**/*.stack.test.ts'],
          globalSetup: ['packages/testkit/src/vitest-database-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        // Counts that the sweeps of other tests would change meanwhile: a stack of their own.
        test: {
          name: 'alone',
          include: ['workers/*/test/**/*.alone.test.ts'],
          globalSetup: ['packages/testkit/src/vitest-global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        // The settings, in Chromium, on a real stack.
        test: {
          name: 'browser',
          include: ['apps/*/test/**/*.browser.test.ts'],
          globalSetup: [
            'packages/testkit/src/vitest-global-setup.ts',
            'apps/web/test/support/chromium-global-setup.ts',
          ],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // As long as a page is waited for: on a busy machine a second is nothing.
          expect: { poll: { timeout: 20_000 } },
          maxWorkers: 2,
        },
      },
      {
        // Stacks that are started, killed and started again. They mostly wait: for leases, clocks and processes.
        test: {
          name: 'life',
          include: [
            'packages/testkit/test/life.test.ts',
            'packages/*/test/**/*.life.test.ts',
            'workers/*/test/**/*.life.test.ts',
          ],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      // Inside workerd.
      'packages/*/vitest.workerd.config.ts',
      'workers/*/vitest.config.ts',
    ],
  },
});
