import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readJsonFile, writeJsonFile } from '../data-dir.ts';
import { pollUntil } from './poll.ts';

const run = promisify(execFile);

/** A process group leader, with what tells it from a later process of the same number. */
interface RecordedProcess {
  pid: number;
  startedAt: string | null;
}

/** Notes the processes of a running stack, for the next one to end should they outlive this. */
export async function recordProcesses(file: string, pids: number[]): Promise<void> {
  const entries = await Promise.all(
    pids.map(async (pid): Promise<RecordedProcess> => ({ pid, startedAt: (await startTimeOf(pid)) ?? null })),
  );
  await writeJsonFile(file, entries);
}

/**
 * Ends the process groups that a killed stack left (its Node and its watchdog both got kill -9).
 * @returns how many there were.
 */
export async function endRecordedProcesses(file: string): Promise<number> {
  const entries = (await readJsonFile<RecordedProcess[]>(file)) ?? [];
  let ended = 0;
  for (const { pid, startedAt } of entries) {
    const now = await startTimeOf(pid);
    // A live leader must be the one we noted. With the leader dead, the number cannot have a new owner as
    // long as the group has members, so a group of that number is ours.
    if (now !== undefined && now !== startedAt) continue;
    if (!sendSignal(-pid, 'SIGKILL')) continue;
    ended += 1;
    // A zombie that init has not reaped yet counts as alive here, though it holds nothing: not worth long waits.
    await pollUntil(() => !sendSignal(-pid, 0), { what: 'the end', timeoutMs: 1_000 }).catch(() => undefined);
  }
  return ended;
}

/**
 * Ends one process with SIGINT, after 5 s with SIGKILL, if its command line is `isOurs`.
 * @returns whether there was such a process. It is gone when this returns.
 */
export async function endOrphan(pid: number, isOurs: (commandLine: string) => boolean): Promise<boolean> {
  const commandLine = await commandLineOf(pid);
  if (commandLine === undefined || !isOurs(commandLine)) return false;
  const gone = async (): Promise<boolean> => (await commandLineOf(pid)) === undefined;
  sendSignal(pid, 'SIGINT');
  try {
    await pollUntil(gone, { what: `end of process ${pid}`, timeoutMs: 5_000 });
  } catch {
    sendSignal(pid, 'SIGKILL');
    await pollUntil(gone, { what: `end of process ${pid} after SIGKILL`, timeoutMs: 5_000 });
  }
  return true;
}

/** Whether there was somebody to send it to. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** The command line of a live process; undefined when there is none (or it is a zombie, which holds nothing). */
async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return psField(pid, 'args');
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim() || undefined;
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return psField(pid, 'lstart');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Field 22, counted behind the command name, which may hold spaces and parentheses itself.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

async function psField(pid: number, field: string): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-o', `${field}=`, '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() || undefined;
}
