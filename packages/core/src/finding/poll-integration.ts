import { asSluiceError, type PollMessage, type SluiceError } from '@sluice/shared';
import { bucketWork } from '../credentials/bucket-work.ts';
import type { BegunPoll } from '../ports/ledger.ts';
import { PollRun } from './poll-run.ts';
import type { PollContext, PollOutcome } from './poll-types.ts';

/**
 * Lists an integration's bucket and records what is new in it.
 *
 * The listing is complete every time; what makes it cheap is that slices whose digest is unchanged are not compared with
 * the ledger. A slice is stored only after everything in it is recorded, so a kill at any point repeats work and loses
 * none; an error advances nothing but the next attempt.
 */
export const pollIntegration = async (context: PollContext, message: PollMessage): Promise<PollOutcome> => {
  const { ledger, log, settings } = context;
  const poll = await ledger.beginPoll(message.integrationId, message.leaseId, settings.leaseSeconds);
  if (poll === null) return { outcome: 'stale' };
  const names = { integrationId: poll.integration.id, tenantId: poll.integration.tenantId };
  try {
    let listed = 0;
    const outcome = await bucketWork(context, { [poll.integration.id]: poll })(
      poll.integration.id,
      async (bucket) => {
        const run = new PollRun(context, poll);
        const result = await run.list(bucket);
        listed = run.listed;
        return result;
      },
    );
    log.info('poll_finished', {
      ...names,
      message: `listed ${listed} objects under prefix=${poll.integration.inputPrefix}`,
      ...outcome,
    });
    return outcome;
  } catch (thrown) {
    const error = asSluiceError(thrown);
    // Whoever has the lease now carries on.
    if (error.code === 'conflict') return { outcome: 'stale' };
    log.warn('poll_failed', { ...names, code: error.code, detail: error.detail, error: thrown });
    return await recordFailure(context, poll, error);
  }
};

const recordFailure = async (
  { ledger, settings }: PollContext,
  poll: BegunPoll,
  error: SluiceError,
): Promise<PollOutcome> => {
  try {
    await ledger.failPoll(poll.integration.id, poll.leaseId, {
      code: error.code,
      detail: error.detail ?? '',
      intervalSeconds: settings.intervalSeconds,
      maxIntervalSeconds: settings.maxIntervalSeconds,
    });
  } catch (thrown) {
    // The lease went with the work, or the work was recorded and only the answer was lost.
    if (asSluiceError(thrown).code === 'conflict') return { outcome: 'stale' };
    throw thrown;
  }
  return { outcome: 'failed', error };
};
