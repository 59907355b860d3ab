import { readdir } from 'node:fs/promises';
import { REMEDIATION_LIMITS, remediatePdf } from '@sluice/remediation';
import { corruptPdf, encryptedPdf, longPdf } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { post, read, startProcessor } from './support/documents.ts';

describe('a document', () => {
  test('of 1,000 pages, four times what a Worker takes, is processed within the ceiling, and says how far it is', async () => {
    const processor = await startProcessor();
    const bytes = longPdf(1000);
    await expect(remediatePdf(bytes, { language: null, fallbackTitle: 'a' })).rejects.toMatchObject({
      code: 'pdf_too_many_pages',
    });
    const { frames, end, outputs } = await read(await post(processor, bytes));
    expect(end).toMatchObject({ frame: 'done', pages: 1000, report: { language: 'en' } });
    expect(outputs['html']?.toString()).toContain('1000 Matters of page 1000');
    const seen = frames.flatMap((frame) => (frame.frame === 'progress' ? [frame] : []));
    expect(new Set(seen.map(({ step }) => step))).toContain('reading');
    for (const { pagesDone, pages, step } of seen.filter(({ step }) => step !== 'waiting')) {
      expect([step, pages]).toEqual([step, 1000]);
      expect(pagesDone).toBeLessThanOrEqual(1000);
    }
  });

  test('gives the bytes that a Worker would give', async () => {
    const processor = await startProcessor();
    const bytes = longPdf(3);
    const { outputs } = await read(await post(processor, bytes, { fileName: 'three.pdf' }));
    const same = await remediatePdf(bytes, { language: null, fallbackTitle: 'three.pdf' });
    expect(Buffer.compare(outputs['pdf'] ?? Buffer.alloc(0), Buffer.from(same.pdf))).toBe(0);
    expect(outputs['html']?.toString()).toBe(same.html);
  });

  test('larger than a Worker takes is taken', async () => {
    const processor = await startProcessor();
    const bytes = longPdf(1, REMEDIATION_LIMITS.maxBytes);
    expect(bytes.length).toBeGreaterThan(REMEDIATION_LIMITS.maxBytes);
    const { end } = await read(await post(processor, bytes));
    expect(end).toMatchObject({ frame: 'done', pages: 1 });
  });

  test('whose size nobody knows beforehand is taken', async () => {
    const processor = await startProcessor();
    expect((await read(await post(processor, longPdf(1), { sizeBytes: null }))).end.frame).toBe('done');
  });

  test.each([
    ['pdf_corrupt', async () => corruptPdf().bytes],
    ['pdf_encrypted', async () => (await encryptedPdf()).bytes],
  ])('that cannot be processed is refused as %s, with a reason', async (code, make) => {
    const processor = await startProcessor();
    const { end } = await read(await post(processor, await make()));
    expect(end).toMatchObject({ frame: 'refused', code, detail: expect.stringMatching(/\.$/) as string });
  });
});

describe('a bomb', () => {
  test('of time fails alone, with the reason; the next document is processed', async () => {
    const processor = await startProcessor({ MAX_SECONDS: '0.1' });
    const { end } = await read(await post(processor, longPdf(2000)));
    expect(end).toEqual({
      frame: 'refused',
      code: 'pdf_too_complex',
      detail: expect.stringContaining('took longer') as string,
    });
    expect((await fetch(`${processor.url}/health`)).status).toBe(200);
  });

  test('of memory in the heap fails alone, with the reason; the next document is processed', async () => {
    const processor = await startProcessor({ MAX_HEAP_MIB: '48' });
    const { end } = await read(await post(processor, longPdf(2000)));
    expect(end).toEqual({
      frame: 'refused',
      code: 'pdf_too_complex',
      detail: 'The document needed more memory than the 48 MB that are allowed.',
    });
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });

  test('of memory beside the heap fails alone, with the reason', async () => {
    // More than Node needs to start, less than it needs with the file twice.
    const processor = await startProcessor({ MAX_MEMORY_MIB: '300' });
    const { end } = await read(await post(processor, longPdf(1, 190 * 1024 * 1024)));
    expect(end).toMatchObject({ frame: 'refused', detail: expect.stringContaining('300 MB') as string });
    expect((await read(await post(processor, longPdf(1)))).end.frame).toBe('done');
  });

  test('leaves nothing behind on disk, and no more does a good document', async () => {
    const processor = await startProcessor({ MAX_SECONDS: '3' });
    await read(await post(processor, longPdf(1)));
    await read(await post(processor, corruptPdf().bytes));
    await processor.stop();
    expect(await readdir(processor.workDir)).toEqual([]);
  });
});
