import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface DataDir {
  path: string;
  /** Gives the directory back. */
  unlock(): void;
}

/**
 * Creates the directory if need be and takes it for this process. The lock is a lock on a SQLite file:
 * the kernel drops it with the process, so a kill -9 leaves nothing stale.
 * @throws when another stack runs on it, naming its process.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  const dir = resolve(path);
  await mkdir(dir, { recursive: true });
  // Traversable, for postgres runs as another user when we are root; not listable. Secrets are 0600 files.
  await chmod(dir, 0o711);
  const ownerFile = join(dir, 'owner.json');
  const lock = new DatabaseSync(join(dir, 'stack.lock'), { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
  } catch (error) {
    lock.close();
    const owner = await readJsonFile<{ pid: number }>(ownerFile);
    const who = owner === undefined ? 'another process' : `process ${owner.pid}`;
    throw new Error(
      `${dir} is in use: ${who} runs a stack on it. Stop that one first, or choose another data directory.`,
      { cause: error },
    );
  }
  await writeJsonFile(ownerFile, { pid: process.pid });
  return { path: dir, unlock: () => lock.close() };
}

/** Reads a JSON file; undefined when there is none. The caller vouches for the type: we wrote it. */
export async function readJsonFile<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as T;
}

/** Writes a JSON file readable by its owner only, whole or not at all. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}
