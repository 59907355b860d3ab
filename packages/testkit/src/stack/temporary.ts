import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack-types.ts';

/**
 * A stack for tests: in a temporary directory that goes with it, without fsync, cron by hand, cheap password
 * hashing, and
 * no rate limits. Anything can be said otherwise in `options`.
 */
export async function startTemporaryStack(options: Partial<StackOptions> = {}): Promise<Stack> {
  return startStack({
    dataDir: options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sluice-stack-'))),
    durable: false,
    removeDataDir: options.dataDir === undefined,
    cron: 'manual',
    ...options,
    ...(options.workers === false ? {} : { workers: { rateLimits: false, ...options.workers } }),
    auth: { scryptCost: 1_024, ...options.auth },
  });
}
