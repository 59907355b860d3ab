import { env, exports } from 'cloudflare:workers';
import { REMEDIATION_LIMITS } from '@sluice/remediation';
import { ProcessResult } from '@sluice/shared';
import { describe, expect, inject, test } from 'vitest';

const origin = inject('sourceOrigin');
const files = inject('sourceFiles');
const ETAG = '0123456789abcdef0123456789abcdef';
const SIGNATURE = 'X-Amz-Signature=5ec7e7';
const known = files.find((file) => file.path === '/files/1') ?? { path: '', name: '', sizeBytes: 0 };

interface JobOptions {
  path: string;
  sizeBytes?: number;
  fileName?: string;
  etag?: string;
  url?: string;
  jobId?: string;
}

function job(options: JobOptions): Record<string, unknown> {
  const jobId = options.jobId ?? crypto.randomUUID();
  return {
    version: 1,
    jobId,
    objectId: crypto.randomUUID(),
    source: {
      url: options.url ?? `${origin}${options.path}?${SIGNATURE}`,
      etag: options.etag ?? ETAG,
      sizeBytes: options.sizeBytes ?? known.sizeBytes,
      fileName: options.fileName ?? known.name,
    },
    options: { language: null, qualityTier: 'standard' },
    stagingPrefix: `staging/${jobId}/`,
  };
}

async function send(body: unknown, init: RequestInit = {}): Promise<Response> {
  return await exports.default.fetch('https://remediation/v1/jobs', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });
}

async function run(options: JobOptions): Promise<ProcessResult> {
  const response = await send(job(options));
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).not.toContain('X-Amz-Signature');
  return ProcessResult.parse(JSON.parse(text));
}

describe('a good source', () => {
  test('is staged as a PDF and an HTML page whose digests, types and owner are right', async () => {
    const jobId = crypto.randomUUID();
    const result = await run({ path: known.path, jobId });
    expect(result.outcome).toBe('done');
    if (result.outcome !== 'done') return;
    expect(result.pages).toBe(3);
    expect(result.report).toMatchObject({ language: 'en', title: 'Annual report of the town library' });
    expect(result.outputs.map((output) => [output.kind, output.stagingKey, output.contentType])).toEqual([
      ['pdf', `staging/${jobId}/document.pdf`, 'application/pdf'],
      ['html', `staging/${jobId}/document.html`, 'text/html; charset=utf-8'],
    ]);
    for (const output of result.outputs) {
      const staged = await env.WORKING_BUCKET.get(output.stagingKey);
      const bytes = new Uint8Array((await staged?.arrayBuffer()) ?? new ArrayBuffer(0));
      expect(bytes.length).toBe(output.sizeBytes);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(output.sha256);
      expect(staged?.customMetadata).toEqual({ jobId });
      expect(staged?.httpMetadata?.contentType).toBe(output.contentType);
    }
    const html = await (await env.WORKING_BUCKET.get(`staging/${jobId}/document.html`))?.text();
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('8 Chapter about topic 8');
  });

  test('gives the same outputs when the job is run again', async () => {
    const jobId = crypto.randomUUID();
    expect(await run({ path: known.path, jobId })).toEqual(await run({ path: known.path, jobId }));
  });

  test('may carry its ETag with or without quotes', async () => {
    expect((await run({ path: known.path, etag: `"${ETAG}"` })).outcome).toBe('done');
  });

  test('every sample is processed in workerd', async () => {
    const samples = files.filter((file) => file.path.startsWith('/files/'));
    expect(samples.length).toBeGreaterThanOrEqual(36);
    for (const { path, name, sizeBytes } of samples)
      expect([name, (await run({ path, sizeBytes, fileName: name })).outcome]).toEqual([name, 'done']);
  });
});

describe('a document that cannot be processed', () => {
  test.each([
    ['encrypted', 'pdf_encrypted'],
    ['corrupt', 'pdf_corrupt'],
    ['truncated', 'pdf_corrupt'],
    ['notAPdf', 'not_a_pdf'],
    ['empty', 'not_a_pdf'],
  ])('%s is refused as %s, and nothing is staged', async (special, code) => {
    const file = files.find(({ path }) => path === `/special/${special}`);
    const jobId = crypto.randomUUID();
    const result = await run({ path: `/special/${special}`, sizeBytes: file?.sizeBytes ?? -1, jobId });
    expect(result).toMatchObject({ outcome: 'refused', code });
    expect((await env.WORKING_BUCKET.list({ prefix: `staging/${jobId}/` })).objects).toEqual([]);
  });

  test('too large by its promise is refused without being fetched', async () => {
    // The path would answer 403 if it were asked.
    const result = await run({ path: '/forbidden', sizeBytes: REMEDIATION_LIMITS.maxBytes + 1 });
    expect(result).toMatchObject({ outcome: 'refused', code: 'pdf_too_large' });
  });
});

describe('a source that fails', () => {
  test.each([
    ['/forbidden', 403, 'AccessDenied'],
    ['/missing', 404, 'NoSuchKey'],
    ['/huge-error', 503, null],
    ['/changed', 412, null],
    ['/declared-longer', 412, null],
    ['/chunked-endless', 412, null],
    ['/chunked-short', 0, null],
    ['/broken-off', 0, null],
    ['/silent', 0, null],
    ['/stalls', 0, null],
    ['/redirect', 302, null],
  ])('%s is reported as status %i, provider code %s', async (path, status, providerCode) => {
    expect(await run({ path })).toEqual({ outcome: 'source_failed', status, providerCode });
  });

  test('another version than the promised one is refused by the source itself', async () => {
    const result = await run({ path: known.path, etag: 'older' });
    expect(result).toEqual({ outcome: 'source_failed', status: 412, providerCode: 'PreconditionFailed' });
  });

  test('a host that does not answer is status 0', async () => {
    const result = await run({ path: '', url: `http://127.0.0.1:1/x?${SIGNATURE}` });
    expect(result).toEqual({ outcome: 'source_failed', status: 0, providerCode: null });
  });
});

describe('a request that is not a job', () => {
  test.each([
    ['not JSON', '{'],
    ['an empty body', ''],
    ['another version', { ...job({ path: '/x' }), version: 2 }],
    ['an unknown field', { ...job({ path: '/x' }), more: true }],
    ['a staging prefix without its slash', { ...job({ path: '/x' }), stagingPrefix: 'staging' }],
    ['a body that is too large', 'x'.repeat(40_000)],
    ['plain http to another host', job({ path: '', url: `http://198.51.100.7/a?${SIGNATURE}` })],
    ['credentials in the URL', job({ path: '', url: `https://a:b@example.org/a?${SIGNATURE}` })],
    ['another scheme', job({ path: '', url: `ftp://example.org/a?${SIGNATURE}` })],
  ])('%s is answered 400 without the values', async (_, body) => {
    const response = await send(body);
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.text()).not.toContain('5ec7e7');
  });

  test('another path is 404 and another method 405', async () => {
    expect((await exports.default.fetch('https://remediation/')).status).toBe(404);
    expect((await exports.default.fetch('https://remediation/v1/jobs')).status).toBe(405);
  });
});
