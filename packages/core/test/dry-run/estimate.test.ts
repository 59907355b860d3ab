import { PROCESSING_PRICE_MICROS_PER_PAGE } from '@sluice/shared';
import { samplePdfs } from '@sluice/testkit/samples';
import { describe, expect, it } from 'vitest';
import { type EstimateInput, estimateDryRun, SAMPLE_BYTES_PER_PAGE } from '../../src/dry-run/estimate.ts';

const input = (changes: Partial<EstimateInput> = {}): EstimateInput => ({
  provider: 'aws_key',
  wouldProcess: { objects: 1000, bytes: 330_000_000 },
  listedObjects: 100_000,
  listCalls: 100,
  pollIntervalSeconds: 120,
  pageSizes: null,
  ...changes,
});

describe('the estimate of a dry run', () => {
  it('rests on the sample documents as they are', async () => {
    const samples = await samplePdfs();
    const bytes = samples.reduce((sum, sample) => sum + sample.bytes.length, 0);
    const pages = samples.reduce((sum, sample) => sum + sample.pages, 0);
    const sizes = samples.map((sample) => sample.bytes.length / sample.pages).toSorted((a, b) => a - b);
    expect(SAMPLE_BYTES_PER_PAGE.documents).toBe(samples.length);
    expect(Math.abs(bytes / pages / SAMPLE_BYTES_PER_PAGE.expected - 1)).toBeLessThan(0.05);
    expect(
      Math.abs((sizes[Math.floor(sizes.length * 0.75)] ?? 0) / SAMPLE_BYTES_PER_PAGE.low - 1),
    ).toBeLessThan(0.05);
  });

  it('is a range around 20,000 pages, and money by the page', () => {
    const { estimate } = estimateDryRun(input());
    expect(estimate).toMatchObject({
      basis: 'sample_documents',
      pages: { low: 6_600, expected: 20_000, high: 150_000 },
      microsPerPage: PROCESSING_PRICE_MICROS_PER_PAGE,
      amountMicros: { expected: 20_000 * PROCESSING_PRICE_MICROS_PER_PAGE },
    });
    expect(estimate.durationSeconds.low).toBeLessThan(estimate.durationSeconds.high);
  });

  it('rests on the tenant’s own documents once there are any', () => {
    const pageSizes = {
      documents: 12,
      bytes: 1_000_000,
      pages: 100,
      lowBytesPerPage: 5_000,
      highBytesPerPage: 20_000,
    };
    expect(estimateDryRun(input({ pageSizes })).estimate).toMatchObject({
      basis: 'own_documents',
      basisDocuments: 12,
      bytesPerPage: 10_000,
      pages: { low: 16_500, expected: 33_000, high: 66_000 },
    });
  });

  it('gives a document one page at least', () => {
    const tiny = estimateDryRun(input({ wouldProcess: { objects: 7, bytes: 70 } }));
    expect(tiny.estimate.pages).toEqual({ low: 7, expected: 7, high: 7 });
  });

  it('prices the requests as the provider’s list does', () => {
    const { requests } = estimateDryRun(input());
    expect(requests.firstListing).toEqual({ list: 100, amountMicros: 500 });
    // 3,000 HEAD and 1,000 GET at $0.0004 a thousand, 2,000 PUT at $0.005; 0.33 GB at $0.09.
    expect(requests.processing).toEqual({
      head: 3000,
      get: 1000,
      put: 2000,
      bytesOut: 330_000_000,
      requestsMicros: 11_600,
      transferMicros: 29_700,
    });
    expect(requests.pollingPerMonth).toEqual({
      intervalSeconds: 120,
      polls: 21_600,
      listPerPoll: { low: 100, high: 110 },
      amountMicros: { low: 10_800_000, high: 11_880_000 },
    });
    const r2 = estimateDryRun(input({ provider: 'r2' })).requests;
    expect(r2.processing.transferMicros).toBe(0);
    expect(r2.pollingPerMonth.amountMicros?.low).toBe(9_720_000);
  });

  it('names no amount where it knows no price', () => {
    const { requests } = estimateDryRun(input({ provider: 'generic' }));
    expect(requests.prices).toBeNull();
    expect(requests.firstListing).toEqual({ list: 100, amountMicros: null });
    expect(requests.processing).toMatchObject({ get: 1000, requestsMicros: null, transferMicros: null });
    expect(requests.pollingPerMonth).toMatchObject({ polls: 21_600, amountMicros: null });
  });
});
