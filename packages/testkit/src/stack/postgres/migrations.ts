import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, DatabaseError } from 'pg';
import { errorMessage, type LogFn } from '../log.ts';
import { splitSqlStatements } from './sql-statements.ts';

export interface MigrationOptions {
  /** Connection string of the role postgres. */
  databaseUrl: string;
  /** Holds `<version>_<name>.sql` files; a missing folder has none. */
  migrationsDir: string;
  /** Run once, after the migrations of a new database. */
  seedFile?: string;
  log: LogFn;
}

// As `supabase db push` makes it, so that either can go on from the other.
const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations add column if not exists statements text[];
  alter table supabase_migrations.schema_migrations add column if not exists name text;
  create table if not exists supabase_migrations.seed_files (path text not null primary key, hash text not null);
`;

interface Applied {
  version: string;
  statements: string[] | null;
}

/**
 * Applies the migrations that the database does not have yet, in the order of their versions, each in a
 * transaction of its own. Doing it again does nothing.
 * @returns the versions applied now.
 * @throws naming file, line and statement of the first that fails; what came before it stays applied.
 */
export async function applyMigrations(options: MigrationOptions): Promise<string[]> {
  const files = await listMigrations(options.migrationsDir);
  const client = new Client({ connectionString: options.databaseUrl });
  client.on('error', () => undefined); // a lost connection fails the query in hand, which is reported
  await client.connect();
  try {
    await client.query(`set client_min_messages = warning; ${HISTORY}`);
    const history = await client.query<Applied>(
      'select version, statements from supabase_migrations.schema_migrations order by version',
    );
    const known = new Map(history.rows.map((row) => [row.version, row.statements]));
    const unknown = [...known.keys()].filter((version) => !files.some((file) => file.version === version));
    if (unknown.length > 0) {
      throw new Error(
        `the database has migrations that this checkout lacks (${unknown.join(', ')}): ` +
          'check out the branch they belong to, or delete the data directory to begin anew',
      );
    }
    const applied: string[] = [];
    for (const file of files) {
      const before = known.get(file.version);
      if (before === undefined) {
        await applyOne(client, file);
        applied.push(file.version);
      } else if (before !== null && !sameStatements(before, await readStatements(file))) {
        options.log({
          level: 'warn',
          source: 'migrations',
          message: `${file.fileName} has changed since it was applied; delete the data directory to apply it anew`,
        });
      }
    }
    if (options.seedFile !== undefined) await applySeed(client, options.seedFile);
    return applied;
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface MigrationFile {
  version: string;
  name: string;
  fileName: string;
  path: string;
}

async function listMigrations(dir: string): Promise<MigrationFile[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.flatMap((fileName) => {
    const match = /^(\d+)_(.*)\.sql$/.exec(fileName);
    const [, version, name] = match ?? [];
    return version === undefined || name === undefined
      ? []
      : [{ version, name, fileName, path: join(dir, fileName) }];
  });
  files.sort((a, b) => (a.fileName < b.fileName ? -1 : 1));
  const twice = files.find((file, index) => files[index + 1]?.version === file.version);
  if (twice !== undefined) throw new Error(`two migrations have the version ${twice.version}`);
  return files;
}

async function readStatements(file: MigrationFile): Promise<string[]> {
  return splitSqlStatements(await readFile(file.path, 'utf8')).map((statement) => statement.text);
}

async function applyOne(client: Client, file: MigrationFile): Promise<void> {
  const statements = splitSqlStatements(await readFile(file.path, 'utf8'));
  await client.query('begin');
  try {
    await runStatements(client, file.fileName, statements);
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
      [file.version, file.name, statements.map((statement) => statement.text)],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    // A migration may `set` things for itself; the next one begins like in a new session.
    await client.query('reset all; reset role; set client_min_messages = warning').catch(() => undefined);
  }
}

async function runStatements(
  client: Client,
  fileName: string,
  statements: { text: string; line: number }[],
): Promise<void> {
  for (const { text, line } of statements) {
    try {
      await client.query(text);
    } catch (error) {
      const detail =
        error instanceof DatabaseError
          ? ` (${error.code ?? ''}${error.where ? `, ${error.where}` : ''})`
          : '';
      throw new Error(`${fileName}:${line}: ${errorMessage(error)}${detail}\n${text.slice(0, 500)}`, {
        cause: error,
      });
    }
  }
}

async function applySeed(client: Client, path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const statements = splitSqlStatements(text);
  if (statements.length === 0) return;
  const seeded = await client.query('select 1 from supabase_migrations.seed_files limit 1');
  if (seeded.rowCount !== 0) return;
  await client.query('begin');
  try {
    await runStatements(client, 'seed.sql', statements);
    await client.query(
      `insert into supabase_migrations.seed_files (path, hash) values ('supabase/seed.sql', encode(sha256($1::bytea), 'hex'))`,
      [Buffer.from(text)],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function sameStatements(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((statement, index) => statement === b[index]);
}
