import { describe, expect, test, vi } from 'vitest';
import { cronMatches } from '../src/index.ts';
import { isEveryFewMinutes, startTicker } from '../src/stack/cron.ts';

describe('cron expressions, in UTC', () => {
  test.each([
    ['* * * * *', '2026-11-20T10:07:00Z', true],
    ['*/2 * * * *', '2026-11-20T10:06:00Z', true],
    ['*/2 * * * *', '2026-11-20T10:07:00Z', false],
    ['5-10/5 * * * *', '2026-11-20T10:10:00Z', true],
    ['5-10/5 * * * *', '2026-11-20T10:15:00Z', false],
    ['15 3 * * *', '2026-11-20T03:15:59Z', true],
    ['15 3 * * *', '2026-11-20T04:15:00Z', false],
    ['0,30 9-17 * * *', '2026-11-20T17:30:00Z', true],
    ['0 0 1 */3 *', '2026-10-01T00:00:00Z', true],
    ['0 0 1 */3 *', '2026-11-01T00:00:00Z', false],
    ['0 0 * * 1', '2026-11-22T00:00:00Z', true], // Cloudflare's 1 is a Sunday
    ['0 0 * * 1', '2026-11-23T00:00:00Z', false],
    ['0 0 13 * 1', '2026-11-13T00:00:00Z', true],
    ['0 0 13 * 1', '2026-11-22T00:00:00Z', true],
  ])('%s at %s: %s', (cron, at, expected) => {
    expect(cronMatches(cron, new Date(at))).toBe(expected);
  });

  test.each(['* * * *', '60 * * * *', '*/0 * * * *', 'MON * * * *', '9-5 * * * *'])(
    '%s is refused',
    (cron) => {
      expect(() => cronMatches(cron, new Date())).toThrow(`cron "${cron}"`);
    },
  );
});

describe('a clock in a hurry', () => {
  test.each([
    ['* * * * *', true],
    ['*/2 * * * *', true],
    ['*/5 * * * *', true],
    ['*/10 * * * *', false],
    ['0-11 * * * *', false], // often, then not for 49 minutes
    ['*/2 9-17 * * *', false],
    ['*/2 * * * 1', false],
    ['17 3 * * *', false],
  ])('hurries %s: %s', (cron, expected) => {
    expect(isEveryFewMinutes(cron)).toBe(expected);
  });

  test('fires what is frequent every second, and the nightly cron at its hour only', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-20T03:16:30Z') });
    const fired: Record<string, number> = {};
    const triggers = ['*/2 * * * *', '17 3 * * *'].map((cron) => ({ worker: 'engine', cron }));
    const ticker = startTicker(
      triggers,
      { pollEveryMs: 1_000 },
      async ({ cron }) => {
        fired[cron] = (fired[cron] ?? 0) + 1;
        return 'ok';
      },
      () => undefined,
    );
    await vi.advanceTimersByTimeAsync(20_000);
    expect(fired).toEqual({ '*/2 * * * *': 20 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(fired).toEqual({ '*/2 * * * *': 40, '17 3 * * *': 1 });
    ticker.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(fired).toEqual({ '*/2 * * * *': 40, '17 3 * * *': 1 });
    vi.useRealTimers();
  });
});
