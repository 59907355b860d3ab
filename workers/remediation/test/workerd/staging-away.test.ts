import { env as bindings } from 'cloudflare:workers';
import { expect, inject, test } from 'vitest';
import processor from '../../src/index.ts';

/** The answer of a Worker whose working bucket takes nothing. */
async function answerTo(path: string, put: R2Bucket['put']): Promise<Response> {
  const jobId = crypto.randomUUID();
  const sizeBytes = inject('sourceFiles').find((file) => file.path === path)?.sizeBytes;
  const request = new Request('https://remediation/v1/jobs', {
    method: 'POST',
    body: JSON.stringify({
      version: 1,
      jobId,
      objectId: crypto.randomUUID(),
      source: {
        url: `${inject('sourceOrigin')}${path}`,
        etag: '0123456789abcdef0123456789abcdef',
        sizeBytes,
        fileName: 'report.pdf',
      },
      options: { language: null, qualityTier: 'standard' },
      stagingPrefix: `staging/${jobId}/`,
    }),
  });
  const { url, secret } = inject('nodeProcessor');
  return await processor.fetch(request, {
    ...bindings,
    WORKING_BUCKET: { put },
    SOURCE_TIMEOUT_MS: '60000',
    NODE_PROCESSOR_URL: url,
    NODE_PROCESSOR_SECRET: secret,
  });
}

const full = async () => Promise.reject(new Error('disk full at r2://x'));
/** Fails when it has begun to read. */
const breaksOff = async (_key: string, body: ReadableStream<Uint8Array>) => {
  const reader = body.getReader();
  await reader.read();
  await reader.cancel(new Error('reset by r2://x'));
  throw new Error('reset by r2://x');
};

test('a working bucket that takes nothing is said to be no fault of the document, and its words go no further', async () => {
  const response = await answerTo('/files/1', full);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    type: 'processor_busy',
    title: 'The processor is busy',
    status: 503,
  });
});

test.each([
  ['/long/pages', 'takes nothing', full],
  ['/long/bytes', 'takes nothing', full],
  ['/long/bytes', 'breaks off', breaksOff as unknown as R2Bucket['put']],
])('nor is it the fault of %s, which the Node processor made, when the bucket %s', async (path, _, put) => {
  const response = await answerTo(path, put);
  expect(response.status).toBe(200);
  const lines = (await response.text()).trimEnd().split('\n');
  expect(lines.at(-1)).toBe('{"trouble":"busy"}');
  expect(lines.join('')).not.toContain('r2://');
});
