import type { Log } from '../ports/engine.ts';
import type {
  NotificationLedger,
  NotificationResult,
  NotifyQueue,
  SendingTarget,
  WebhookSecrets,
} from '../ports/notifications.ts';
import { type AttemptContext, attemptDelivery } from './attempt-delivery.ts';

export interface DeliverContext extends AttemptContext {
  readonly ledger: Pick<NotificationLedger, 'begin' | 'settle' | 'end'>;
  readonly secrets: Pick<WebhookSecrets, 'openSigner'>;
  readonly queue: NotifyQueue;
  readonly log: Log;
  readonly settings: {
    /** Above the time one attempt may take: the lease is extended by each. */
    readonly leaseSeconds: number;
    readonly batch: number;
    readonly maxRounds: number;
  };
}

/** A retry this close is hinted at by a message of its own; the sweep, once a minute, would be late for it. */
const MAX_HINT_SECONDS = 600;

/**
 * Sends what is due for a target, one after another in the order it happened. The first that fails stops the line, unless
 * it has stepped aside; what was killed on its way is sent again under the same id.
 */
export const deliverNotifications = async (context: DeliverContext, targetId: string): Promise<void> => {
  const { ledger, settings, queue } = context;
  for (let round = 0; round < settings.maxRounds; round += 1) {
    const target = await ledger.begin(targetId, settings.leaseSeconds, settings.batch);
    if (target === null) return;
    const retry = await sendInTurn(context, target);
    await ledger.end(targetId, target.leaseId);
    if (retry === null) continue;
    if (retry.delaySeconds <= MAX_HINT_SECONDS) await queue.send([targetId], retry.delaySeconds);
    return;
  }
  // There may be more: another message, so that others get their turn.
  await queue.send([targetId], 0);
};

/** The result that stopped the line; null when everything was sent. */
const sendInTurn = async (
  context: DeliverContext,
  target: SendingTarget,
): Promise<NotificationResult | null> => {
  const { ledger, log, settings } = context;
  const sign = await context.secrets.openSigner(target);
  let stopped: NotificationResult | null = null;
  for (const delivery of target.deliveries) {
    if (stopped !== null && delivery.holdsLine) continue;
    const result = await attemptDelivery(context, target, sign, delivery);
    const state = await ledger.settle(delivery.deliveryId, target.leaseId, result, settings.leaseSeconds);
    log.info('notification_sent', {
      targetId: target.targetId,
      tenantId: target.tenantId,
      deliveryId: delivery.deliveryId,
      ...result,
      state,
    });
    // Whoever has the lease now carries on.
    if (state === null) return result;
    if (result.outcome === 'delivered') continue;
    if (delivery.holdsLine && result.holdsLine && state === 'pending') stopped = result;
    // No answer at all: nobody is there, for any of them.
    if (result.statusCode === null || result.outcome === 'gone') return stopped ?? result;
  }
  return stopped;
};
