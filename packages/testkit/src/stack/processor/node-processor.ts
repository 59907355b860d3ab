import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackGround } from '../ground.ts';
import type { LogLevel } from '../log.ts';
import { describeExit, type ManagedChild, startChild } from '../process/managed-child.ts';
import { pollUntil } from '../process/poll.ts';

/** For the processor and the Worker that hands over to it. Another each time: nobody keeps it. */
export const newProcessorSecret = (): string => randomBytes(32).toString('base64');

/**
 * Starts the Node processor and returns when it serves.
 * @throws with its words when it does not.
 */
export async function startNodeProcessor(
  { dir, ports, watchdog, log }: StackGround,
  secret: string,
  repositoryDir: string,
): Promise<ManagedChild> {
  const workDir = join(dir.path, 'scratch', 'processor');
  // What a kill left there.
  await rm(workDir, { recursive: true, force: true });
  await mkdir(workDir, { recursive: true });
  const child = await startChild({
    name: 'processor',
    command: process.execPath,
    args: [join(repositoryDir, 'apps/processor/src/main.ts')],
    spawnOptions: {
      env: {
        NODE_PROCESSOR_SECRET: secret,
        PORT: String(ports.processor),
        WORK_DIR: workDir,
        STOP_SECONDS: '0',
        CONCURRENCY: '1',
      },
    },
    levelOf,
    requestStop: (server) => server.kill('SIGTERM'),
    onOrphan: 'KILL',
    watchdog,
    log,
  });
  const ended = new AbortController();
  void child.exited.then((exit) =>
    ended.abort(new Error(`the processor did not start (${describeExit(exit)}):\n${child.tail()}`)),
  );
  try {
    await pollUntil(async () => (await fetch(`http://127.0.0.1:${ports.processor}/health`)).ok, {
      what: 'the processor',
      timeoutMs: 30_000,
      signal: ended.signal,
    });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

function levelOf(line: string): LogLevel {
  if (/"level":"error"/.test(line)) return 'error';
  return /"level":"warn"/.test(line) ? 'warn' : 'debug';
}
