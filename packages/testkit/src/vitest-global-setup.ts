import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startFakeCloudflare } from './fake-cloudflare/index.ts';
import type { LogEntry } from './stack/log.ts';
import type { StackCoordinates, StackOptions } from './stack/stack-types.ts';
import { startTemporaryStack } from './stack/temporary.ts';
import { WORKER_CONFIGS } from './stack/workers/workers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The stack of this test run: `inject('stack')`. */
    stack: StackCoordinates;
    /** Stands for Cloudflare's API, at which the engine of the stack asks. Every test has an account of its own. */
    cloudflareUrl: string;
  }
}

/**
 * globalSetup of the integration tests: one temporary stack for all of them, with the Workers and cron by
 * hand. SLUICE_TEST_LOG=debug (or info) shows what its parts say.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cloudflare = await startFakeCloudflare();
  const stack = await startTemporaryStack({
    ...logging(),
    workers: (await workersExist()) && {
      extraVars: { 'sluice-engine': { CLOUDFLARE_API_URL: cloudflare.url } },
    },
  });
  project.provide('stack', stack.coordinates);
  project.provide('cloudflareUrl', cloudflare.url);
  return async () => {
    await stack.stop();
    await cloudflare.stop();
  };
}

/** What the parts of a test's stack say goes to standard error. */
export function logging(): Pick<StackOptions, 'log' | 'logLevel'> {
  const wanted = process.env['SLUICE_TEST_LOG'];
  return { logLevel: wanted === 'debug' || wanted === 'info' ? wanted : 'error', log: print };
}

function print({ level, source, message }: LogEntry): void {
  process.stderr.write(`[stack ${level}] ${source}: ${message}\n`);
}

/** While a Worker has no source yet, the rest of the stack can be tested without. */
async function workersExist(): Promise<boolean> {
  const repositoryDir = resolve(import.meta.dirname, '../../..');
  const entries = WORKER_CONFIGS.map((path) =>
    path === 'wrangler.toml' ? 'workers/api/src/index.ts' : join(dirname(path), 'src/index.ts'),
  );
  const found = await Promise.allSettled(entries.map((entry) => access(join(repositoryDir, entry))));
  return found.every(({ status }) => status === 'fulfilled');
}
