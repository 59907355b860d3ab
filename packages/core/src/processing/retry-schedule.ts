import { type ErrorCode, RefusalCode, type SluiceError } from '@sluice/shared';
import type { Random } from '../ports/engine.ts';
import type { LeasedObject, ObjectToWrite, ObstacleOwner, SettledAttempt } from '../ports/ledger.ts';
import { storableText } from '../storable-text.ts';

const FIRST_DELAY_SECONDS = 10;

/**
 * What others must mend counts for the wait too, or obstacles that take turns would be met every few seconds for ever; up to this long,
 * so that the first hiccup after days of waiting costs minutes.
 */
const MAX_DELAY_BY_OTHERS_SECONDS = 600;

/**
 * Obstacles that take turns use up no attempts of one another, so all together have a limit: at ten minutes each these are three days
 * and a half, as long as one alone is waited for. It must stay far above what one may use up.
 */
const MAX_ATTEMPTS_IN_ALL = 500;

/**
 * How often, how long apart at most, and how fast that grows, by whose move it is. A bucket that refuses us or is away is asked
 * again for about three days: nothing is given up while somebody mends a policy or a server. What looks like a crash may be an outage
 * of ours that nobody told us of: few attempts, for a document can be its cause, and far apart, so that a deployment gone wrong can be
 * put right meanwhile.
 */
const SCHEDULE: Readonly<
  Record<ObstacleOwner, { maxAttempts: number; maxDelaySeconds: number; growth: number }>
> = {
  customer_config: { maxAttempts: 26, maxDelaySeconds: 6 * 3600, growth: 2 },
  // The dispatcher's limit of crashes (engine wiring) must stay above.
  upstream: { maxAttempts: 100, maxDelaySeconds: 3600, growth: 2 },
  platform_outage: { maxAttempts: 100, maxDelaySeconds: 3600, growth: 2 },
  platform: { maxAttempts: 6, maxDelaySeconds: 2400, growth: 4 },
};

const ownerOf = ({ code, entry }: SluiceError): ObstacleOwner => {
  if (OUTAGE_CODES.has(code)) return 'platform_outage';
  // Nobody calls us here: what looks like a caller's fault (a token of ours refused, say) is our own.
  return entry.owner === 'client' ? 'platform' : entry.owner;
};

/** Something of ours that many objects need is away: each waits for it as for a provider. */
const OUTAGE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'unavailable',
  'vault_unavailable',
  'unauthenticated',
]);

/** What is wrong with the object itself: no repetition mends it. */
const FINAL_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'object_archived',
  'object_name_unusable',
  'object_too_large',
  'output_taken',
  'unsupported_by_provider',
  ...RefusalCode.options,
]);

/** What means there is nothing to do. */
const SKIP_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'object_not_found',
  'object_changed',
  'own_output',
]);

const delayAfter = (attempts: number, growth: number): number =>
  FIRST_DELAY_SECONDS * growth ** Math.min(Math.max(attempts, 1) - 1, 20);

/**
 * What the wait goes by. A result that is lost was made before, so the attempts begin anew each time: what counts is how often, or a
 * working bucket that loses everything would have a document read and processed every few seconds for ever.
 */
const timesMet = (code: ErrorCode, attempts: number, { lostResults = 0 }: Attempted): number =>
  code === 'output_missing' ? lostResults + 1 : attempts;

type Attempted = Pick<LeasedObject, 'attempts' | 'attemptsInAll' | 'obstacleOwner'> &
  Partial<Pick<ObjectToWrite, 'lostResults'>>;

/**
 * What becomes of an attempt that ended in `error`. What another than the last time must mend is counted from one again, and waited
 * for as for what was met all along, up to some minutes.
 *
 * Faults of the object end it; faults of the bucket, the provider and ourselves are tried again, later each time, because
 * somebody will mend them and no object may be lost meanwhile. A delay is at least 1 and at most the class's seconds.
 */
export const settlementOf = (error: SluiceError, object: Attempted, random: Random): SettledAttempt => {
  const owner = ownerOf(error);
  const { maxAttempts, maxDelaySeconds, growth } = SCHEDULE[owner];
  const attempts = object.obstacleOwner === owner ? object.attempts : 1;
  const delay = Math.max(
    delayAfter(timesMet(error.code, attempts, object), growth),
    Math.min(delayAfter(object.attemptsInAll, 2), MAX_DELAY_BY_OTHERS_SECONDS),
  );
  // Spread, so that what failed together does not come back together.
  const jittered = Math.min(delay, maxDelaySeconds / 1.25) * (0.75 + 0.5 * random());
  const asked = (error.retryAfterMs ?? 0) / 1000;
  return {
    disposition: SKIP_CODES.has(error.code) ? 'skipped' : FINAL_CODES.has(error.code) ? 'failed' : 'retry',
    reason: error.code,
    detail: error.detail === undefined ? null : storableText(error.detail),
    providerCode: error.providerCode === undefined ? null : storableText(error.providerCode),
    // A provider may ask for more patience, not for eternity.
    delaySeconds: Math.ceil(Math.min(Math.max(jittered, asked), maxDelaySeconds)),
    maxAttempts,
    maxAttemptsInAll: MAX_ATTEMPTS_IN_ALL,
    owner,
  };
};
