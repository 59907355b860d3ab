import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { errorMessage, type LogFn, type LogLevel } from '../log.ts';
import type { Watchdog } from './watchdog.ts';

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ManagedChild {
  name: string;
  pid: number;
  process: ChildProcess;
  /** Settles when the process has ended; never rejects. */
  exited: Promise<ChildExit>;
  onExit(listener: (exit: ChildExit) => void): void;
  /** True once `stop` was called: its end is then no news. */
  stopping(): boolean;
  /** The last lines it wrote, for error messages. */
  tail(): string;
  /** Ends it and its process group: by `requestStop`, and by SIGKILL after `timeoutMs`. */
  stop(timeoutMs?: number): Promise<void>;
}

export interface ManagedChildOptions {
  name: string;
  command: string;
  args: string[];
  spawnOptions?: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>;
  /** An IPC channel instead of nothing on fd 3. */
  ipc?: boolean;
  /** Asks it to end: a signal, or a message. */
  requestStop(child: ChildProcess): void;
  watchdog: Watchdog;
  /** What the watchdog sends when we die: INT for postgres (a clean stop), KILL for the process group. */
  onOrphan: 'INT' | 'KILL';
  log: LogFn;
  levelOf?: (line: string) => LogLevel;
}

const TAIL_LINES = 20;

/** Starts a child in a process group of its own, registered with the watchdog, its output going to the log. */
export async function startChild(options: ManagedChildOptions): Promise<ManagedChild> {
  const { name, log, watchdog, onOrphan } = options;
  const child = spawn(options.command, options.args, {
    ...options.spawnOptions,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc === true ? (['ipc'] as const) : [])],
  });
  const { pid } = child;
  if (pid === undefined) {
    const [error] = await once(child, 'error').catch((failure: unknown) => [failure]);
    throw new Error(`${name} did not start: ${errorMessage(error)}`);
  }
  const watched = onOrphan === 'KILL' ? -pid : pid;
  watchdog.add(onOrphan, watched);

  const tail: string[] = [];
  const follow = (stream: Readable | null): void => {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      log({ level: options.levelOf?.(line) ?? 'debug', source: name, message: line });
    });
  };
  follow(child.stdout);
  follow(child.stderr);

  let stopping = false;
  const listeners: ((exit: ChildExit) => void)[] = [];
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => {
      // What it started itself (workerd under its host) must not outlive it.
      killGroup(pid);
      watchdog.drop(onOrphan, watched);
      resolve({ code, signal });
      for (const listener of listeners) listener({ code, signal });
    });
  });
  return {
    name,
    pid,
    process: child,
    exited,
    onExit: (listener) => void listeners.push(listener),
    stopping: () => stopping,
    tail: () => tail.join('\n'),
    stop: async (timeoutMs = 5_000) => {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) options.requestStop(child);
      const timer = setTimeout(() => killGroup(pid), timeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Describes how a child ended, for a message. */
export function describeExit(exit: ChildExit): string {
  return exit.signal === null ? `exit status ${exit.code}` : `signal ${exit.signal}`;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: the group is empty, which is what we want.
  }
}
