import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyMigrations, type LogEntry, type Stack, startTemporaryStack } from '../src/index.ts';
import { FIXTURE_MIGRATIONS, temporaryDir } from './support.ts';

const FIRST = '20260101000000_create_notes.sql';
const SECOND = '20260101000100_greet_new_users.sql';

let stack: Stack;

beforeAll(async () => {
  stack = await startTemporaryStack({ workers: false, buckets: ['one'], migrationsDir: FIXTURE_MIGRATIONS });
}, 60_000);
afterAll(() => stack?.stop());

function apply(migrationsDir: string, log: (entry: LogEntry) => void = () => undefined): Promise<string[]> {
  return applyMigrations({ databaseUrl: stack.databaseUrls.postgres, migrationsDir, log });
}

/** The fixtures' migrations, and one more. */
async function withMigration(name: string, sql: string): Promise<string> {
  const dir = join(await temporaryDir(), 'migrations');
  await mkdir(dir);
  for (const file of [FIRST, SECOND]) await copyFile(join(FIXTURE_MIGRATIONS, file), join(dir, file));
  await writeFile(join(dir, name), sql);
  return dir;
}

describe('migrations', () => {
  test('are recorded as the Supabase CLI records them, and a second run applies nothing', async () => {
    const { rows } = await stack.sql.query(
      `select version, name, cardinality(statements) as statements from supabase_migrations.schema_migrations order by 1`,
    );
    expect(rows).toEqual([
      { version: '20260101000000', name: 'create_notes', statements: 5 },
      { version: '20260101000100', name: 'greet_new_users', statements: 3 },
    ]);
    expect(await apply(FIXTURE_MIGRATIONS)).toEqual([]);
  });

  test('are applied by a role that is no superuser and owns what it makes', async () => {
    const { rows } = await stack.sql.query(
      `select tableowner, (select rolsuper from pg_roles where rolname = tableowner) as super
       from pg_tables where tablename = 'notes'`,
    );
    expect(rows).toEqual([{ tableowner: 'postgres', super: false }]);
  });

  test('that fail leave nothing of themselves and say where they failed', async () => {
    const dir = await withMigration(
      '20260101000200_half.sql',
      'create table public.half (id int);\n\nselect 1/0;',
    );
    await expect(apply(dir)).rejects.toThrow(/20260101000200_half\.sql:3: division by zero/);
    expect((await stack.sql.query(`select to_regclass('public.half') as half`)).rows).toEqual([
      { half: null },
    ]);
    await writeFile(join(dir, '20260101000200_half.sql'), 'create table public.half (id int);');
    expect(await apply(dir)).toEqual(['20260101000200']);
    // The database is ahead of the other folder now, which is refused rather than ignored.
    await expect(apply(FIXTURE_MIGRATIONS)).rejects.toThrow(/20260101000200/);
    await stack.sql.query(
      `drop table public.half; delete from supabase_migrations.schema_migrations where version = '20260101000200'`,
    );
  });

  test('that changed after they were applied are told of', async () => {
    const dir = await withMigration(FIRST, 'create table public.notes (id int);');
    const warnings: string[] = [];
    expect(await apply(dir, ({ message }) => warnings.push(message))).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`${FIRST} has changed`)]);
  });
});

describe('a new database is like a hosted project', () => {
  test('what migrations make in public is granted to the API roles until revoked', async () => {
    const { rows } = await stack.sql.query(
      `select grantee from information_schema.role_table_grants
       where table_name = 'greetings' and privilege_type = 'DELETE' and grantee <> 'postgres' order by 1`,
    );
    expect(rows.map(({ grantee }) => grantee)).toEqual(['anon', 'authenticated', 'service_role']);
  });

  test('the API roles have the rights they have there', async () => {
    const { rows } = await stack.sql.query(
      `select rolname, rolsuper, rolbypassrls, rolcanlogin from pg_roles
       where rolname in ('anon', 'authenticated', 'authenticator', 'postgres', 'service_role') order by 1`,
    );
    expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
      'anon false false false',
      'authenticated false false false',
      'authenticator false false true',
      'postgres false true true',
      'service_role false true false',
    ]);
  });
});
