import type { NotificationLedger, NotificationTargetStore, SendingTarget } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link NotificationLedger} over the functions of `add_notification_verbs`. Needs a service client. */
export const createNotificationLedger = (client: Client): NotificationLedger => ({
  claimDue: async (limit) => unwrap(await client.rpc('claim_due_notification_targets', { p_limit: limit })),
  begin: async (targetId, leaseSeconds, limit) =>
    fromJson<SendingTarget | null>(
      unwrapNullable(
        await client.rpc('begin_notifications', {
          p_target_id: targetId,
          p_lease_seconds: leaseSeconds,
          p_limit: limit,
        }),
      ),
    ),
  settle: async (deliveryId, leaseId, result, leaseSeconds) =>
    fromJson<Awaited<ReturnType<NotificationLedger['settle']>>>(
      unwrapNullable(
        await client.rpc('settle_notification', {
          p_delivery_id: deliveryId,
          p_lease_id: leaseId,
          p_result: toJson(result),
          p_lease_seconds: leaseSeconds,
        }),
      ),
    ),
  end: async (targetId, leaseId) => {
    unwrapNullable(await client.rpc('end_notifications', { p_target_id: targetId, p_lease_id: leaseId }));
  },
  prune: async (days) => unwrap(await client.rpc('prune_notification_deliveries', { p_days: days })),
});

/** {@link NotificationTargetStore} over the functions of `add_notification_verbs`. Needs a service client. */
export const createNotificationTargetStore = (client: Client): NotificationTargetStore => ({
  create: async (actorId, target, secret) => {
    unwrapNullable(
      await client.rpc('create_notification_target', {
        p_actor: actorId,
        p_target: toJson(target),
        p_secret: toJson(secret),
      }),
    );
  },
  get: async (actorId, targetId) =>
    fromJson<Awaited<ReturnType<NotificationTargetStore['get']>>>(
      unwrap(await client.rpc('get_notification_target', { p_actor: actorId, p_target_id: targetId })),
    ),
  update: async (actorId, targetId, changes, revision) => {
    unwrapNullable(
      await client.rpc('update_notification_target', {
        p_actor: actorId,
        p_target_id: targetId,
        p_changes: toJson(changes),
        ...(revision === null ? {} : { p_revision: revision }),
      }),
    );
  },
  rotate: async (actorId, targetId, secret, overlapSeconds) =>
    unwrap(
      await client.rpc('rotate_notification_secret', {
        p_actor: actorId,
        p_target_id: targetId,
        p_secret: toJson(secret),
        p_overlap_seconds: overlapSeconds,
      }),
    ),
  beginTest: async (actorId, targetId, leaseSeconds) =>
    fromJson<SendingTarget>(
      unwrap(
        await client.rpc('begin_test_notification', {
          p_actor: actorId,
          p_target_id: targetId,
          p_lease_seconds: leaseSeconds,
        }),
      ),
    ),
});
