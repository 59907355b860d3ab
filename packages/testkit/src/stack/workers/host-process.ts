import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LogFn } from '../log.ts';
import { describeExit, type ManagedChild, startChild } from '../process/managed-child.ts';
import type { Watchdog } from '../process/watchdog.ts';
import type { HostEvent, HostRequest, HostSpec } from './host-protocol.ts';

export interface HostProcess {
  child: ManagedChild;
  /** Origin of Miniflare's HTTP entry. */
  url: string;
  /** The cron expressions of each Worker, by its name. */
  crons: Record<string, string[]>;
  /** The present workerd process. */
  workerdPid(): number | undefined;
  /** Runs a Worker's scheduled handler and waits for it. @returns its outcome, `ok` or `exception`. */
  scheduled(worker: string, cron: string): Promise<string>;
  /** Puts messages (JSON) on a queue of a Worker. */
  sendToQueue(queue: string, messages: unknown[]): Promise<void>;
}

// wrangler and miniflare are large: parsed once, they load faster the next time.
const COMPILE_CACHE_DIR = resolve(import.meta.dirname, '../../../../../node_modules/.cache/sluice-host');

interface Pending {
  resolve(outcome: string): void;
  reject(error: Error): void;
}

/**
 * Starts a Miniflare in a process of its own and returns when it serves.
 * @throws with Miniflare's or esbuild's message when it does not.
 */
export async function startHost(
  name: string,
  spec: HostSpec,
  watchdog: Watchdog,
  log: LogFn,
): Promise<HostProcess> {
  await mkdir(spec.scratchDir, { recursive: true });
  const child = await startChild({
    name,
    command: process.execPath,
    args: [join(import.meta.dirname, 'miniflare-host.ts')],
    spawnOptions: { env: hostEnv(spec.scratchDir) },
    ipc: true,
    // Not a signal: Miniflare's handlers would exit before its workerd is reaped.
    requestStop: (host) => host.send({ type: 'stop' } satisfies HostRequest, () => undefined),
    onOrphan: 'KILL',
    watchdog,
    log,
  });
  const pending = new Map<number, Pending>();
  let workerdPid: number | undefined;
  let nextId = 1;
  const ready = Promise.withResolvers<Extract<HostEvent, { type: 'ready' }>>();
  child.process.on('message', (event: HostEvent) => {
    switch (event.type) {
      case 'ready':
        return ready.resolve(event);
      case 'failed':
        return ready.reject(new Error(`${name} did not start: ${event.message}`));
      case 'workerd':
        workerdPid = event.pid;
        return;
      case 'log':
        return log({ level: event.level, source: name, message: event.message });
      case 'result':
        pending.get(event.id)?.resolve(event.outcome);
        return void pending.delete(event.id);
      case 'error':
        pending.get(event.id)?.reject(new Error(event.message));
        return void pending.delete(event.id);
      default:
        return event satisfies never;
    }
  });
  child.onExit((exit) => {
    const error = new Error(`${name} ended (${describeExit(exit)}):\n${child.tail()}`);
    ready.reject(error);
    for (const waiting of pending.values()) waiting.reject(error);
    pending.clear();
  });
  const ask = (message: (id: number) => HostRequest): Promise<string> => {
    if (!child.process.connected) return Promise.reject(new Error(`${name} is not running`));
    return new Promise((resolve, reject) => {
      const id = nextId;
      nextId += 1;
      pending.set(id, { resolve, reject });
      child.process.send(message(id));
    });
  };
  child.process.send({ type: 'start', spec } satisfies HostRequest);
  try {
    const { url, crons } = await ready.promise;
    return {
      child,
      url,
      crons,
      workerdPid: () => workerdPid,
      scheduled: (worker, cron) =>
        ask((id) => ({ type: 'scheduled', id, worker, cron, scheduledTimeMs: Date.now() })),
      sendToQueue: async (queue, messages) =>
        void (await ask((id) => ({ type: 'queue', id, queue, messages }))),
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** The environment of the host: nothing of wrangler's may go to the network, the home or the user's .env. */
function hostEnv(scratchDir: string): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, VITEST: _vitest, ...inherited } = process.env;
  return {
    ...inherited,
    NODE_COMPILE_CACHE: COMPILE_CACHE_DIR,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG: 'error',
    WRANGLER_LOG_PATH: join(scratchDir, 'logs'),
    WRANGLER_REGISTRY_PATH: join(scratchDir, 'registry'),
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'false',
  };
}
