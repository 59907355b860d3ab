import { randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { DOCUMENT_JOB_HEADER, DOCUMENT_PATH } from '@sluice/shared';
import { pollUntil } from '@sluice/testkit';
import { longPdf } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../src/settings.ts';
import { jobOf, type Processor, post, read, signed, startProcessor } from './support/documents.ts';

const health = async ({ url }: Processor) =>
  (await (await fetch(`${url}/health`)).json()) as { status: string; running: number; waiting: number };
const until = (processor: Processor, running: number, waiting: number) =>
  pollUntil(
    async () => {
      const now = await health(processor);
      return now.running === running && now.waiting === waiting;
    },
    { what: `${running} in work, ${waiting} waiting`, timeoutMs: 30_000 },
  );
/** Long enough in work that a test can look at it. */
const slow = longPdf(2500);

describe('nobody is served', () => {
  const small = Buffer.from(longPdf(1));
  const send = async (processor: Processor, headers: Record<string, string>) =>
    await fetch(`${processor.url}${DOCUMENT_PATH}`, { method: 'POST', headers, body: small });

  test.each<[string, (processor: Processor) => Record<string, string>]>([
    ['without a signature', () => ({})],
    [
      'with a job but no signature',
      () => ({ [DOCUMENT_JOB_HEADER]: Buffer.from(JSON.stringify(jobOf(1))).toString('base64url') }),
    ],
    [
      'with another secret',
      () => {
        const job = jobOf(small.length);
        return signed(randomBytes(32).toString('base64'), job, job.jobId);
      },
    ],
    [
      'with an old signature',
      ({ secret }) => {
        const job = jobOf(small.length);
        return signed(secret, job, job.jobId, new Date(Date.now() - 600_000));
      },
    ],
    [
      'with the signature of another job',
      ({ secret }) => {
        const job = jobOf(small.length);
        const header = Buffer.from(JSON.stringify({ ...job, fileName: 'b.pdf' })).toString('base64url');
        return { ...signed(secret, job, job.jobId), [DOCUMENT_JOB_HEADER]: header };
      },
    ],
  ])('%s', async (_, headers) => {
    const processor = await startProcessor();
    const response = await send(processor, headers(processor));
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await readdir(processor.workDir)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['is not a job', { version: 2 }, randomUUID()],
    ['has another id than the message', jobOf(1), randomUUID()],
  ])('whose signed job %s: 400', async (_, job, id) => {
    const processor = await startProcessor();
    expect((await send(processor, signed(processor.secret, job, id))).status).toBe(400);
  });

  test('who sends more or less than stated', async () => {
    const processor = await startProcessor();
    expect((await post(processor, small, { sizeBytes: small.length - 1 })).status).toBe(413);
    expect((await post(processor, small, { sizeBytes: small.length + 1 })).status).toBe(503);
    expect((await post(processor, small, { sizeBytes: 201 * 1024 * 1024 })).status).toBe(413);
    expect((await read(await post(processor, small))).end.frame).toBe('done');
  });

  test('elsewhere, or otherwise', async () => {
    const { url } = await startProcessor();
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}${DOCUMENT_PATH}`)).status).toBe(405);
  });

  test('by a processor without a secret, or with one that can be guessed', () => {
    expect(() => parseSettings({})).toThrow(/NODE_PROCESSOR_SECRET/);
    const guess = Buffer.from('secret').toString('base64');
    expect(() => parseSettings({ NODE_PROCESSOR_SECRET: guess })).toThrow(/openssl rand/);
    expect(() => parseSettings({ NODE_PROCESSOR_SECRET: guess })).not.toThrow(guess);
  });
});

describe('many documents', () => {
  test('wait for their turn; more than may wait are told to come again', async () => {
    const processor = await startProcessor({ CONCURRENCY: '1', MAX_WAITING: '1' });
    const first = post(processor, slow);
    await until(processor, 1, 0);
    const second = post(processor, longPdf(1));
    await until(processor, 1, 1);
    const third = await post(processor, longPdf(1));
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '30']);
    expect((await read(await first)).end.frame).toBe('done');
    const waited = await read(await second);
    expect(waited.frames[0]).toMatchObject({ frame: 'progress', step: 'waiting' });
    expect(waited.end.frame).toBe('done');
    await until(processor, 0, 0);
  });

  test('go on when a caller goes away: its document is dropped, its place is free', async () => {
    const processor = await startProcessor({ CONCURRENCY: '1' });
    const leaving = new AbortController();
    const first = await post(processor, slow, {}, leaving.signal);
    await until(processor, 1, 0);
    const waiting = new AbortController();
    const second = await post(processor, longPdf(1), {}, waiting.signal);
    await until(processor, 1, 1);
    waiting.abort();
    await until(processor, 1, 0);
    leaving.abort();
    await until(processor, 0, 0);
    await Promise.allSettled([first.body?.cancel(), second.body?.cancel()]);
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });

  test('a body that breaks off frees its place', async () => {
    const processor = await startProcessor({ CONCURRENCY: '1', MAX_WAITING: '0' });
    const job = jobOf(1_000_000);
    const { hostname, port } = new URL(processor.url);
    const socket = connect(Number(port), hostname);
    const headers = Object.entries(signed(processor.secret, job, job.jobId)).map(
      ([name, value]) => `${name}: ${value}`,
    );
    socket.write(
      `POST ${DOCUMENT_PATH} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n${headers.join('\r\n')}\r\n\r\n%PDF`,
    );
    await until(processor, 0, 1);
    socket.destroy();
    await until(processor, 0, 0);
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });
});

describe('told to stop', () => {
  test('it lets what is in work finish, and takes nothing new', async () => {
    const processor = await startProcessor({ STOP_SECONDS: '60' });
    const running = post(processor, longPdf(500));
    await until(processor, 1, 0);
    const stopped = processor.stop();
    expect((await read(await running)).end.frame).toBe('done');
    await stopped;
    await expect(fetch(`${processor.url}/health`)).rejects.toThrow();
  });

  test('it ends what takes longer than it waits, and leaves nothing behind', async () => {
    const processor = await startProcessor({ STOP_SECONDS: '0' });
    const running = await post(processor, slow);
    await until(processor, 1, 0);
    await processor.stop();
    await expect(running.arrayBuffer()).rejects.toThrow();
    expect(await readdir(processor.workDir)).toEqual([]);
  });
});

test('what is logged names the job and how it ended, and neither the secret nor the file', async () => {
  const processor = await startProcessor();
  await read(await post(processor, longPdf(1), { fileName: 'payroll of Smith.pdf' }));
  const lines = await pollUntil(
    () => (processor.logged.length > 0 ? processor.logged.join('\n') : undefined),
    {
      what: 'a line',
      timeoutMs: 10_000,
    },
  );
  expect(JSON.parse(lines)).toMatchObject({ event: 'document_done', outcome: 'done' });
  expect(lines).not.toContain(processor.secret);
  expect(lines).not.toContain('payroll');
});
