import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { StackCoordinates } from '../src/index.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
export const FIXTURE_WORKERS = [join(FIXTURES, 'front/wrangler.toml'), join(FIXTURES, 'back/wrangler.toml')];
export const FIXTURE_MIGRATIONS = join(FIXTURES, 'migrations');

/** A directory that goes when the test is over. */
export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return dir;
}

export interface StackProcess {
  process: ChildProcess;
  coordinates: StackCoordinates;
  pids: Record<string, number>;
  /** The exit status, or the signal. */
  ended: Promise<number | string>;
}

/** Starts a stack in a process (and process group) of its own, which can be killed without killing the test. */
export async function startStackProcess(dataDir: string, workers = false): Promise<StackProcess> {
  const child = fork(
    join(FIXTURES, 'run-stack.ts'),
    [dataDir, FIXTURE_MIGRATIONS, workers ? FIXTURE_WORKERS.join(',') : ''],
    { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const ended = once(child, 'exit').then(
    ([code, signal]: (number | string | null)[]) => signal ?? code ?? -1,
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const started: unknown = await Promise.race([once(child, 'message').then(([message]) => message), ended]);
  if (typeof started === 'string' || typeof started === 'number') {
    throw new Error(`the stack ended (${started}) before it was up:\n${words}`);
  }
  const { coordinates, pids } = started as Pick<StackProcess, 'coordinates' | 'pids'>;
  return { process: child, coordinates, pids, ended };
}

/** Whether the process runs. A zombie does not, and how soon init reaps it is none of our business. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

/** Waits until none of the processes is left. */
export async function expectGone(pids: Record<string, number>): Promise<void> {
  const left = (): string[] => Object.keys(pids).filter((name) => isAlive(pids[name] ?? 0));
  await expect.poll(left, { timeout: 10_000, interval: 50 }).toEqual([]);
}

/** kill -9, of a process that may be gone already. */
export function kill9(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it was quicker
  }
}
