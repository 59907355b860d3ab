import { ERROR_CATALOGUE, type ErrorCode, SluiceError, STAGING_TTL_HOURS } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settlementOf } from '../../src/processing/retry-schedule.ts';

const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];
const half = () => 0.5;
const first = { attempts: 1, attemptsInAll: 1, obstacleOwner: null };
/** The `attempts`th that the same obstacle ended. */
const nth = (attempts: number) => ({
  attempts,
  attemptsInAll: attempts,
  obstacleOwner: 'upstream' as const,
});
const random = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** The waits of all attempts together, in seconds. */
const patience = (code: ErrorCode): number => {
  const error = new SluiceError(code);
  const { maxAttempts, owner } = settlementOf(error, first, half);
  return Array.from(
    { length: maxAttempts - 1 },
    (_, i) =>
      settlementOf(error, { attempts: i + 1, attemptsInAll: i + 1, obstacleOwner: owner }, half).delaySeconds,
  ).reduce((sum, seconds) => sum + seconds, 0);
};

describe('settlementOf', () => {
  it.each(['object_not_found', 'object_changed', 'own_output'] as const)(
    '%s leaves nothing to do',
    (code) => {
      expect(settlementOf(new SluiceError(code), first, half)).toMatchObject({
        disposition: 'skipped',
        reason: code,
      });
    },
  );

  it.each([
    'not_a_pdf',
    'pdf_encrypted',
    'pdf_signed',
    'pdf_corrupt',
    'pdf_too_large',
    'pdf_too_many_pages',
    'pdf_too_complex',
    'object_archived',
    'object_name_unusable',
    'object_too_large',
    'output_taken',
    'unsupported_by_provider',
  ] as const)('%s lies in the object and ends it', (code) => {
    expect(settlementOf(new SluiceError(code), first, half)).toMatchObject({
      disposition: 'failed',
      reason: code,
    });
  });

  it('tries everything a person or time can mend again', () => {
    for (const code of [
      'access_denied',
      'bucket_not_found',
      'quota_exceeded',
      'throttled',
      'upstream_timeout',
      'internal',
      'vault_unavailable',
      'processor_failed',
      'output_missing',
      'conflict',
      'unauthenticated',
      'not_found',
    ] as const) {
      expect(settlementOf(new SluiceError(code), first, half).disposition).toBe('retry');
      expect(settlementOf(new SluiceError(code), first, half).maxAttempts).toBeGreaterThan(1);
    }
  });

  it('is patient for three days with a bucket, a provider or an outage of ours, for most of an hour with a crash', () => {
    const hours = (code: ErrorCode) => patience(code) / 3600;
    for (const code of [
      'access_denied',
      'endpoint_unreachable',
      'upstream_unavailable',
      'vault_unavailable',
      'unavailable',
    ] as const) {
      expect(hours(code)).toBeGreaterThan(66);
      expect(hours(code)).toBeLessThan(84);
    }
    expect(hours('processor_failed')).toBeGreaterThan(0.6);
    expect(hours('processor_failed')).toBeLessThan(1);
    expect(settlementOf(new SluiceError('processor_failed'), first, half).maxAttempts).toBe(6);
  });

  it('waits at least a second and never longer than its class, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        random(),
        fc.option(fc.double({ min: 0, max: 1e15, noNaN: true })),
        (code, attempts, attemptsInAll, chance, retryAfterMs) => {
          const error = new SluiceError(code, retryAfterMs === null ? {} : { retryAfterMs });
          const { owner } = settlementOf(error, first, half);
          const { delaySeconds } = settlementOf(
            error,
            { attempts, attemptsInAll, obstacleOwner: owner },
            () => chance,
          );
          expect(Number.isInteger(delaySeconds)).toBe(true);
          expect(delaySeconds).toBeGreaterThanOrEqual(1);
          expect(delaySeconds).toBeLessThanOrEqual(6 * 3600);
          if (error.entry.owner === 'upstream') expect(delaySeconds).toBeLessThanOrEqual(3600);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('doubles, spread by a quarter each way', () => {
    const error = new SluiceError('throttled');
    for (let attempts = 1; attempts <= 8; attempts += 1) {
      const base = 10 * 2 ** (attempts - 1);
      expect(settlementOf(error, nth(attempts), () => 0).delaySeconds).toBe(Math.ceil(base * 0.75));
      expect(settlementOf(error, nth(attempts), half).delaySeconds).toBe(base);
      expect(settlementOf(error, nth(attempts), () => 0.999_999).delaySeconds).toBeLessThanOrEqual(
        Math.ceil(base * 1.25),
      );
    }
  });

  it('waits for all there was, for ten minutes at most, when it is another’s move', () => {
    const held = { attempts: 8, attemptsInAll: 8, obstacleOwner: 'customer_config' as const };
    const hiccup = settlementOf(new SluiceError('processor_failed'), held, half);
    expect(hiccup).toMatchObject({ owner: 'platform', delaySeconds: 600 });
    const second = { ...held, attempts: 1, attemptsInAll: 2 };
    expect(settlementOf(new SluiceError('processor_failed'), second, half).delaySeconds).toBe(20);
    expect(settlementOf(new SluiceError('access_denied'), held, half)).toMatchObject({
      owner: 'customer_config',
      delaySeconds: 1280,
    });
    // Nobody calls us here, and an outage of ours is waited for like a provider's, but not counted with it.
    expect(settlementOf(new SluiceError('forbidden'), first, half).owner).toBe('platform');
    expect(settlementOf(new SluiceError('unavailable'), nth(9), half)).toMatchObject({
      owner: 'platform_outage',
      delaySeconds: 600,
    });
  });

  it('keeps what is staged longer than the longest patience', () => {
    for (const code of codes) expect(STAGING_TTL_HOURS * 3600).toBeGreaterThan(2 * patience(code));
  });

  it('heeds Retry-After as the least to wait', () => {
    const asked = new SluiceError('throttled', { retryAfterMs: 90_000 });
    expect(settlementOf(asked, nth(1), half).delaySeconds).toBe(90);
    expect(settlementOf(asked, nth(6), half).delaySeconds).toBe(320);
  });

  it('tells the database nothing it cannot hold', () => {
    const error = new SluiceError('pdf_corrupt', { detail: 'at \u0000 and \ud800', providerCode: 'x\u0000' });
    const { detail, providerCode } = settlementOf(error, first, half);
    expect(detail).toBe('at \u2400 and \ufffd');
    expect(providerCode).toBe('x\u2400');
  });
});
