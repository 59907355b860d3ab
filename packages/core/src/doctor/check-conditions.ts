import { SluiceError } from '@sluice/shared';
import type { Attempt } from '../health/health-run.ts';
import type { PutInput } from '../ports/bucket.ts';
import { DELETE_RESERVE_MS, type DoctorRun } from './doctor-run.ts';

/** Of nothing that anybody wrote. */
const NOBODYS_ETAG = '0'.repeat(32);

/** What a write on a condition that does not hold came to; null when that says nothing of the condition. */
type Answer = 'refused' | 'ignored' | 'unsupported' | null;

/**
 * Writes the probes once more, each on a condition that does not hold: a server that keeps conditions refuses both, and a file that a
 * customer puts in the place of a result in the moment of writing is safe. Never fails the test: we look before we write as well.
 */
export const checkConditions = async (
  { run, integration }: DoctorRun,
  [first, second]: readonly [string, string],
  put: (
    key: string,
    condition: Pick<PutInput, 'ifAbsent' | 'ifMatch'>,
    signal: AbortSignal,
  ) => Promise<unknown>,
): Promise<void> => {
  // Nothing is sent of them there: the client looks, and then writes.
  if (integration.provider === 'b2')
    return run.skipped(
      'conditions',
      'Not tried: B2 documents no conditions of writes, so we look before each.',
    );
  const limitMs = run.timeLeft(DELETE_RESERVE_MS);
  if (limitMs === 0)
    return run.skipped('conditions', 'Not tried, because the checks before took all the time there is.');
  const tries = await Promise.all([
    run.attempt((signal) => put(first, { ifAbsent: true }, signal), limitMs),
    run.attempt((signal) => put(second, { ifMatch: NOBODYS_ETAG }, signal), limitMs),
  ]);
  const durationMs = Math.max(...tries.map((one) => one.durationMs));
  const answers = tries.map(answerOf);
  const lacking = ['If-None-Match', 'If-Match'].flatMap((name, at) => {
    const answer = answers[at] ?? null;
    return answer === null || answer === 'refused' ? [] : [`${name} is ${answer}`];
  });
  if (lacking.length > 0)
    return run.warned(
      'conditions',
      new SluiceError('conditions_not_kept', { detail: `${lacking.join(', ')}.` }),
      durationMs,
    );
  if (answers.includes(null))
    return run.skipped('conditions', 'Not told: the server answered neither yes nor no.', durationMs);
  run.passed(
    'conditions',
    'What is put in the place of a result in the moment of writing is safe.',
    durationMs,
  );
};

const answerOf = (attempt: Attempt<unknown>): Answer => {
  if (attempt.ok) return 'ignored';
  const { code } = attempt.error;
  if (code === 'object_exists' || code === 'object_changed') return 'refused';
  return code === 'unsupported_by_provider' ? 'unsupported' : null;
};
