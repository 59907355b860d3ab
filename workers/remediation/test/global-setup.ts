import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';

interface Told {
  readonly origin: ProvidedContext['sourceOrigin'];
  readonly files: ProvidedContext['sourceFiles'];
  readonly processor: ProvidedContext['nodeProcessor'];
}

/** Starts the source server and tells the tests where it is. */
export default async function setup(project: TestProject): Promise<() => void> {
  const server = fork(fileURLToPath(new URL('./source-server.ts', import.meta.url)), { execArgv: [] });
  const { origin, files, processor } = await new Promise<Told>((resolve, reject) => {
    server.once('message', (message) => resolve(message as Told));
    server.once('exit', (code) => reject(new Error(`The source server ended with ${code}`)));
  });
  project.provide('sourceOrigin', origin);
  project.provide('sourceFiles', files);
  project.provide('nodeProcessor', processor);
  return () => {
    server.disconnect();
  };
}
