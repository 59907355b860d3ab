import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readJsonFile, writeJsonFile } from '../data-dir.ts';

const PORT_NAMES = [
  'gateway',
  'postgres',
  'postgrest',
  'postgrestAdmin',
  'api',
  's3',
  'buckets',
  'control',
  'processor',
] as const;
type PortName = (typeof PORT_NAMES)[number];
export type StackPorts = Record<PortName, number>;

export interface ReservedPorts {
  readonly ports: StackPorts;
  /** For when nothing listens on them any more. */
  release(): void;
}

/**
 * Chooses a port for every part: the one asked for (refused if taken), else the one this data directory
 * had last time (rows in the database hold URLs with it), else a free one. None is given to two stacks: parts begin
 * to listen seconds after their port was chosen, and meanwhile it looks free.
 */
export async function choosePorts(dataDir: string, wanted: Partial<StackPorts>): Promise<ReservedPorts> {
  const file = join(dataDir, 'ports.json');
  const remembered = (await readJsonFile<Partial<StackPorts>>(file)) ?? {};
  const reservations: Reservation[] = [];
  const release = (): void => {
    for (const reservation of reservations.splice(0)) reservation.close();
  };
  const take = async (port: number): Promise<boolean> => {
    const reservation = reserve(port);
    if (reservation === null) return false;
    if (await isFree(port)) {
      reservations.push(reservation);
      return true;
    }
    reservation.close();
    return false;
  };
  const findFree = async (): Promise<number> => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      // Below the kernels' ephemeral ranges, so that no outgoing connection takes it between here and the bind.
      const port = randomInt(20_000, 32_000);
      if (await take(port)) return port;
    }
    throw new Error('no free port between 20000 and 32000');
  };
  try {
    const ports: Partial<StackPorts> = {};
    for (const name of PORT_NAMES) {
      const asked = wanted[name];
      if (asked === undefined) continue;
      if (!(await take(asked))) throw new Error(`port ${asked}, asked for ${name}, is in use`);
      ports[name] = asked;
    }
    for (const name of PORT_NAMES) {
      const before = remembered[name];
      ports[name] ??= before !== undefined && (await take(before)) ? before : await findFree();
    }
    await writeJsonFile(file, ports);
    return { ports: ports as StackPorts, release };
  } catch (error) {
    release();
    throw error;
  }
}

type Reservation = Pick<DatabaseSync, 'close'>;

/** A lock on a SQLite file, which the kernel drops with the process; null when another stack of this user has it. */
function reserve(port: number): Reservation | null {
  const dir = join(tmpdir(), `sluice-ports-${userInfo().uid}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(dir, String(port)), { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
    return lock;
  } catch {
    lock.close();
    return null;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
