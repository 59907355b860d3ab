import { env as unknownBindings } from 'cloudflare:workers';
import { REMEDIATION_LIMITS } from '@sluice/remediation';
import type { ProcessJob, ProcessProgress, ProcessResult } from '@sluice/shared';
import { describe, expect, inject, test } from 'vitest';
import { answerJob } from '../../src/answer-job.ts';
import { type Env, parseEnv } from '../../src/env.ts';
import { DocumentEndedProcess, NodeProcessorAway } from '../../src/node-processor/away.ts';
import { runJob } from '../../src/run-job.ts';
import { StagingUnavailable } from '../../src/stage-outputs.ts';

const bindings = unknownBindings as unknown as { readonly WORKING_BUCKET: R2Bucket };
const origin = inject('sourceOrigin');
const files = inject('sourceFiles');
const processor = inject('nodeProcessor');
const ETAG = '0123456789abcdef0123456789abcdef';
const LONG_BYTES = 21 * 1024 * 1024;
const sizeOf = (wanted: string): number => files.find(({ path }) => path === wanted)?.sizeBytes ?? -1;

function job(path: string, sizeBytes = sizeOf(path)): ProcessJob {
  const jobId = crypto.randomUUID();
  return {
    version: 1,
    jobId,
    objectId: crypto.randomUUID(),
    source: { url: `${origin}${path}?X-Amz-Signature=5ec7e7`, etag: ETAG, sizeBytes, fileName: 'long.pdf' },
    options: { language: null, qualityTier: 'standard' },
    stagingPrefix: `staging/${jobId}/`,
  };
}

function env(nodeProcessor: Env['nodeProcessor'] = processor): Env {
  return {
    ...parseEnv({ ...bindings, EGRESS_MODE: 'allow-loopback' }),
    sourceTimeoutMs: 60_000,
    nodeProcessor,
  };
}

async function expectStaged(result: ProcessResult): Promise<void> {
  expect(result.outcome).toBe('done');
  if (result.outcome !== 'done') return;
  expect(result.outputs.map(({ kind }) => kind)).toEqual(['pdf', 'html']);
  for (const output of result.outputs) {
    const staged = await bindings.WORKING_BUCKET.get(output.stagingKey);
    const bytes = (await staged?.arrayBuffer()) ?? new ArrayBuffer(0);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    expect(bytes.byteLength).toBe(output.sizeBytes);
    expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(output.sha256);
    expect(staged?.httpMetadata?.contentType).toBe(output.contentType);
  }
}

const staged = async ({ stagingPrefix }: ProcessJob) =>
  (await bindings.WORKING_BUCKET.list({ prefix: stagingPrefix })).objects;

describe('what is too large for a Worker goes to the Node processor', () => {
  test('by its pages, when they have been counted', async () => {
    const progress: ProcessProgress[] = [];
    const result = await runJob(job('/long/pages'), env(), (one) => progress.push(one));
    await expectStaged(result);
    expect(result).toMatchObject({ pages: 300 });
    expect(progress[0]).toEqual({ step: 'waiting', pagesDone: 0, pages: 0 });
  });

  test('by its size, as a stream', async () => {
    expect(sizeOf('/long/bytes')).toBeGreaterThan(REMEDIATION_LIMITS.maxBytes);
    const result = await runJob(job('/long/bytes'), env());
    await expectStaged(result);
    expect(result).toMatchObject({ pages: 2 });
  });

  test('as do pages that are pictures, for their text, unless that is switched off', async () => {
    const scan = files.find(({ name }) => name === 'scan0001.pdf')?.path ?? '';
    const progress: ProcessProgress[] = [];
    const result = await runJob(job(scan), env(), (one) => progress.push(one));
    await expectStaged(result);
    expect(progress.length).toBeGreaterThan(0);
    expect(result).toMatchObject({ report: { noticePages: { scanned_pages: 3 } } });
    const never = () => {
      throw new Error('It is not handed over.');
    };
    const here = await runJob(job(scan), { ...env(), recognisesText: false }, never);
    expect(here).toMatchObject({ outcome: 'done', report: { noticePages: { scanned_pages: 3 } } });
  });

  test('by its size when it has been unpacked, as a stream', async () => {
    expect(sizeOf('/packed/long')).toBeLessThan(1024 * 1024);
    const result = await runJob(job('/packed/long'), env());
    await expectStaged(result);
    expect(result).toMatchObject({ pages: 2 });
  });

  test('and is refused as before where there is none', async () => {
    const pages = await runJob(job('/long/pages'), env(null));
    expect(pages).toMatchObject({ outcome: 'refused', code: 'pdf_too_many_pages' });
    expect(await runJob(job('/long/bytes'), env(null))).toMatchObject({
      outcome: 'refused',
      code: 'pdf_too_large',
      detail: 'The file has 20.0 MB; at most 16.0 MB can be processed here.',
    });
    expect(await runJob(job('/packed/long'), env(null))).toMatchObject({
      outcome: 'refused',
      code: 'pdf_too_large',
      detail: 'The file is stored packed. Unpacked it has more than the 16.0 MB that can be processed here.',
    });
  });

  test('but for what even that does not take, which is not fetched, or not to its end', async () => {
    const result = await runJob(job('/forbidden', 201 * 1024 * 1024), env());
    expect(result).toMatchObject({ outcome: 'refused', code: 'pdf_too_large' });
    expect(await runJob(job('/packed/bomb'), env())).toEqual({
      outcome: 'refused',
      code: 'pdf_too_large',
      detail: 'The file is stored packed. Unpacked it has more than the 200.0 MB that can be processed here.',
    });
  });
});

