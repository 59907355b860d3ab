import type { DeliverContext, NotifyQueue, WebhookSecrets } from '@sluice/core';
import { createNotificationLedger, createNotificationTargetStore } from '@sluice/db';
import { checkWebhookUrl } from '@sluice/egress';
import { asSluiceError, type NotifyMessage, SluiceError } from '@sluice/shared';
import type { Vault } from '@sluice/vault';
import type { Settings } from '../env.ts';
import { logOf } from '../log.ts';
import { webhookPoster } from './post-webhook.ts';
import { webhookSecrets } from './webhook-secrets.ts';

type Client = Parameters<typeof createNotificationLedger>[0];

/** What the engine's doors need to tell tenants. */
export interface Notifications extends Omit<DeliverContext, 'ledger' | 'secrets'> {
  readonly ledger: ReturnType<typeof createNotificationLedger>;
  readonly secrets: WebhookSecrets;
  readonly targets: ReturnType<typeof createNotificationTargetStore>;
  readonly checkUrl: (url: string) => void;
}

/** Cloudflare Queues take at most this many messages in one call. */
const QUEUE_BATCH = 100;

const queueOf = (queue: Queue<NotifyMessage>): NotifyQueue => ({
  send: async (targetIds, delaySeconds) => {
    for (let i = 0; i < targetIds.length; i += QUEUE_BATCH) {
      await queue.sendBatch(
        targetIds
          .slice(i, i + QUEUE_BATCH)
          .map((targetId) => ({ body: { version: 1 as const, targetId }, delaySeconds })),
      );
    }
  },
});

export const notificationsOf = (
  settings: Settings,
  client: Client,
  vault: Vault,
  queue: Queue<NotifyMessage>,
): Notifications => ({
  ledger: createNotificationLedger(client),
  targets: createNotificationTargetStore(client),
  secrets: webhookSecrets(vault),
  post: webhookPoster(settings),
  queue: queueOf(queue),
  clock: { now: () => Date.now() },
  random: Math.random,
  log: logOf('notifications'),
  // An attempt takes 15 s at most.
  settings: { leaseSeconds: 60, batch: 20, maxRounds: 5 },
  checkUrl: (url) => {
    try {
      checkWebhookUrl(url, { mode: settings.EGRESS_MODE, ownZones: settings.OWN_ZONES });
    } catch (thrown) {
      const { code, detail = '' } = asSluiceError(thrown);
      throw new SluiceError(code, { detail, fields: [{ field: 'url', message: detail }], cause: thrown });
    }
  },
});
