import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Stack, splitSqlStatements } from '@sluice/testkit';

const TESTS_DIR = join(import.meta.dirname, '..');
const HELPERS = ['identities', 'world'];

/** One line of TAP: what was asserted, whether it holds, and what pgTAP says when it does not. */
export interface Assertion {
  readonly name: string;
  readonly isOk: boolean;
  readonly diagnostics: string;
}

export interface StoryResult {
  readonly planned: number;
  readonly assertions: readonly Assertion[];
  /** The error that ended the story before its end, with the statement; null when it came to its end. */
  readonly error: string | null;
}

/** Puts pgTAP and our helpers into the schema `tap`, open to the API roles. */
export async function installPgTap(stack: Stack): Promise<void> {
  const helpers = await Promise.all(
    HELPERS.map((name) => readFile(join(TESTS_DIR, 'helpers', `${name}.sql`), 'utf8')),
  );
  await inTransaction(
    stack,
    async (query) => {
      await query('create schema tap; set local search_path = tap, public, extensions');
      await query(await pgTapSource());
      for (const helper of helpers) await query(helper);
      await query(
        `grant usage on schema tap to anon, authenticated, service_role;
         grant execute on all functions in schema tap to anon, authenticated, service_role;
         grant select on all tables in schema tap to anon, authenticated, service_role;`,
      );
    },
    'commit',
  );
}

/**
 * Runs one file of `stories/` in a transaction that is rolled back.
 * @param sabotage SQL run before it as superuser: what is broken on purpose to see the story notice.
 */
export async function runStory(stack: Stack, file: string, sabotage = ''): Promise<StoryResult> {
  const text = await readFile(join(TESTS_DIR, 'stories', file), 'utf8');
  let planned = 0;
  const assertions: Assertion[] = [];
  let error: string | null = null;
  await inTransaction(
    stack,
    async (query) => {
      await query(`set local search_path = tap, public, extensions; ${sabotage}`);
      for (const statement of splitSqlStatements(text)) {
        try {
          for (const line of await query(statement.text)) {
            planned = Number(/^1\.\.(\d+)$/.exec(line)?.[1] ?? planned);
            assertions.push(...parseAssertion(line));
          }
        } catch (thrown) {
          error = `${file}:${statement.line}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
          return;
        }
      }
    },
    'rollback',
  );
  return { planned, assertions, error };
}

/** What pgTAP answered with one row: an assertion with its diagnostics, or something else. */
export function parseAssertion(row: string): Assertion[] {
  const [line = '', ...rest] = row.split('\n');
  const match = /^(not )?ok \d+(?: - (.*))?$/.exec(line);
  if (match === null) return [];
  return [{ name: match[2] ?? '', isOk: match[1] === undefined, diagnostics: rest.join('\n') }];
}

/** What is wrong with a story as a whole, or null. Failed assertions are reported by themselves. */
export function storyProblem({ planned, assertions, error }: StoryResult): string | null {
  if (error !== null) return error;
  if (planned === 0) return 'it plans nothing: begin it with select plan(<n>)';
  if (planned !== assertions.length) return `it plans ${planned} assertions and ran ${assertions.length}`;
  return null;
}

type Query = (sql: string) => Promise<string[]>;

async function inTransaction(
  stack: Stack,
  work: (query: Query) => Promise<void>,
  end: 'commit' | 'rollback',
): Promise<void> {
  const client = await stack.sql.connect();
  try {
    await client.query('begin');
    await work(async (sql) => {
      const answer: unknown = await client.query({ text: sql, rowMode: 'array' });
      return textsOf(answer);
    });
    await client.query(end);
  } finally {
    // Not given back: whatever a story left in the session goes with it.
    client.release(true);
  }
}

/** The first column of every row that is text. Several statements in one query have several answers: none is TAP. */
function textsOf(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null || !('rows' in answer) || !Array.isArray(answer.rows))
    return [];
  return answer.rows.flatMap((row: unknown) =>
    Array.isArray(row) && typeof row[0] === 'string' ? [row[0]] : [],
  );
}

/** pgTAP 1.3.5 as plain SQL, out of the archive that its npm package carries. */
async function pgTapSource(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite-pgtap');
  const archive = gunzipSync(await readFile(join(dirname(entry), 'pgtap.tar.gz')));
  return memberOf(archive, 'pgtap--1.3.5.sql')
    .split('\n')
    .filter((line) => !line.startsWith('\\'))
    .join('\n');
}

/** One file of a tar archive, by how its name ends: 512-byte headers with the size in octal, contents padded to 512. */
function memberOf(archive: Buffer, fileName: string): string {
  for (let at = 0; at + 512 <= archive.length; ) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(archive.toString('utf8', at + 124, at + 136), 8) || 0;
    if (name.endsWith(`/${fileName}`)) return archive.toString('utf8', at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`the pgTAP archive has no ${fileName}`);
}
