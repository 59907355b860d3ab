import { LIES, runLies } from '@sluice/testkit/hostile-s3';
import { beforeAll, describe, expect, test } from 'vitest';

/** A Worker has 128 MB, and what is not its heap is in this figure too. Four lies at a time. */
const MAX_GROWTH_BYTES = 160 * 1024 * 1024;

let report: Awaited<ReturnType<typeof runLies>>;
beforeAll(async () => {
  report = await runLies(LIES, { seed: 20_261_121, atOnce: 4, isReal: false });
}, 120_000);

describe('a bucket that lies, to the client and the connection test', () => {
  test('does so in more than thirty ways, each its own', () => {
    expect(new Set(LIES.map(({ name }) => name)).size).toBe(LIES.length);
    expect(LIES.length).toBeGreaterThanOrEqual(30);
  });

  test.each(LIES.map(({ name }) => name))(
    'is answered with a reason in time, nobody else is asked, and all is well afterwards: %s',
    (name) => {
      expect(report.lies.find((lie) => lie.name === name)?.problems).toEqual([]);
    },
  );

  test('takes no more memory than a Worker has', () => {
    expect(report.peakRssBytes - report.idleRssBytes).toBeLessThan(MAX_GROWTH_BYTES);
  });
});
