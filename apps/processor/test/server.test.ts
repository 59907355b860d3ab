import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DOCUMENT_JOB_HEADER, DOCUMENT_PATH } from '@sluice/shared';
import { pollUntil } from '@sluice/testkit';
import { longPdf } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { OUTPUT_FILES } from '../src/document/messages.ts';
import { concurrencyFor, parseSettings } from '../src/settings.ts';
import {
  documentsIn,
  drip,
  jobOf,
  type Processor,
  post,
  read,
  sendRaw,
  signed,
  startProcessor,
} from './support/documents.ts';

const health = async ({ url }: Processor) =>
  (await (await fetch(`${url}/health`)).json()) as Record<
    'arriving' | 'running' | 'waiting' | 'leaving',
    number
  >;
const until = (processor: Processor, running: number, waiting: number) =>
  pollUntil(
    async () => {
      const now = await health(processor);
      return now.running === running && now.waiting === waiting;
    },
    { what: `${running} in work, ${waiting} waiting`, timeoutMs: 30_000 },
  );
const untilArriving = (processor: Processor, arriving: number) =>
  pollUntil(async () => (await health(processor)).arriving === arriving, {
    what: `${arriving} arriving`,
    timeoutMs: 30_000,
  });
const untilLeaving = (processor: Processor, leaving: number) =>
  pollUntil(async () => (await health(processor)).leaving === leaving, {
    what: `${leaving} leaving`,
    timeoutMs: 30_000,
  });
/** Its answer is larger than what any buffer on the way holds. */
const UNREADABLE = longPdf(1, 32 * 1024 * 1024);
/** An answer that is read until its document is done, and no further. */
const postUnread = async (processor: Processor) => {
  const unread = (await post(processor, UNREADABLE)).body?.getReader();
  let said = '';
  while (!said.includes('"frame":"done"')) {
    const { value, done } = (await unread?.read()) ?? {};
    if (done !== false) throw new Error('There is an end.');
    said += Buffer.from(value).toString('latin1');
  }
  return unread;
};
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
    expect(await documentsIn(processor.workDir)).toEqual([]);
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

  test.each(['//', 'http://[', '/\\[:99999'])('who asks for %s, which is no address', async (target) => {
    const processor = await startProcessor();
    const socket = sendRaw(processor, `GET ${target} HTTP/1.1\r\nhost: a\r\n\r\n`);
    const [said] = (await once(socket, 'data')) as [Buffer];
    expect(said.toString()).toMatch(/^HTTP\/1\.1 404 /);
    expect(await health(processor)).toMatchObject({ status: 'ok' });
  });

  test('by a processor without a secret, or with one that can be guessed', () => {
    expect(() => parseSettings({})).toThrow(/NODE_PROCESSOR_SECRET/);
    const guess = Buffer.from('secret').toString('base64');
    expect(() => parseSettings({ NODE_PROCESSOR_SECRET: guess })).toThrow(/openssl rand/);
    expect(() => parseSettings({ NODE_PROCESSOR_SECRET: guess })).not.toThrow(guess);
  });
});

describe('what is not said in the settings', () => {
  const GIB = 1024 ** 3;
  test.each([
    [8, 32, 2, 7],
    [8, 7, 2, 3],
    [8, 4, 2, 1],
    [8, 4, 1, 3],
    [1, 64, 2, 1],
    [4, 0.5, 2, 1],
  ])('with %i cores and %f GiB, of %f each: %i documents at once', (cores, memory, each, documents) => {
    expect(concurrencyFor(cores, memory * GIB, each * GIB)).toBe(documents);
  });

  test('leaves a document enough of the time that the engine waits', () => {
    const settings = (more: Record<string, string> = {}) =>
      parseSettings({ NODE_PROCESSOR_SECRET: randomBytes(32).toString('base64'), ...more });
    const { ceiling, maxWaitMs } = settings();
    expect(ceiling.maxMs + maxWaitMs).toBeLessThanOrEqual(550_000);
    expect(() => settings({ MAX_SECONDS: '400' })).toThrow(/MAX_WAIT_SECONDS: .* 550 at most/);
    expect(settings({ MAX_SECONDS: '400', MAX_WAIT_SECONDS: '150' }).maxWaitMs).toBe(150_000);
  });
});

