import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

export interface SourceFile {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

declare module 'vitest' {
  interface ProvidedContext {
    sourceOrigin: string;
    sourceFiles: SourceFile[];
  }
}

/** Starts the source server and tells the tests where it is. */
export default async function setup(project: TestProject): Promise<() => void> {
  const server = fork(fileURLToPath(new URL('./source-server.ts', import.meta.url)), { execArgv: [] });
  const { origin, files } = await new Promise<{ origin: string; files: SourceFile[] }>((resolve, reject) => {
    server.once('message', (message) => resolve(message as { origin: string; files: SourceFile[] }));
    server.once('exit', (code) => reject(new Error(`The source server ended with ${code}`)));
  });
  project.provide('sourceOrigin', origin);
  project.provide('sourceFiles', files);
  return () => {
    server.disconnect();
  };
}
