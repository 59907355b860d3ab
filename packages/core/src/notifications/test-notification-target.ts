import { SluiceError, type TestedNotification } from '@sluice/shared';
import type { NotificationLedger, NotificationTargetStore, WebhookSecrets } from '../ports/notifications.ts';
import { type AttemptContext, attemptDelivery } from './attempt-delivery.ts';

export interface TestNotificationContext extends AttemptContext {
  readonly actorId: string;
  readonly targets: Pick<NotificationTargetStore, 'beginTest'>;
  readonly ledger: Pick<NotificationLedger, 'settle'>;
  readonly secrets: Pick<WebhookSecrets, 'openSigner'>;
}

/** Above what one attempt may take. */
const LEASE_SECONDS = 60;

/** Sends a test event, once and at once, past the line. @throws SluiceError `not_found`, `forbidden`. */
export const testNotificationTarget = async (
  context: TestNotificationContext,
  targetId: string,
): Promise<TestedNotification> => {
  const target = await context.targets.beginTest(context.actorId, targetId, LEASE_SECONDS);
  const [delivery] = target.deliveries;
  if (delivery === undefined) throw new SluiceError('internal');
  const sign = await context.secrets.openSigner(target);
  const result = await attemptDelivery(context, target, sign, delivery);
  const outcome = result.outcome === 'delivered' ? 'delivered' : 'failed';
  await context.ledger.settle(delivery.deliveryId, target.leaseId, { ...result, outcome }, LEASE_SECONDS);
  const { statusCode, code, durationMs } = result;
  return { deliveryId: delivery.deliveryId, outcome, statusCode, code, durationMs };
};
