import { env as bindings } from 'cloudflare:workers';
import { expect, inject, test } from 'vitest';
import processor from '../../src/index.ts';

const PATH = '/files/1';

test('a working bucket that takes nothing is said to be no fault of the document, and its words go no further', async () => {
  const jobId = crypto.randomUUID();
  const sizeBytes = inject('sourceFiles').find(({ path }) => path === PATH)?.sizeBytes;
  const request = new Request('https://remediation/v1/jobs', {
    method: 'POST',
    body: JSON.stringify({
      version: 1,
      jobId,
      objectId: crypto.randomUUID(),
      source: {
        url: `${inject('sourceOrigin')}${PATH}`,
        etag: '0123456789abcdef0123456789abcdef',
        sizeBytes,
        fileName: 'report.pdf',
      },
      options: { language: null, qualityTier: 'standard' },
      stagingPrefix: `staging/${jobId}/`,
    }),
  });
  const full = { put: async () => Promise.reject(new Error('disk full at r2://x')) };
  const response = await processor.fetch(request, { ...bindings, WORKING_BUCKET: full });
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    type: 'processor_busy',
    title: 'The processor is busy',
    status: 503,
  });
});
