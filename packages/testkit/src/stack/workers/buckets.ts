import { join } from 'node:path';
import type { StackGround } from '../ground.ts';
import { type HostProcess, startHost } from './host-process.ts';

/** What a new data directory offers: the demo's two customers, and a pool for tests. */
export const DEFAULT_BUCKETS = [
  'acme-documents',
  'globex-archive',
  ...Array.from({ length: 16 }, (_, index) => `test-${String(index).padStart(2, '0')}`),
];

/** Of every bucket. */
export const REGION = 'auto';

/** Path below the host's origin at which Miniflare speaks S3. */
export const S3_PATH = '/cdn-cgi/local/r2/s3';

/**
 * Starts the customers' buckets: R2's local S3 endpoint, with signature checks, in a Miniflare of its own.
 * Should its workerd die, Miniflare starts it again; the Workers do not notice but for failed requests.
 */
export async function startBuckets(
  ground: StackGround,
  buckets: string[],
  port: number,
): Promise<HostProcess> {
  const { dir, secrets, watchdog, log } = ground;
  return startHost(
    'buckets',
    {
      kind: 'buckets',
      port,
      persistDir: join(dir.path, 'buckets'),
      scratchDir: join(dir.path, 'scratch', 'buckets'),
      buckets,
      ...secrets.s3,
    },
    watchdog,
    log,
  );
}
