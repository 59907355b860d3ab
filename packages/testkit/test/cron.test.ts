import { describe, expect, test } from 'vitest';
import { cronMatches } from '../src/index.ts';

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