describe('many documents', () => {
  test('wait for their turn; more than may wait are told to come again', async () => {
    const processor = await startProcessor({ CONCURRENCY: '1', MAX_WAITING: '1' });
    const leaving = new AbortController();
    const first = await post(processor, slow, {}, leaving.signal);
    await until(processor, 1, 0);
    const second = post(processor, longPdf(1));
    await until(processor, 1, 1);
    const third = await post(processor, longPdf(1));
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '30']);
    leaving.abort();
    await Promise.allSettled([first.body?.cancel()]);
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

  test('wait no longer than they may: then they are told to come again, and have failed in nothing', async () => {
    const processor = await startProcessor({ CONCURRENCY: '1', MAX_WAIT_SECONDS: '0.1' });
    const leaving = new AbortController();
    const first = await post(processor, slow, {}, leaving.signal);
    await until(processor, 1, 0);
    expect((await read(await post(processor, longPdf(1)))).end).toEqual({ frame: 'busy' });
    await until(processor, 1, 0);
    leaving.abort();
    await Promise.allSettled([first.body?.cancel()]);
    await until(processor, 0, 0);
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });

  test('are not kept from their turn by one that comes drop by drop, nor by one that breaks off', async () => {
    const processor = await startProcessor({ CONCURRENCY: '1', MAX_WAITING: '0' });
    const dripping = drip(processor);
    await untilArriving(processor, 1);
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
    dripping.destroy();
    await untilArriving(processor, 0);
    expect(await health(processor)).toMatchObject({ running: 0, waiting: 0 });
  });

  test('are not kept from their turn by one whose answer is read slowly', async () => {
    const processor = await startProcessor({ CONCURRENCY: '1', MAX_WAITING: '0' });
    const unread = await postUnread(processor);
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
    await untilLeaving(processor, 1);
    expect(await health(processor)).toMatchObject({ running: 0 });
    // The answer is all that lies there for it; the other document is gone once its answer has been sent.
    const outputs = Object.values(OUTPUT_FILES).toSorted();
    await pollUntil(
      async () =>
        isDeepStrictEqual(
          (await documentsIn(processor.workDir)).map((file) => basename(file)).toSorted(),
          outputs,
        ),
      { what: 'nothing but the outputs of one document', timeoutMs: 30_000 },
    );
    await unread?.cancel();
    await untilLeaving(processor, 0);
  });

  test('are not taken in while too many answers are not read yet', async () => {
    const processor = await startProcessor({ MAX_LEAVING: '1' });
    const unread = await postUnread(processor);
    const refused = await post(processor, longPdf(1));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await refused.json()).toMatchObject({ title: 'Too many answers are not read yet' });
    await unread?.cancel();
    await untilLeaving(processor, 0);
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });

  test('are broken off when their answer is not read in time, and leave nothing behind', async () => {
    const processor = await startProcessor({ MAX_ANSWER_SECONDS: '0.5' });
    const unread = await post(processor, UNREADABLE);
    await pollUntil(() => processor.logged.some((line) => line.includes('document_failed')), {
      what: 'an answer broken off',
      timeoutMs: 60_000,
    });
    await untilLeaving(processor, 0);
    await pollUntil(async () => (await documentsIn(processor.workDir)).length === 0, {
      what: 'an empty directory',
      timeoutMs: 30_000,
    });
    await expect(unread.arrayBuffer()).rejects.toThrow();
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });

  test('do not all come at once: there is room for 64', async () => {
    const processor = await startProcessor();
    const dripping = Array.from({ length: 64 }, () => drip(processor));
    await untilArriving(processor, 64);
    expect((await post(processor, longPdf(1))).status).toBe(503);
    dripping[0]?.destroy();
    await untilArriving(processor, 63);
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });
});

test('what goes wrong in the answer to one request ends nobody else’s', async () => {
  const warn = () => {
    throw new Error('Nothing can be logged.');
  };
  const processor = await startProcessor({}, { warn });
  await expect(post(processor, longPdf(1), { sizeBytes: 1_000_000 })).rejects.toThrow();
  expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  expect(await health(processor)).toMatchObject({ arriving: 0, running: 0, waiting: 0 });
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