describe('a source that fails while it is handed on is the source’s failure', () => {
  test.each<[string, number, number]>([
    ['/forbidden', LONG_BYTES, 403],
    ['/long/broken-off', LONG_BYTES, 0],
    ['/long/endless', LONG_BYTES, 412],
    ['/changed', LONG_BYTES, 412],
  ])('%s of %i bytes: %i', async (path, sizeBytes, status) => {
    const one = job(path, sizeBytes);
    expect(await runJob(one, env())).toMatchObject({ outcome: 'source_failed', status });
    expect(await staged(one)).toEqual([]);
  });
});

describe('a Node processor that is away or in trouble', () => {
  const bad = (way: string): Env => env({ url: `${origin}/node/${way}`, secret: processor.secret });

  test.each([
    ['busy', '/long/pages'],
    ['busy', '/long/bytes'],
    ['hangs-up', '/long/bytes'],
    ['says-nothing', '/long/pages'],
    ['says-nonsense', '/long/pages'],
    ['stops-at-progress', '/long/pages'],
    ['never-ends-its-line', '/long/pages'],
    ['has-no-turn', '/long/bytes'],
    ['stops-in-output', '/long/pages'],
    ['is-killed-in-output', '/long/bytes'],
  ])('which %s, with %s: the job is tried again later', async (way, path) => {
    const one = job(path);
    const error: unknown = await runJob(one, bad(way)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NodeProcessorAway);
    expect(String(error)).not.toContain('127.0.0.1');
    expect(await staged(one)).toEqual([]);
  });

  test('which sends other bytes than it made: so is that one', async () => {
    const one = job('/long/pages');
    await expect(runJob(one, bad('sends-other-bytes'))).rejects.toBeInstanceOf(StagingUnavailable);
    expect(await staged(one)).toEqual([]);
  });

  test('which says that the document ended its process: that may be the document', async () => {
    const one = job('/long/pages');
    const error: unknown = await runJob(one, bad('fails')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DocumentEndedProcess);
    expect(await staged(one)).toEqual([]);
  });

  test.each(['refuses', 'fails-recognising'])('which %s: pages that are pictures stay so', async (way) => {
    const scan = files.find(({ name }) => name === 'scan0001.pdf')?.path ?? '';
    const result = await runJob(job(scan), bad(way));
    await expectStaged(result);
    expect(result).toMatchObject({ report: { noticePages: { scanned_pages: 3 } } });
  });

  test.each(['busy', 'has-no-turn', 'fails'])(
    'which %s: text is waited for, but not for days',
    async (way) => {
      const scan = files.find(({ name }) => name === 'scan0001.pdf')?.path ?? '';
      for (const attempt of [1, 9])
        await expect(runJob({ ...job(scan), attempt }, bad(way))).rejects.toBeInstanceOf(NodeProcessorAway);
      const result = await runJob({ ...job(scan), attempt: 10 }, bad(way));
      await expectStaged(result);
      expect(result).toMatchObject({ report: { noticePages: { scanned_pages: 3 } } });
      const long = { ...job('/long/pages'), attempt: 10 };
      const error = way === 'fails' ? DocumentEndedProcess : NodeProcessorAway;
      await expect(runJob(long, bad(way))).rejects.toBeInstanceOf(error);
    },
  );

  test('which refuses: what is too long is refused', async () => {
    expect(await runJob(job('/long/pages'), bad('refuses'))).toMatchObject({ outcome: 'refused' });
  });

  test('which cannot be reached, or does not know us', async () => {
    const { secret } = processor;
    await expect(runJob(job('/long/pages'), env({ url: 'http://127.0.0.1:1', secret }))).rejects.toThrow(
      'The Node processor cannot be reached.',
    );
    await expect(runJob(job('/long/bytes'), bad('does-not-know-us'))).rejects.toThrow(
      'The Node processor answered 401.',
    );
  });
});

describe('the answer to a job', () => {
  const done: ProcessResult = { outcome: 'refused', code: 'pdf_corrupt', detail: 'It has no pages.' };
  const progress: ProcessProgress = { step: 'reading', pagesDone: 1, pages: 2 };
  const never = () => {
    throw new Error('Nothing went wrong.');
  };

  test('is the result where there is no progress', async () => {
    const response = await answerJob(async () => done, never);
    expect([response.headers.get('content-type'), await response.json()]).toEqual(['application/json', done]);
  });

  test('is lines where there is: of progress, and then the result', async () => {
    const response = await answerJob(async (tell) => {
      tell(progress);
      return done;
    }, never);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([{ progress }, { result: done }]);
  });

  test('says that it was in vain: as an error before there is progress, else in its last line', async () => {
    const fail = async () => {
      throw new Error('no');
    };
    await expect(answerJob(fail, never)).rejects.toThrow('no');
    const response = await answerJob(
      async (tell) => {
        tell(progress);
        return await fail();
      },
      () => 'busy',
    );
    expect(await response.text()).toBe(`${JSON.stringify({ progress })}\n{"trouble":"busy"}\n`);
  });
});

describe('the settings', () => {
  const base = { WORKING_BUCKET: bindings.WORKING_BUCKET };
  test.each([
    ['a URL without a secret', { NODE_PROCESSOR_URL: 'https://processor.example.com' }],
    ['a secret without a URL', { NODE_PROCESSOR_SECRET: 'c2VjcmV0' }],
    ['plain http', { NODE_PROCESSOR_URL: 'http://processor.example.com', NODE_PROCESSOR_SECRET: 'c2VjcmV0' }],
    [
      'this machine, in production',
      { NODE_PROCESSOR_URL: 'http://127.0.0.1:1', NODE_PROCESSOR_SECRET: 'c2VjcmV0' },
    ],
  ])('refuse %s, by its name', (_, more) => {
    expect(() => parseEnv({ ...base, ...more })).toThrow(/: NODE_PROCESSOR_(URL|SECRET)$/);
  });
});
