import type { Clock, Random } from '../ports/engine.ts';
import type {
  NotificationResult,
  NotificationToSend,
  PostWebhook,
  SendingTarget,
  SignWebhook,
} from '../ports/notifications.ts';
import { resultOf } from './notification-schedule.ts';

export interface AttemptContext {
  readonly post: PostWebhook;
  readonly clock: Clock;
  readonly random: Random;
}

/** Sends a delivery once, signed at this moment under its lasting id. Never throws: a failure is a result. */
export const attemptDelivery = async (
  { post, clock, random }: AttemptContext,
  target: Pick<SendingTarget, 'url'>,
  sign: SignWebhook,
  delivery: NotificationToSend,
): Promise<NotificationResult> => {
  const startedMs = clock.now();
  const at = new Date(startedMs);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': delivery.deliveryId,
    'webhook-timestamp': String(Math.floor(startedMs / 1000)),
    'webhook-signature': sign(delivery.deliveryId, at, delivery.payload),
  };
  let attempt: Parameters<typeof resultOf>[0];
  try {
    attempt = { answer: await post(target.url, headers, delivery.payload) };
  } catch (error) {
    attempt = { error };
  }
  return resultOf(attempt, delivery, clock.now() - startedMs, random);
};
