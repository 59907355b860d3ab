import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTemporaryStack } from '@sluice/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { GENERATED_TYPES, generateTypes } from '../../../scripts/generate-database-types.ts';
import { supabase } from '../support/cli.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');

const stack = await startTemporaryStack({ workers: false, buckets: [] });
afterAll(() => stack.stop());

interface Finding {
  readonly name: string;
  readonly level: string;
  readonly detail: string;
}

/** Told from what was asked of a database so far: of one made a moment ago, that is nothing. The benchmarks show the plans. */
const OF_USE_SO_FAR = 'unused_index';

test('the advisors of Supabase have nothing to say, at any level', async () => {
  const { stdout, stderr } = await supabase(
    'db',
    'advisors',
    `--remote=${stack.databaseUrls.postgres}`,
    '--level',
    'info',
    '--fail-on',
    'info',
  );
  const begin = stdout.search(/^\[/m);
  expect(begin, `${stdout}\n${stderr}`).toBeGreaterThanOrEqual(0);
  const findings = JSON.parse(stdout.slice(begin)) as Finding[];
  expect(
    findings
      .filter(({ name }) => name !== OF_USE_SO_FAR)
      .map(({ level, name, detail }) => `${level} ${name}: ${detail}`),
  ).toEqual([]);
  // It did look: on a new database it always finds indexes that nobody has used yet.
  expect(findings.length).toBeGreaterThan(0);
});

test('the generated types are those of the migrations', async () => {
  expect(await generateTypes(stack.databaseUrls.postgres)).toBe(await readFile(GENERATED_TYPES, 'utf8'));
});

describe('supabase db push', () => {
  test('applies the migrations unmodified to an empty project, as the role postgres, and the second time nothing', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'sluice-no-migrations-'));
    const hosted = await startTemporaryStack({ workers: false, buckets: [], migrationsDir: empty });
    try {
      const push = () => supabase('db', 'push', `--remote=${hosted.databaseUrls.postgres}`);
      const first = await push();
      expect(first.status, first.stderr + first.stdout).toBe(0);
      const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
      const applied = await hosted.sql.query<{ version: string }>(
        'select version from supabase_migrations.schema_migrations order by 1',
      );
      expect(applied.rows.map(({ version }) => version)).toEqual(files.map((name) => name.slice(0, 14)));
      const owners = await hosted.sql.query(
        `select distinct tableowner from pg_tables where schemaname in ('public', 'private')`,
      );
      expect(owners.rows).toEqual([{ tableowner: 'postgres' }]);
      expect(await generateTypes(hosted.databaseUrls.postgres)).toBe(await readFile(GENERATED_TYPES, 'utf8'));
      const second = await push();
      expect(second.status).toBe(0);
      expect(second.stderr + second.stdout).toMatch(/up to date/i);
    } finally {
      await hosted.stop();
      await rm(empty, { recursive: true });
    }
  });
});
