import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../data-dir.ts';

const PORT_NAMES = ['gateway', 'postgres', 'postgrest', 'postgrestAdmin', 'api', 's3', 'control'] as const;
type PortName = (typeof PORT_NAMES)[number];
export type StackPorts = Record<PortName, number>;

/**
 * Chooses a port for every part: the one asked for (refused if taken), else the one this data directory
 * had last time (rows in the database hold URLs with it), else a free one.
 */
export async function choosePorts(dataDir: string, wanted: Partial<StackPorts>): Promise<StackPorts> {
  const file = join(dataDir, 'ports.json');
  const remembered = (await readJsonFile<Partial<StackPorts>>(file)) ?? {};
  const taken = new Set<number>(Object.values(wanted));
  const ports: Partial<StackPorts> = {};
  for (const name of PORT_NAMES) {
    const asked = wanted[name];
    if (asked !== undefined) {
      if (!(await isFree(asked))) throw new Error(`port ${asked}, asked for ${name}, is in use`);
      ports[name] = asked;
      continue;
    }
    const before = remembered[name];
    const port =
      before !== undefined && !taken.has(before) && (await isFree(before)) ? before : await findFree(taken);
    taken.add(port);
    ports[name] = port;
  }
  await writeJsonFile(file, ports);
  return ports as StackPorts;
}

async function findFree(taken: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    // Below the kernels' ephemeral ranges, so that no outgoing connection takes it between here and the bind.
    const port = randomInt(20_000, 32_000);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error('no free port between 20000 and 32000');
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
