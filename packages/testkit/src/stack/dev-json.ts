import { join } from 'node:path';
import { writeJsonFile } from './data-dir.ts';
import type { Stack } from './stack-types.ts';

/** A user that the demo made, so that a person can sign in as it. */
export interface DemoUser {
  email: string;
  password: string;
  tenantId?: string;
}

/**
 * Writes `dev.json` (mode 0600) into the data directory: URLs, ports, keys, demo users and the S3 endpoint
 * with credentials, for scripts and for anyone with an S3 client.
 * @returns its path.
 */
export async function writeDevJson(stack: Stack, users: DemoUser[] = []): Promise<string> {
  const { supabaseUrl, publishableKey, secretKey, databaseUrls, apiUrl, controlUrl, s3 } = stack;
  const path = join(stack.dataDir, 'dev.json');
  await writeJsonFile(path, {
    pid: process.pid,
    ports: {
      gateway: portOf(supabaseUrl),
      postgres: portOf(databaseUrls.superuser),
      api: apiUrl === null ? null : portOf(apiUrl),
      s3: portOf(s3.endpoint),
      control: portOf(controlUrl),
    },
    apiUrl,
    supabaseUrl,
    publishableKey,
    secretKey,
    databaseUrls,
    controlUrl,
    s3,
    users,
    processes: stack.pids(),
  });
  return path;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
