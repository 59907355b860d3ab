import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startControlServer } from './control.ts';
import { startTicker } from './cron.ts';
import { openDataDir } from './data-dir.ts';
import type { StackGround } from './ground.ts';
import { atLevel, errorMessage } from './log.ts';
import { type StackParts, startParts, stopParts } from './parts.ts';
import { describeExit } from './process/managed-child.ts';
import { endRecordedProcesses, recordProcesses } from './process/orphans.ts';
import { choosePorts, type ReservedPorts } from './process/ports.ts';
import { startWatchdog, type Watchdog } from './process/watchdog.ts';
import { loadSecrets } from './secrets.ts';
import type { Stack, StackCoordinates, StackOptions } from './stack-types.ts';
import { DEFAULT_BUCKETS, REGION, S3_PATH } from './workers/buckets.ts';

const REPOSITORY_DIR = resolve(import.meta.dirname, '../../../..');
const PROCESSES_FILE = 'processes.json';

/**
 * Starts the local stack: Postgres with the migrations, PostgREST and auth behind one Supabase URL, the
 * Workers with their queues and crons, and the customers' buckets. Returns when all of it serves.
 * @throws when the data directory is in use, or a part does not start, with that part's words; what had
 *   started is stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const beganAt = performance.now();
  const log = atLevel(options.logLevel ?? 'info', options.log ?? (() => undefined));
  const dir = await openDataDir(options.dataDir);
  let watchdog: Watchdog | undefined;
  let reserved: ReservedPorts | undefined;
  try {
    const left = await endRecordedProcesses(join(dir.path, PROCESSES_FILE));
    if (left > 0)
      log({ level: 'warn', source: 'stack', message: `ended ${left} processes left by a killed stack` });
    const secrets = await loadSecrets(dir.path);
    reserved = await choosePorts(dir.path, options.ports ?? {});
    const { ports } = reserved;
    watchdog = await startWatchdog(options.removeDataDir === true ? dir.path : null);
    const ground: StackGround = { dir, ports, secrets, watchdog, log };
    const parts = await startParts(ground, options, REPOSITORY_DIR);
    const stack = await assemble(ground, options, parts, reserved);
    log({
      level: 'info',
      source: 'stack',
      message: `ready in ${Math.round(performance.now() - beganAt)} ms`,
    });
    return stack;
  } catch (error) {
    await watchdog?.close();
    reserved?.release();
    dir.unlock();
    if (options.removeDataDir === true) await rm(dir.path, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

async function assemble(
  ground: StackGround,
  options: StackOptions,
  parts: StackParts,
  reserved: ReservedPorts,
): Promise<Stack> {
  const { dir, ports, secrets, watchdog, log } = ground;
  const { database, workers } = parts;
  if (database === undefined) throw new Error('a stack has a database');
  const triggers = Object.entries(workers?.crons ?? {}).flatMap(([worker, crons]) =>
    crons.map((cron) => ({ worker, cron })),
  );
  const ticker = startTicker(
    triggers,
    options.cron ?? 'real',
    async ({ worker, cron }) => (await workers?.scheduled(worker, cron)) ?? 'no Workers',
    log,
  );
  const controls = {
    tick: (cron: string, worker?: string) => ticker.tick(cron, worker),
    sendToQueue: async (queue: string, messages: unknown[]) => {
      if (workers === undefined) throw new Error('this stack was started without Workers');
      await workers.sendToQueue(queue, messages);
    },
  };
  const control = await startControlServer(ports.control, secrets.secretKey, controls);

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      ticker.stop();
      await Promise.all([control.close(), stopParts(parts)]);
      await watchdog.close();
      reserved.release();
      dir.unlock();
      if (options.removeDataDir === true) await rm(dir.path, { recursive: true, force: true, maxRetries: 3 });
      else await rm(join(dir.path, PROCESSES_FILE), { force: true });
    })();
    return stopping;
  };
  const fail = (message: string): void => {
    if (stopping !== undefined) return; // we are ending them ourselves, or one death has been seen already
    const error = new Error(message);
    log({ level: 'error', source: 'stack', message: `${message}; shutting down the rest` });
    stop()
      .catch((cause: unknown) => log({ level: 'error', source: 'stack', message: errorMessage(cause) }))
      .finally(() => options.onFatal?.(error));
  };
  for (const child of childrenOf(parts)) {
    child.onExit((exit) => {
      const words = child.tail() === '' ? '' : `:\n${child.tail()}`;
      fail(`${child.name} ended unexpectedly (${describeExit(exit)})${words}`);
    });
  }
  void watchdog.exited.then(() => fail('the watchdog shell ended unexpectedly'));
  await recordProcesses(
    join(dir.path, PROCESSES_FILE),
    childrenOf(parts).flatMap(({ name, pid }) => (name === 'postgres' ? [] : [pid])),
  );
  const coordinates = coordinatesOf(ground, options, parts, database.postgres.urls);
  return {
    ...coordinates,
    coordinates,
    ...controls,
    sql: database.sql,
    pids: () => pids(watchdog, parts),
    stop,
  };
}

function childrenOf({ database, workers, buckets, nodeProcessor }: StackParts) {
  return [
    database?.postgres.child,
    database?.postgrest,
    workers?.child,
    buckets?.child,
    nodeProcessor,
  ].filter((child) => child !== undefined);
}

function pids(watchdog: Watchdog, parts: StackParts): Record<string, number> {
  const entries: [string, number | undefined][] = [
    ['watchdog', watchdog.pid],
    ['postgres', parts.database?.postgres.child.pid],
    ['postgrest', parts.database?.postgrest.pid],
    ['workersHost', parts.workers?.child.pid],
    ['workersWorkerd', parts.workers?.workerdPid()],
    ['bucketsHost', parts.buckets?.child.pid],
    ['bucketsWorkerd', parts.buckets?.workerdPid()],
    ['nodeProcessor', parts.nodeProcessor?.pid],
  ];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

function coordinatesOf(
  { dir, ports, secrets }: StackGround,
  options: StackOptions,
  parts: StackParts,
  databaseUrls: StackCoordinates['databaseUrls'],
): StackCoordinates {
  return {
    supabaseUrl: `http://127.0.0.1:${ports.gateway}`,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
    databaseUrls,
    apiUrl: parts.workers?.url ?? null,
    controlUrl: `http://127.0.0.1:${ports.control}`,
    s3: {
      endpoint: `http://127.0.0.1:${ports.s3}${S3_PATH}`,
      region: REGION,
      ...secrets.s3,
      buckets: options.buckets ?? DEFAULT_BUCKETS,
    },
    dataDir: dir.path,
  };
}
