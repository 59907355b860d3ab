import { SluiceError } from '@sluice/shared';

export interface RetryPolicy {
  /** Including the first. Default 4. */
  readonly maxAttempts?: number;
  /** Upper bound of the first wait; doubles. Default 200 ms. */
  readonly baseDelayMs?: number;
  /** Upper bound of one wait, whatever Retry-After asks for. Default 10 s. */
  readonly maxDelayMs?: number;
  /** No attempt begins after this long. Default 60 s. */
  readonly maxTotalMs?: number;
  /** 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
  readonly sleep?: (delayMs: number, signal?: AbortSignal) => Promise<void>;
}

const sleepFor = async (delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, delayMs);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });

/** Transient by what they say. `upstream_invalid` is in: a cut or garbled answer is as likely a passing fault. */
const RETRYABLE = new Set([
  'throttled',
  'upstream_unavailable',
  'upstream_timeout',
  'upstream_invalid',
  'endpoint_unreachable',
]);

/** What arrived was not what we sent: the way there may be better the next time. */
const DAMAGED_ON_THE_WAY = new Set(['BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody']);

/** Whether trying again at once may help. Never on 501; not when the provider refuses what we sent. */
const isRetryable = (error: unknown): error is SluiceError => {
  if (!(error instanceof SluiceError) || !RETRYABLE.has(error.code)) return false;
  const { providerStatus = 0, providerCode = '' } = error;
  if (error.code === 'upstream_invalid' && providerStatus >= 400 && providerStatus < 500) {
    return DAMAGED_ON_THE_WAY.has(providerCode);
  }
  return providerStatus !== 501;
};

/**
 * Runs `attempt` until it succeeds, fails for good, or attempts or time are used up. Waits are random between 0 and
 * a doubling bound ("full jitter"), so that many clients refused together do not return together; Retry-After is a
 * lower bound, as far as `maxDelayMs` goes.
 *
 * @param attempt gets the number of the attempt, from 1
 * @throws what the last attempt threw
 */
export const withRetry = async <T>(
  policy: RetryPolicy,
  clock: () => number,
  signal: AbortSignal | undefined,
  attempt: (number: number) => Promise<T>,
): Promise<T> => {
  const { maxAttempts = 4, baseDelayMs = 200, maxDelayMs = 10_000, maxTotalMs = 60_000 } = policy;
  const random = policy.random ?? Math.random;
  const sleep = policy.sleep ?? sleepFor;
  const startedMs = clock();
  const cancelled = (): boolean => signal?.aborted === true;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (!isRetryable(error) || number >= maxAttempts || cancelled()) throw error;
      const bound = Math.min(maxDelayMs, baseDelayMs * 2 ** (number - 1));
      const delayMs = Math.max(random() * bound, Math.min(error.retryAfterMs ?? 0, maxDelayMs));
      if (clock() - startedMs + delayMs > maxTotalMs) throw error;
      await sleep(delayMs, signal);
      if (cancelled()) throw error;
    }
  }
};
