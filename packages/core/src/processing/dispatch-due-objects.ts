import type { Log, ObjectQueue } from '../ports/engine.ts';
import type { DueObject, ObjectLedger } from '../ports/ledger.ts';

interface DispatchSettings {
  /** Rows claimed in one call. */
  readonly batch: number;
  /** Most rows taken from one integration in one call. */
  readonly perIntegration: number;
  /** Most objects of a tenant queued or in processing at once: what keeps a large backlog from filling the queue. */
  readonly inFlightPerTenant: number;
  /** After this a message counts as lost and is sent again. */
  readonly visibilitySeconds: number;
  /** Crashes an object may cause before it is given up. */
  readonly maxAttempts: number;
  /** Calls in one run. */
  readonly maxRounds: number;
}

export interface DispatchContext {
  readonly ledger: Pick<ObjectLedger, 'claimDueObjects'>;
  readonly processQueue: ObjectQueue;
  readonly writebackQueue: ObjectQueue;
  readonly log: Log;
  readonly settings: DispatchSettings;
}

/** Cloudflare Queues take at most this many messages in one call. */
const QUEUE_BATCH = 100;

/**
 * The sweep: sends whatever is due to its queue. Runs after every poll and from cron. A message that is lost, or a sender
 * that is killed between claim and send, only delays: the row becomes due again.
 *
 * @returns how many messages were sent.
 * @throws what the database threw, or the first failure of a queue after everything else claimed was sent.
 */
export const dispatchDueObjects = async (context: DispatchContext): Promise<number> => {
  const { ledger, settings, log } = context;
  // Whoever had more than this to give was cut short by a limit, so there may be more.
  const fullRound = Math.min(settings.batch, settings.perIntegration);
  let sent = 0;
  for (let round = 0; round < settings.maxRounds; round += 1) {
    const due = await ledger.claimDueObjects({
      limit: settings.batch,
      perIntegration: settings.perIntegration,
      inFlightPerTenant: settings.inFlightPerTenant,
      visibilitySeconds: settings.visibilitySeconds,
      maxAttempts: settings.maxAttempts,
    });
    for (const { objectId, target } of due) {
      if (target === 'dead') log.error('object_dead', { objectId, reason: 'retries_exhausted' });
    }
    sent += await sendAll(context, due);
    if (due.length < fullRound) break;
  }
  return sent;
};

/** One batch that is refused does not hold up the others: what was claimed and not sent waits for its visibility. */
const sendAll = async (
  { processQueue, writebackQueue }: DispatchContext,
  due: readonly DueObject[],
): Promise<number> => {
  let sent = 0;
  const failures: unknown[] = [];
  for (const [target, queue] of [
    ['process', processQueue],
    ['writeback', writebackQueue],
  ] as const) {
    const messages = due
      .filter((object) => object.target === target)
      .map(({ objectId }) => ({ version: 1 as const, objectId }));
    for (let i = 0; i < messages.length; i += QUEUE_BATCH) {
      const batch = messages.slice(i, i + QUEUE_BATCH);
      try {
        await queue.sendBatch(batch);
        sent += batch.length;
      } catch (error) {
        failures.push(error);
      }
    }
  }
  if (failures.length > 0) throw failures[0];
  return sent;
};
