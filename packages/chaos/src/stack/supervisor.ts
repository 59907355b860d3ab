import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StackCoordinates } from '@sluice/testkit';
import type { StackNews, StackOrder, StackQuestion } from './stack-protocol.ts';

export interface Supervisor {
  /** Of the stack that is up, or was last. */
  readonly coordinates: () => StackCoordinates;
  /** How often it has been started again. */
  readonly restarts: () => number;
  /** Processes of the stack by name, `gateway` its own. Empty while it is not up. */
  readonly pids: () => Promise<Readonly<Record<string, number>>>;
  /** Resolves when it is up. */
  readonly up: () => Promise<void>;
  /** Stops it, and starts it again with another order. */
  readonly change: (order: StackOrder) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const RETRY_MS = 300;
/** In a row. One of a few may meet a port or a lock that the one before has not let go yet, or a database under faults. */
const MAX_FAILED_STARTS = 60;

/**
 * Keeps a stack running: whenever it ends, it is started again on its data, as systemd or a platform would.
 * @throws when it does not start the first time.
 */
export const superviseStack = async (first: StackOrder): Promise<Supervisor> => {
  let order = first;
  let coordinates: StackCoordinates | undefined;
  let current: ChildProcess | undefined;
  let restarts = -1;
  const life = { isWanted: true, failedStarts: 0 };
  let words = '';
  let up = Promise.withResolvers<void>();

  const start = async (): Promise<void> => {
    const child = fork(join(import.meta.dirname, 'run-stack.ts'), {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    words = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      words = `${words}${String(chunk)}`.slice(-4_000);
    });
    child.on('message', (news: StackNews) => {
      if (news.type !== 'up') return;
      coordinates = news.coordinates;
      current = child;
      restarts += 1;
      life.failedStarts = 0;
      up.resolve();
    });
    child.send(order);
    await once(child, 'exit');
    if (current === child) {
      current = undefined;
      up = Promise.withResolvers();
    } else life.failedStarts += 1;
  };
  const keep = async (): Promise<void> => {
    while (life.isWanted && life.failedStarts < MAX_FAILED_STARTS) {
      await start();
      if (life.isWanted) await delay(RETRY_MS);
    }
    if (life.isWanted) up.reject(new Error(`The stack does not start any more:\n${words}`));
  };
  up.promise.catch(() => undefined);
  let kept = keep();
  const end = async (): Promise<void> => {
    life.isWanted = false;
    current?.send({ type: 'stop' } satisfies StackQuestion);
    await kept;
  };
  await up.promise;
  return {
    coordinates: () => {
      if (coordinates === undefined) throw new Error('The stack has never been up.');
      return coordinates;
    },
    restarts: () => restarts,
    pids: async () => {
      const child = current;
      if (child?.connected !== true) return {};
      const answered = Promise.withResolvers<Readonly<Record<string, number>>>();
      child.once('exit', () => answered.resolve({}));
      child.on('message', (news: StackNews) => {
        if (news.type === 'pids') answered.resolve({ ...news.pids, gateway: child.pid ?? 0 });
      });
      child.send({ type: 'pids' } satisfies StackQuestion, () => undefined);
      return answered.promise;
    },
    up: () => up.promise,
    change: async (next) => {
      await end();
      order = next;
      life.isWanted = true;
      restarts -= 1;
      kept = keep();
      await up.promise;
    },
    stop: end,
  };
};
