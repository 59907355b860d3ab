import type { Clock, Log } from '../ports/engine.ts';
import type { ReplayLedger } from '../ports/replays.ts';

export interface ReplayContext {
  readonly ledger: ReplayLedger;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: {
    /** Objects taken up in one batch. */
    readonly limit: number;
    /** Objects looked at in one batch. */
    readonly scan: number;
    /** An integration with so many objects waiting gets no more, so that new documents do not stand behind old ones. */
    readonly maxWaiting: number;
    /** No batch is begun after this. */
    readonly budgetMs: number;
  };
}

/**
 * Runs replays a batch at a time, taking turns, until there is nothing to do or the time is up. Each batch is one
 * transaction that remembers where it stood, so a kill between two of them only delays.
 *
 * @returns how many objects were taken up.
 */
export const runReplayBatches = async ({ ledger, clock, log, settings }: ReplayContext): Promise<number> => {
  const { limit, scan, maxWaiting, budgetMs } = settings;
  const beganAt = clock.now();
  let replayed = 0;
  while (clock.now() - beganAt < budgetMs) {
    const batch = await ledger.runBatch({ limit, scan, maxWaiting });
    if (batch === null) break;
    replayed += batch.replayed;
    log.info('replay_batch', { ...batch });
  }
  return replayed;
};
