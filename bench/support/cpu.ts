import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of `/proc/<pid>/stat` in a second, everywhere on Linux. */
const TICKS_PER_SECOND = 100;

interface Usage {
  readonly parent: number;
  readonly ms: number;
}

const usageOf = (pid: string): Usage | undefined => {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // it has ended
  }
  // The name, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
  return { parent: Number(fields[1]), ms: (ticks * 1000) / TICKS_PER_SECOND };
};

/**
 * Milliseconds of CPU that each part has used so far, with the processes it has started: what a figure costs, whatever else
 * the machine is at. Linux only; elsewhere nothing.
 */
const cpuMsOf = (parts: Readonly<Record<string, number>>): Record<string, number> => {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return {};
  }
  const usages = new Map<number, Usage>();
  for (const pid of pids) {
    const usage = usageOf(pid);
    if (usage !== undefined) usages.set(Number(pid), usage);
  }
  const roots = new Map(Object.entries(parts).map(([name, pid]) => [pid, name]));
  const partOf = (pid: number): string | undefined => {
    for (let at = pid; at > 1; at = usages.get(at)?.parent ?? 0) {
      const name = roots.get(at);
      if (name !== undefined) return name;
    }
    return undefined;
  };
  const sums: Record<string, number> = Object.fromEntries(Object.keys(parts).map((name) => [name, 0]));
  for (const [pid, { ms }] of usages) {
    const name = partOf(pid);
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + ms;
  }
  return sums;
};

/** What `act` costs: milliseconds of CPU by part. */
export const cpuDuring = async <T>(
  parts: Readonly<Record<string, number>>,
  act: () => Promise<T>,
): Promise<{ value: T; cpuMs: Record<string, number> }> => {
  const before = cpuMsOf(parts);
  const value = await act();
  const after = cpuMsOf(parts);
  return {
    value,
    cpuMs: Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)])),
  };
};
