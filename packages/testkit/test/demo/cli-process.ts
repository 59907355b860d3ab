import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { addTo, type Books, type DemoReport } from '../../src/demo/audit/books.ts';
import { demoTenants } from '../../src/demo/demo-tenants.ts';
import { pollUntil } from '../../src/index.ts';
import type { S3Coordinates } from '../../src/stack/stack-types.ts';
import { kill9 } from '../support.ts';

const CLI_DIR = join(import.meta.dirname, '../../src/cli');

export interface CliProcess {
  pid: number;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Exit status, or signal. */
  ended: Promise<number | string>;
  /** Whether the directory is among its arguments. */
  uses(dir: string): boolean;
}

/** What a failed test leaves running goes with its directory. */
const running = new Set<CliProcess>();

/** Starts a command of src/cli in a process group of its own, as a shell would. */
export function startCli(name: string, args: string[], env: Record<string, string> = {}): CliProcess {
  const child = spawn(process.execPath, [join(CLI_DIR, `${name}.ts`), ...args], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(
    ([code, signal]: (number | string | null)[]) => signal ?? code ?? -1,
  );
  const uses = (dir: string): boolean => [...args, ...Object.values(env)].includes(dir);
  const started = { pid: child.pid ?? 0, stdout: () => stdout, stderr: () => stderr, ended, uses };
  running.add(started);
  void ended.then(() => running.delete(started));
  return started;
}

/** Runs the demo to its end. */
export async function runDemoCli(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ status: number | string; report: DemoReport }> {
  const demo = startCli('demo', ['--json', ...args], env);
  const status = await demo.ended;
  if (demo.stdout() === '') throw new Error(`the demo wrote no report (${status}):\n${demo.stderr()}`);
  return { status, report: JSON.parse(demo.stdout()) as DemoReport };
}

/** The books that the demo's documents must come to, results of ours in the whole-bucket tenant included. */
export async function expectedTotal(isSmall: boolean): Promise<Books> {
  const books: Books = {
    found: 0,
    written_back: 0,
    skipped: {},
    failed: {},
    pending: 0,
    unexplained: 0,
    duplicates: 0,
  };
  for (const { documents, inputPrefix } of await demoTenants(isSmall)) {
    for (const { expected } of documents) {
      if (expected.outcome === 'left_alone') continue;
      books.found += 1;
      if (expected.outcome !== 'written_back') addTo(books[expected.outcome], expected.reason);
      else {
        books.written_back += 1;
        if (inputPrefix !== '') continue;
        books.found += 2;
        addTo(books.skipped, 'own_output', 2);
      }
    }
  }
  return books;
}

/** The part of dev.json that the tests need. */
export interface RunningStack {
  databaseUrls: { superuser: string };
  s3: S3Coordinates;
  processes: Record<string, number>;
}

export async function readDevJson(dataDir: string): Promise<RunningStack> {
  return JSON.parse(await readFile(join(dataDir, 'dev.json'), 'utf8')) as RunningStack;
}

/** Waits until the first results are back in their buckets, and says how many. */
export async function untilSomeAreWrittenBack(dataDir: string, demo: CliProcess): Promise<number> {
  const over = new AbortController();
  void demo.ended.then((status) =>
    over.abort(new Error(`the demo ended (${status}) before that:\n${demo.stderr()}`)),
  );
  const waiting = { timeoutMs: 60_000, intervalMs: 50, signal: over.signal };
  const { databaseUrls } = await pollUntil(() => readDevJson(dataDir), { ...waiting, what: 'dev.json' });
  const client = new Client({ connectionString: databaseUrls.superuser });
  client.on('error', () => undefined); // it is about to be killed
  await client.connect();
  const written = async (): Promise<number | false> => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from public.s3_processed_objects where state = 'written_back'`,
    );
    return (rows[0]?.count ?? 0) > 0 && (rows[0]?.count ?? 0);
  };
  const count = await pollUntil(written, { ...waiting, what: 'the first result', intervalMs: 5 });
  await client.end();
  return count;
}

/** Runs `work` with a directory that goes afterwards, and with it the commands that were started meanwhile. */
export async function withDirectory<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  try {
    return await work(dir);
  } finally {
    for (const cli of running) {
      if (!cli.uses(dir)) continue;
      kill9(cli.pid); // the watchdog does the rest
      await cli.ended;
    }
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
