import { SluiceError } from '@sluice/shared';
import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RETRY_DELAYS_SECONDS, resultOf } from '../../src/notifications/notification-schedule.ts';

const of = (status: number, attempts: number, retryAfterSeconds: number | null = null, random = 0) =>
  resultOf({ answer: { status, retryAfterSeconds } }, { attempts, holdsLine: true }, 5, () => random);

describe('the schedule of a notification', () => {
  test('reaches over 75 hours in ten attempts, never earlier than it says and at most a tenth later', () => {
    expect(RETRY_DELAYS_SECONDS.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThanOrEqual(75 * 3600);
    RETRY_DELAYS_SECONDS.forEach((delay, attempts) => {
      expect(of(503, attempts).delaySeconds).toBe(delay);
      expect(of(503, attempts, null, 0.999).delaySeconds).toBeLessThanOrEqual(Math.ceil(delay * 1.1));
    });
    expect(of(503, RETRY_DELAYS_SECONDS.length).outcome).toBe('failed');
  });

  test('waits longer when it is asked to, and no longer than a day', () => {
    expect(of(429, 0, 600).delaySeconds).toBe(600);
    expect(of(429, 0, 1).delaySeconds).toBe(5);
    expect(of(429, 0, 10 ** 6).delaySeconds).toBe(86_400);
  });

  test('counts 2xx as delivered, 410 as gone, and nothing else as either', () => {
    assert(
      property(integer({ min: 100, max: 599 }), integer({ min: 0, max: 12 }), (status, attempts) => {
        const { outcome } = of(status, attempts);
        expect(outcome === 'delivered').toBe(status >= 200 && status < 300);
        expect(outcome === 'gone').toBe(status === 410);
      }),
    );
  });

  test('lets an event step aside only when the server refuses it again and again', () => {
    expect([0, 1, 2, 3].map((attempts) => of(422, attempts).holdsLine)).toEqual([true, true, true, false]);
    for (const status of [401, 404, 429, 502, 503]) expect(of(status, 8).holdsLine).toBe(true);
    const unreachable = { error: new SluiceError('endpoint_unreachable') };
    expect(resultOf(unreachable, { attempts: 8, holdsLine: true }, 1, () => 0)).toMatchObject({
      outcome: 'retry',
      statusCode: null,
      code: 'endpoint_unreachable',
      holdsLine: true,
    });
  });
});
