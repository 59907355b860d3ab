import { spawn } from 'node:child_process';
import { once } from 'node:events';

// Node cannot clean up after its own kill -9. This shell can: it holds the reading end of a pipe whose
// only writer is the Node process, and when that ends, for whatever reason, it ends what is registered.
// Entries are SIGNAL:PID, a negative PID being a process group.
const SCRIPT = `
trap '' INT TERM HUP
table=
while read -r verb entry; do
  case "$verb" in
    add) table="$table $entry" ;;
    drop)
      rest=
      for e in $table; do [ "$e" = "$entry" ] || rest="$rest $e"; done
      table=$rest ;;
  esac
done
for e in $table; do kill -s "\${e%%:*}" -- "\${e#*:}" 2>/dev/null; done
tries=0
while [ -n "$table" ] && [ $tries -lt 50 ]; do
  rest=
  for e in $table; do [ "\${e%%:*}" != KILL ] && kill -0 -- "\${e#*:}" 2>/dev/null && rest="$rest $e"; done
  table=$rest
  [ -z "$table" ] || sleep 0.1
  tries=$((tries + 1))
done
for e in $table; do kill -s KILL -- "\${e#*:}" 2>/dev/null; done
[ -z "$1" ] || rm -rf -- "$1"
`;

export interface Watchdog {
  pid: number;
  /** From now on this process (negative: process group) gets `signal` when we die, and KILL 5 s later. */
  add(signal: 'INT' | 'KILL', pid: number): void;
  drop(signal: 'INT' | 'KILL', pid: number): void;
  /** Settles when the shell has ended. */
  exited: Promise<void>;
  /** Lets the shell finish: it ends what is still registered, then itself. */
  close(): Promise<void>;
}

/**
 * Starts the watchdog.
 * @param removeDir a directory to delete when this process is gone (temporary stacks), or null.
 */
export async function startWatchdog(removeDir: string | null): Promise<Watchdog> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sluice-watchdog', removeDir ?? ''], {
    detached: true, // out of the terminal's process group: Ctrl-C must not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error('the watchdog shell did not start');
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.stdin.on('error', () => undefined); // EPIPE once it is gone; nothing is left to say to it
  child.unref();
  return {
    pid,
    exited,
    add: (signal, target) => void child.stdin.write(`add ${signal}:${target}\n`),
    drop: (signal, target) => void child.stdin.write(`drop ${signal}:${target}\n`),
    close: async () => {
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
}
