import type { SluiceError } from '@sluice/shared';
import type { Random } from '../ports/engine.ts';
import type { SettledAttempt } from '../ports/ledger.ts';

const FIRST_DELAY_SECONDS = 10;

/** How often, and how long apart at most, by whose move it is. */
const SCHEDULE = {
  // A bucket that refuses us is asked again for about three days: nothing is given up while somebody mends a policy.
  customer_config: { maxAttempts: 20, maxDelaySeconds: 6 * 3600 },
  upstream: { maxAttempts: 20, maxDelaySeconds: 3600 },
  platform: { maxAttempts: 6, maxDelaySeconds: 900 },
  client: { maxAttempts: 1, maxDelaySeconds: 0 },
} as const;

/** What is wrong with the object itself: no repetition mends it. */
const FINAL_CODES = new Set([
  'object_archived',
  'object_name_unusable',
  'object_too_large',
  'unsupported_by_provider',
  'not_a_pdf',
  'pdf_encrypted',
  'pdf_corrupt',
  'pdf_too_large',
  'pdf_too_many_pages',
  'pdf_too_complex',
]);

/** What means there is nothing to do. */
const SKIP_CODES = new Set(['object_not_found', 'object_changed', 'own_output']);

/**
 * What becomes of an attempt that ended in `error`, the `attempts`th for this object.
 *
 * Faults of the object end it; faults of the bucket, the provider and ourselves are tried again, later each time, because
 * somebody will mend them and no object may be lost meanwhile.
 */
export const settlementOf = (error: SluiceError, attempts: number, random: Random): SettledAttempt => {
  const { maxAttempts, maxDelaySeconds } = SCHEDULE[error.entry.owner];
  const delay = Math.min(FIRST_DELAY_SECONDS * 2 ** Math.min(attempts - 1, 20), maxDelaySeconds);
  const jittered = delay * (0.75 + 0.5 * random());
  return {
    disposition: SKIP_CODES.has(error.code) ? 'skipped' : FINAL_CODES.has(error.code) ? 'failed' : 'retry',
    reason: error.code,
    detail: error.detail ?? null,
    providerCode: error.providerCode ?? null,
    delaySeconds: Math.ceil(Math.max(jittered, (error.retryAfterMs ?? 0) / 1000)),
    maxAttempts,
  };
};
