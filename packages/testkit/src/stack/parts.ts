import { join } from 'node:path';
import { Pool } from 'pg';
import { type Gateway, startGateway } from './gateway/auth-gateway.ts';
import type { StackGround } from './ground.ts';
import { type NotifyingProxy, startNotifyingProxy } from './notifier/notifying-proxy.ts';
import { applyMigrations } from './postgres/migrations.ts';
import { databaseUrls, type Postgres, startPostgres } from './postgres/postgres.ts';
import { startPostgrest } from './postgres/postgrest.ts';
import type { ManagedChild } from './process/managed-child.ts';
import { newProcessorSecret, startNodeProcessor } from './processor/node-processor.ts';
import { publicSigningKey } from './secrets.ts';
import type { StackOptions } from './stack-types.ts';
import { DEFAULT_BUCKETS, S3_PATH, startBuckets } from './workers/buckets.ts';
import type { HostProcess } from './workers/host-process.ts';
import { startWorkers } from './workers/workers.ts';

interface Database {
  postgres: Postgres;
  postgrest: ManagedChild;
  sql: Pool;
}

/** The running parts of a stack. Undefined: not wanted, or (when stopping a failed start) never begun. */
export interface StackParts {
  database: Database | undefined;
  gateway: Gateway | undefined;
  workers: HostProcess | undefined;
  buckets: HostProcess | undefined;
  nodeProcessor: ManagedChild | undefined;
  /** Before the buckets, where somebody wants to be told. */
  notifier: NotifyingProxy | undefined;
}

/**
 * Starts the parts side by side.
 * @throws the first failure, after the others are stopped.
 */
export async function startParts(
  ground: StackGround,
  options: StackOptions,
  repositoryDir: string,
): Promise<StackParts> {
  const { ports, secrets, log } = ground;
  const isOwn = options.workers !== false && options.workers?.configPaths === undefined;
  const nodeProcessor =
    (options.nodeProcessor ?? isOwn)
      ? { secret: newProcessorSecret(), recogniseText: options.recogniseText ?? false }
      : null;
  const settled = await Promise.allSettled([
    startDatabase(ground, options, repositoryDir),
    startGateway({
      port: ports.gateway,
      postgrestPort: ports.postgrest,
      secrets,
      log,
      databaseUrl: databaseUrls(ports.postgres, secrets.database).authAdmin,
      ...(options.auth === undefined ? {} : { auth: options.auth }),
    }),
    options.workers === false
      ? undefined
      : startWorkers(ground, options.workers ?? {}, nodeProcessor, repositoryDir),
    startBuckets(
      ground,
      options.buckets ?? DEFAULT_BUCKETS,
      options.onObjectWritten === undefined ? ports.s3 : ports.buckets,
    ),
    options.onObjectWritten === undefined ? undefined : startNotifier(ground, options.onObjectWritten),
    nodeProcessor === null ? undefined : startNodeProcessor(ground, nodeProcessor.secret, repositoryDir),
  ]);
  const [database, gateway, workers, buckets, notifier, processor] = settled;
  const parts: StackParts = {
    database: valueOf(database),
    gateway: valueOf(gateway),
    workers: valueOf(workers),
    buckets: valueOf(buckets),
    notifier: valueOf(notifier),
    nodeProcessor: valueOf(processor),
  };
  const failure = settled.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await stopParts(parts);
    throw failure.reason;
  }
  return parts;
}

function startNotifier(
  { ports, log }: StackGround,
  tell: NonNullable<StackOptions['onObjectWritten']>,
): Promise<NotifyingProxy> {
  return startNotifyingProxy(`http://127.0.0.1:${ports.buckets}${S3_PATH}`, tell, log, ports.s3);
}

function valueOf<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === 'fulfilled' ? result.value : undefined;
}

/** Stops the parts: first what uses the database, then the database. */
export async function stopParts(parts: StackParts): Promise<void> {
  const { database, gateway, workers, buckets, notifier, nodeProcessor } = parts;
  await Promise.all([
    notifier?.stop(),
    workers?.child.stop(),
    buckets?.child.stop(),
    nodeProcessor?.stop(),
    gateway?.close(),
    database?.postgrest.stop(),
    endPool(database?.sql),
  ]);
  await database?.postgres.child.stop();
}

/** A client that a caller never gave back must not hold up the end: postgres will cut it off. */
async function endPool(pool: Pool | undefined): Promise<void> {
  if (pool === undefined) return;
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(patience.resolve, 500);
  await Promise.race([pool.end(), patience.promise]).catch(() => undefined);
  clearTimeout(timer);
}

async function startDatabase(
  ground: StackGround,
  options: StackOptions,
  repositoryDir: string,
): Promise<Database> {
  const { dir, ports, secrets, watchdog, log } = ground;
  const postgres = await startPostgres({
    dir: join(dir.path, 'postgres'),
    port: ports.postgres,
    durable: options.durable ?? true,
    passwords: secrets.database,
    watchdog,
    log,
  });
  try {
    const applied = await applyMigrations({
      databaseUrl: postgres.urls.postgres,
      log,
      migrationsDir: options.migrationsDir ?? join(repositoryDir, 'supabase/migrations'),
      ...(options.seedFile === undefined ? {} : { seedFile: options.seedFile }),
    });
    if (applied.length > 0) {
      log({
        level: 'info',
        source: 'migrations',
        message: `applied ${applied.length}, up to ${applied.at(-1)}`,
      });
    }
    const postgrest = await startPostgrest({
      port: ports.postgrest,
      adminPort: ports.postgrestAdmin,
      databaseUrl: postgres.urls.authenticator,
      verificationKeys: [publicSigningKey(secrets), secrets.internalKey],
      settings: options.postgrest ?? {},
      watchdog,
      log,
    });
    const sql = new Pool({ connectionString: postgres.urls.superuser, max: 10 });
    sql.on('error', () => undefined); // an idle connection broke: the next query opens another
    return { postgres, postgrest, sql };
  } catch (error) {
    await postgres.child.stop();
    throw error;
  }
}
