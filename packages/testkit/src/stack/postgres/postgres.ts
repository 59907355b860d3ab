import { execFile } from 'node:child_process';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { LogFn, LogLevel } from '../log.ts';
import { describeExit, type ManagedChild, startChild } from '../process/managed-child.ts';
import { endOrphan } from '../process/orphans.ts';
import { pollUntil } from '../process/poll.ts';
import type { Watchdog } from '../process/watchdog.ts';
import type { StackSecrets } from '../secrets.ts';
import { findPostgres, type PostgresIdentity, postgresIdentity } from './binaries.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** An absolute directory of our own; made if missing. The cluster lies in `pgdata` below it. */
  dir: string;
  port: number;
  /** With fsync: nothing acknowledged is lost, whatever is killed. Without: twice as fast, for tests. */
  durable: boolean;
  passwords: StackSecrets['database'];
  watchdog: Watchdog;
  log: LogFn;
}

export interface Postgres {
  child: ManagedChild;
  /** Connection strings, with passwords: treat as secrets. */
  urls: DatabaseUrls;
}

export interface DatabaseUrls {
  /** The superuser, for bootstrap and for assertions in tests. */
  superuser: string;
  /** The role that applies migrations: no superuser, as on hosted Supabase. */
  postgres: string;
  authenticator: string;
  authAdmin: string;
}

/** Starts the embedded Postgres 17, making and bootstrapping its cluster the first time. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { binDir } = await findPostgres();
  await mkdir(options.dir, { recursive: true, mode: 0o711 });
  const identity = await postgresIdentity([binDir, options.dir]);
  const dataDir = join(options.dir, 'pgdata');
  if (!(await exists(dataDir))) await initCluster(binDir, dataDir, identity, options);
  const child = await startServer(binDir, dataDir, identity, options);
  const urls = databaseUrls(options.port, options.passwords);
  try {
    await bootstrap(urls.superuser, options.passwords);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { child, urls };
}

/** Where the roles connect. */
export function databaseUrls(port: number, passwords: StackSecrets['database']): DatabaseUrls {
  const url = (role: string, password: string): string =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/postgres`;
  return {
    superuser: url('supabase_admin', passwords.supabaseAdmin),
    postgres: url('postgres', passwords.postgres),
    authenticator: url('authenticator', passwords.authenticator),
    authAdmin: url('supabase_auth_admin', passwords.authAdmin),
  };
}

async function initCluster(
  binDir: string,
  dataDir: string,
  identity: PostgresIdentity,
  options: PostgresOptions,
): Promise<void> {
  // Made beside its place and moved there when whole: a kill in mid-initdb leaves nothing half-made in use.
  const draft = `${dataDir}.draft`;
  const passwordFile = join(options.dir, 'initdb-password');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, options.passwords.supabaseAdmin, { mode: 0o600 });
  if (identity.owner !== undefined) {
    await chown(draft, identity.owner.uid, identity.owner.gid);
    await chown(passwordFile, identity.owner.uid, identity.owner.gid);
  }
  const { command, args, ...user } = identity.command(join(binDir, 'initdb'), [
    '-D',
    draft,
    '-U',
    'supabase_admin',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ]);
  try {
    await run(command, args, { ...user, cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, dataDir);
}

async function startServer(
  binDir: string,
  dataDir: string,
  identity: PostgresIdentity,
  options: PostgresOptions,
): Promise<ManagedChild> {
  await clearPreviousServer(dataDir, options.log);
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port: options.port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic', // a statement's text may hold what no log should
    jit: 'off',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const { command, args, ...user } = identity.command(join(binDir, 'postgres'), [
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const deadline = Date.now() + 15_000;
  for (;;) {
    const child = await startChild({
      name: 'postgres',
      command,
      args,
      requestStop: (server) => server.kill('SIGINT'), // "fast": ends connections, checkpoints
      onOrphan: 'INT',
      levelOf,
      spawnOptions: {
        ...user,
        cwd: '/',
        env: {
          LC_ALL: 'C',
          PATH: '/usr/bin:/bin',
          TZ: 'UTC',
        },
      },
      watchdog: options.watchdog,
      log: options.log,
    });
    const failure = await acceptsConnections(child, options);
    if (failure === undefined) return child;
    // After kill -9 of the postmaster its backends hold the shared memory for some moments more.
    const transient = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(
      child.tail(),
    );
    if (!transient || Date.now() > deadline) {
      throw new Error(`postgres did not start (${failure}):\n${child.tail()}`);
    }
    await delay(200);
  }
}

/** Waits until the server answers; gives the reason when it ended instead. */
async function acceptsConnections(
  child: ManagedChild,
  options: PostgresOptions,
): Promise<string | undefined> {
  const ended = new AbortController();
  let failure: string | undefined;
  child.onExit((exit) => {
    failure = describeExit(exit);
    ended.abort();
  });
  const { superuser } = databaseUrls(options.port, options.passwords);
  try {
    // Generous, for recovery after a crash can take a while.
    await pollUntil(() => answers(superuser), { what: 'postgres', timeoutMs: 60_000, signal: ended.signal });
    return undefined;
  } catch (error) {
    if (failure !== undefined) return failure;
    await child.stop();
    throw error;
  }
}

async function answers(url: string): Promise<true> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // the server may still be in recovery and hang up
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A postmaster.pid left by kill -9: its process is gone, or an orphan of ours, or the number is another's now. */
async function clearPreviousServer(dataDir: string, log: LogFn): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(text.split('\n')[0] ?? '', 10);
  if (!Number.isInteger(pid)) return;
  const ended = await endOrphan(pid, (commandLine) => commandLine.includes(dataDir));
  if (ended)
    log({ level: 'warn', source: 'postgres', message: `ended process ${pid}, left over on ${dataDir}` });
  // Whoever has that number now is not our postgres, and the data directory's own lock is ours.
  await rm(file, { force: true });
}

async function bootstrap(superuserUrl: string, passwords: StackSecrets['database']): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const done = await client.query(`select 1 from pg_catalog.pg_roles where rolname = 'authenticator'`);
    if (done.rowCount !== 0) return;
    const [base, auth] = await Promise.all(
      ['bootstrap.sql', 'bootstrap-auth.sql'].map((name) =>
        readFile(join(import.meta.dirname, name), 'utf8'),
      ),
    );
    const setPasswords = `
      alter role postgres password '${passwords.postgres}';
      alter role authenticator password '${passwords.authenticator}';
      alter role supabase_auth_admin password '${passwords.authAdmin}';`;
    // One transaction: either all of it is there, or the next start does it again.
    await client.query(`begin; ${base} ${auth} ${setPasswords} commit;`);
  } finally {
    await client.end();
  }
}

function levelOf(line: string): LogLevel {
  // ERROR and FATAL lines are refused statements and connections: the client that made them got the error.
  return line.includes('PANIC') ? 'warn' : 'debug';
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
