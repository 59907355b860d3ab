import { asSluiceError } from '@sluice/shared';
import type { Random } from '../ports/engine.ts';
import type { NotificationResult, NotificationToSend, WebhookAnswer } from '../ports/notifications.ts';

const MINUTE = 60;
const HOUR = 3600;

/** The schedule Standard Webhooks recommends: after the first attempt, these waits. 75 h 35 min in all. Seconds. */
export const RETRY_DELAYS_SECONDS = [
  5,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Later at most by this share, so that what failed together does not come back together. Never earlier. */
const JITTER = 0.1;
const MAX_RETRY_AFTER_SECONDS = 24 * HOUR;

/** Answers that may be about this one event rather than about the server. */
const REFUSES_THE_EVENT: ReadonlySet<number> = new Set([400, 409, 413, 415, 422, 500]);
/** So many such answers, half an hour of them, and the event steps out of line: those behind it go on. */
const ATTEMPTS_IN_LINE = 4;

/** What becomes of an attempt that was answered, or that ended in an error. */
export const resultOf = (
  attempt: { readonly answer: WebhookAnswer } | { readonly error: unknown },
  delivery: Pick<NotificationToSend, 'attempts' | 'holdsLine'>,
  durationMs: number,
  random: Random,
): NotificationResult => {
  const answer = 'answer' in attempt ? attempt.answer : null;
  const statusCode = answer?.status ?? null;
  const base = {
    statusCode,
    code: 'error' in attempt ? asSluiceError(attempt.error).code : codeOf(statusCode),
    durationMs: Math.max(0, Math.round(durationMs)),
    delaySeconds: 0,
    holdsLine: delivery.holdsLine,
  };
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return { ...base, outcome: 'delivered' };
  if (statusCode === 410) return { ...base, outcome: 'gone' };
  const delay = RETRY_DELAYS_SECONDS[delivery.attempts];
  if (delay === undefined) return { ...base, outcome: 'failed' };
  const asked = Math.min(answer?.retryAfterSeconds ?? 0, MAX_RETRY_AFTER_SECONDS);
  const isRefused = statusCode !== null && REFUSES_THE_EVENT.has(statusCode);
  return {
    ...base,
    outcome: 'retry',
    delaySeconds: Math.ceil(Math.max(delay * (1 + JITTER * random()), asked)),
    holdsLine: delivery.holdsLine && !(isRefused && delivery.attempts + 1 >= ATTEMPTS_IN_LINE),
  };
};

const codeOf = (statusCode: number | null): string | null => {
  if (statusCode === null || (statusCode >= 200 && statusCode < 300)) return null;
  // Whoever answers for another server may lead us anywhere.
  return statusCode >= 300 && statusCode < 400 ? 'redirect_refused' : 'not_accepted';
};
