import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTemporaryStack } from '@sluice/testkit';

/**
 * Writes packages/db/src/generated/database.ts from the migrations: `npm run types`. Starts a database of its own, so that
 * what it writes is what the migrations say and nothing else.
 */
const ROOT = join(import.meta.dirname, '..');
export const GENERATED_TYPES = join(ROOT, 'packages/db/src/generated/database.ts');

/** The types of schema public, as the Supabase CLI makes them. */
export async function generateTypes(databaseUrl: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    join(ROOT, 'node_modules/.bin/supabase'),
    ['gen', 'types', '--lang=typescript', `--remote=${databaseUrl}`, '--schema', 'public'],
    {
      cwd: ROOT,
      maxBuffer: 16 * 1024 * 1024,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    },
  );
  // Before them it prints a warning about TLS, on the same stream.
  const begin = stdout.search(/^export type Json/m);
  if (begin < 0) throw new Error(`the Supabase CLI gave no types:\n${stdout.slice(0, 500)}`);
  return stdout.slice(begin);
}

if (import.meta.main) {
  const stack = await startTemporaryStack({ workers: false, buckets: [] });
  try {
    await writeFile(GENERATED_TYPES, await generateTypes(stack.databaseUrls.postgres));
  } finally {
    await stack.stop();
  }
}
