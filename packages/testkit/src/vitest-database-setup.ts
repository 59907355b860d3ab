import type { TestProject } from 'vitest/node';
import { startTemporaryStack } from './stack/temporary.ts';
import { logging } from './vitest-global-setup.ts';

/**
 * globalSetup of the tests of the database: Postgres, PostgREST and auth without Workers. They claim what is due as a
 * sweep does, whoever's it is, which on a stack with Workers would be the work of other tests.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startTemporaryStack(logging());
  project.provide('stack', stack.coordinates);
  return () => stack.stop();
}
