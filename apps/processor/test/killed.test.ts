import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pollUntil } from '@sluice/testkit';
import { longPdf } from '@sluice/testkit/samples';
import { expect, onTestFinished, test } from 'vitest';
import { documentsIn, drip, post, read, startProcessor } from './support/documents.ts';

const SOURCES = join(import.meta.dirname, '../src');

test('a killed server takes the processes of its documents along; what it left is removed by the next, what belongs to a living one is not', async () => {
  const workDir = await mkdtemp(join(tmpdir(), 'sluice-processor-'));
  onTestFinished(() => rm(workDir, { recursive: true, force: true }));
  const living = await startProcessor({ WORK_DIR: workDir });
  drip(living);
  await pollUntil(async () => (await documentsIn(workDir)).length === 1, {
    what: 'a document',
    timeoutMs: 30_000,
  });
  const secret = randomBytes(32).toString('base64');
  const doomed = spawn(process.execPath, [join(SOURCES, 'main.ts')], {
    env: { NODE_PROCESSOR_SECRET: secret, PORT: '0', WORK_DIR: workDir },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void doomed.kill('SIGKILL'));
  const [line] = (await once(createInterface(doomed.stdout), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const inWork = post({ url: `http://127.0.0.1:${port}`, secret }, longPdf(3000)).catch(() => undefined);
  const { pid = 0 } = doomed;
  const children = await pollUntil(
    async () => {
      const pids = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      return pids === '' ? undefined : pids.trim().split(' ').map(Number);
    },
    { what: 'the process of its document', timeoutMs: 30_000 },
  );
  doomed.kill('SIGKILL');
  await once(doomed, 'exit');
  await (await inWork)?.body?.cancel().catch(() => undefined);
  await pollUntil(() => !children.some(isRunning), { what: 'the end of that', timeoutMs: 30_000 });
  // The sources, and nothing that was made after the end of the server.
  expect(await documentsIn(workDir)).toEqual([
    expect.stringMatching(/source\.pdf$/),
    expect.stringMatching(/source\.pdf$/),
  ]);

  const next = await startProcessor({ WORK_DIR: workDir });
  expect(await documentsIn(workDir)).toHaveLength(1);
  for (const processor of [living, next])
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  await Promise.all([living.stop(), next.stop()]);
  expect(await readdir(workDir)).toEqual([]);
});

test('the process of a document ends with its server, whatever it is at', async () => {
  // Stands for the server: starts what never looks up, and says who that is.
  const work = `
    const { Worker } = require('node:worker_threads');
    new Worker(${JSON.stringify(join(SOURCES, 'document/watch-server.ts'))}, { workerData: process.ppid });
    process.send('started', () => { for (;;); });`;
  const server = spawn(
    process.execPath,
    [
      '--eval',
      `const child = require('node:child_process').spawn(process.execPath, ['--eval', ${JSON.stringify(work)}], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
       child.once('message', () => console.log(child.pid));`,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  onTestFinished(() => void server.kill('SIGKILL'));
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  const pid = Number(line);
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  expect(isRunning(pid)).toBe(true);
  server.kill('SIGKILL');
  await pollUntil(() => !isRunning(pid), { what: 'its end', timeoutMs: 30_000 });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
