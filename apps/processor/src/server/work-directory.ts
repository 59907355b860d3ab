import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join, relative } from 'node:path';

const NAME = /^sluice-work-[0-9a-f]{8}$/;

export interface WorkDirectory {
  readonly path: string;
  /** Removes it and all that is in it. */
  close(): Promise<void>;
}

/**
 * Makes a directory for one server, and removes those of servers that are dead. Beside each is a socket on which its server
 * listens: however that ends, and in whatever container, the system then lets nobody connect any more.
 *
 * @param parent may be shared with other servers of this machine
 */
export async function openWorkDirectory(parent: string): Promise<WorkDirectory> {
  const path = join(parent, `sluice-work-${randomBytes(4).toString('hex')}`);
  const socket = createServer((visitor) => visitor.destroy());
  socket.unref();
  socket.listen(socketOf(path));
  await once(socket, 'listening');
  // Not before, so that nobody takes it for one of the dead.
  await mkdir(path, { mode: 0o700 });
  for (const entry of await readdir(parent, { withFileTypes: true }))
    if (entry.isDirectory() && NAME.test(entry.name)) await removeIfDead(join(parent, entry.name));
  return {
    path,
    close: async () => {
      await rm(path, { recursive: true, force: true });
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

async function removeIfDead(path: string): Promise<void> {
  if (await isAlive(path)) return;
  try {
    // The process of a document may still write there for a moment.
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    await rm(socketOf(path), { force: true });
  } catch {
    // Another user's: not ours to remove.
  }
}

async function isAlive(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const connection = connect(socketOf(path), () => resolve(true));
  connection.on('error', (error: NodeJS.ErrnoException) =>
    resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
  );
  const alive = await promise;
  connection.destroy();
  return alive;
}

/** Its address; as seen from here where that is shorter, because the system takes no more than some 100 characters. */
function socketOf(path: string): string {
  const address = `${path}.socket`;
  const fromHere = relative(process.cwd(), address);
  return fromHere.length < address.length ? fromHere : address;
}
