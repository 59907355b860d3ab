import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogFn } from '../stack/log.ts';

/** Writes what the parts say to a file; the file of the run before becomes `<path>.1`. */
export async function openLogFile(path: string): Promise<LogFn> {
  await mkdir(dirname(path), { recursive: true });
  await rename(path, `${path}.1`).catch(() => undefined);
  const stream = createWriteStream(path, { mode: 0o600 });
  // A full disk must not end the stack.
  stream.on('error', () => undefined);
  return ({ level, source, message }) => {
    stream.write(`${new Date().toISOString()} ${level} ${source}: ${message}\n`);
  };
}
