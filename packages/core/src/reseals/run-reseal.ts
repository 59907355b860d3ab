import { asSluiceError } from '@sluice/shared';
import { forEachConcurrently } from '../concurrency.ts';
import type { Clock, Log } from '../ports/engine.ts';
import type {
  ResealBatch,
  ResealLease,
  ResealLedger,
  ResealSecret,
  SealingKey,
  StoredSecret,
} from '../ports/reseals.ts';

export interface ResealContext {
  readonly ledger: ResealLedger;
  /** The key that wraps now: a run towards another key is not ours to do. */
  readonly target: SealingKey;
  readonly reseal: ResealSecret;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: {
    /** Secrets a batch, so a transaction. */
    readonly batch: number;
    /** Secrets handled at once. */
    readonly concurrency: number;
    readonly leaseSeconds: number;
    /** No batch is begun after this. */
    readonly budgetMs: number;
  };
}

/**
 * `unfinished`: the time is up, go on at once. `waiting`: nothing to do here now; the sweep asks again. The others are how the
 * run ended.
 */
export type ResealOutcome = 'unfinished' | 'waiting' | 'completed' | 'incomplete';

/**
 * Works on the run that is under way, until it has ended or the time is up. Killed anywhere it loses at most one batch of
 * work, which is done again; what was saved stays.
 */
export const runReseal = async (context: ResealContext): Promise<ResealOutcome> => {
  const { ledger, target, settings, log, clock } = context;
  const lease = await ledger.claim(target, settings.leaseSeconds);
  if (lease === null) return 'waiting';
  const endsAt = clock.now() + settings.budgetMs;
  try {
    let { cursor } = lease;
    for (;;) {
      if (!(await walk(context, lease, cursor, endsAt))) {
        await ledger.release(lease, null);
        return 'unfinished';
      }
      const status = await ledger.endPass(lease);
      if (status === 'completed' || status === 'incomplete') {
        log.info('reseal_ended', { runId: lease.runId, status });
        return status;
      }
      if (status === null) return 'waiting';
      if (status === 'busy') {
        await ledger.release(lease, null);
        return 'waiting';
      }
      cursor = null;
    }
  } catch (thrown) {
    if (thrown instanceof LeaseLost) return 'waiting';
    const { code } = asSluiceError(thrown);
    log.error('reseal_held_up', { runId: lease.runId, code, error: thrown });
    await ledger.release(lease, code);
    return 'waiting';
  }
};

/** Somebody else has the run: what we had begun is theirs to do. */
class LeaseLost extends Error {}

/** One walk to the end of the secrets. False: the time was up first. */
const walk = async (
  context: ResealContext,
  lease: ResealLease,
  from: string | null,
  endsAt: number,
): Promise<boolean> => {
  const { ledger, reseal, clock, settings } = context;
  const next = (after: string | null) => ledger.next(lease.runId, after, settings.batch);
  // While one batch is wrapped, the one before it is saved and the one after it is read.
  let saving: Promise<void> = Promise.resolve();
  let reading = next(from);
  for (;;) {
    const secrets = await reading;
    const last = secrets.at(-1);
    if (last === undefined) {
      await saving;
      return true;
    }
    const isTimeUp = clock.now() >= endsAt;
    if (isTimeUp) {
      await saving;
      return false;
    }
    reading = next(last.id);
    // Should this batch fail first, nobody is left to hear of these.
    reading.catch(() => undefined);
    let batch: ResealBatch;
    try {
      batch = await resealAll(secrets, last.id, reseal, settings.concurrency);
    } finally {
      await saving;
    }
    saving = save(context, lease, batch);
    saving.catch(() => undefined);
  }
};

/** @throws LeaseLost */
const save = async (
  { ledger, log, settings }: ResealContext,
  lease: ResealLease,
  batch: ResealBatch,
): Promise<void> => {
  const moved = await ledger.save(lease, batch, settings.leaseSeconds);
  if (moved === null) throw new LeaseLost();
  for (const { id, reason } of batch.failed)
    log.warn('reseal_failed', { runId: lease.runId, secretId: id, reason });
};

/** @throws SluiceError when the key, not a secret, is the trouble. */
const resealAll = async (
  secrets: readonly StoredSecret[],
  cursor: string,
  reseal: ResealSecret,
  concurrency: number,
): Promise<ResealBatch> => {
  const resealed: ResealBatch['resealed'][number][] = [];
  const failed: ResealBatch['failed'][number][] = [];
  await forEachConcurrently(secrets, concurrency, async (secret) => {
    const result = await reseal(secret);
    if (result.isOk) {
      const { dataKeyCiphertext } = result;
      resealed.push({ id: secret.id, was: secret.dataKeyCiphertext, dataKeyCiphertext });
    } else {
      failed.push({ id: secret.id, reason: result.reason });
    }
  });
  return { cursor, resealed, failed };
};
