import type {
  DeliveryToRecord,
  EventLedger,
  EventSource,
  EventTestStore,
  RecordedDelivery,
} from '@sluice/core';
import type { SluiceError } from '@sluice/shared';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link EventLedger} over the functions of `create_s3_events` and `add_event_verbs`. Needs a service client. */
export const createEventLedger = (
  client: Client,
): EventLedger & { prune(hours: number): Promise<number> } => ({
  source: async (integrationId) =>
    fromJson<EventSource | null>(
      unwrapNullable(await client.rpc('get_s3_event_source', { p_integration_id: integrationId })),
    ),
  record: async (delivery) => {
    const { deliveryId, secretVersion, revision, refused, leftKeys, ...lists } = toRow(delivery);
    return fromJson<RecordedDelivery>(
      unwrap(
        await client.rpc('record_s3_events', {
          p_integration_id: delivery.integrationId,
          p_delivery_id: deliveryId,
          p_secret_version: secretVersion,
          p_revision: revision,
          p_refused: toJson(refused),
          p_left_keys: leftKeys,
          p_keys: lists.keys,
          p_etags: lists.etags,
          p_sizes: lists.sizes,
          p_times: lists.times,
          p_sequencers: fromJson<string[]>(lists.sequencers),
          p_version_ids: fromJson<string[]>(lists.versionIds),
          p_skip_reasons: fromJson<string[]>(lists.skipReasons),
        }),
      ),
    );
  },
  recordAll: async (deliveries) =>
    fromJson<RecordedDelivery[]>(
      unwrap(
        await client.rpc('record_s3_event_deliveries', {
          p_integration_id: deliveries[0]?.integrationId ?? '',
          p_deliveries: toJson(deliveries.map(toRow)),
        }),
      ),
    ),
  refuse: async ({ integrationId, reason, detail, requestId }) => {
    unwrapNullable(
      await client.rpc('refuse_s3_events', {
        p_integration_id: integrationId,
        p_reason: reason,
        p_detail: fromJson<string>(detail),
        p_request_id: requestId,
      }),
    );
  },
  prune: async (hours) => unwrap(await client.rpc('prune_s3_event_deliveries', { p_hours: hours })),
});

const toRow = ({ deliveryId, secretVersion, revision, objects, leftKeys, refused }: DeliveryToRecord) => ({
  deliveryId,
  secretVersion,
  revision,
  refused,
  leftKeys: [...leftKeys],
  keys: objects.map(({ key }) => key),
  etags: objects.map(({ etag }) => etag),
  sizes: objects.map(({ sizeBytes }) => sizeBytes),
  times: objects.map(({ lastModified }) => lastModified),
  sequencers: objects.map(({ sequencer }) => sequencer),
  versionIds: objects.map(({ versionId }) => versionId),
  skipReasons: objects.map(({ skipReason }) => skipReason),
});

/** {@link EventTestStore} over the functions of `create_s3_event_tests`. Needs a service client. */
export const createEventTestStore = (client: Client): EventTestStore => ({
  begin: async (actorId, integrationId, kind) =>
    fromJson<Awaited<ReturnType<EventTestStore['begin']>>>(
      unwrap(
        await client.rpc('begin_s3_event_test', {
          p_actor: actorId,
          p_integration_id: integrationId,
          p_kind: kind,
        }),
      ),
    ),
  note: async (id, error) => {
    unwrapNullable(await client.rpc('note_s3_event_test', { p_id: id, ...noted(error) }));
  },
  due: async (limit) =>
    fromJson<Awaited<ReturnType<EventTestStore['due']>>>(
      unwrap(await client.rpc('due_s3_event_tests', { p_limit: limit })),
    ),
  end: async (id, error) => {
    unwrapNullable(await client.rpc('end_s3_event_test', { p_id: id, ...noted(error) }));
  },
});

const noted = (error: SluiceError | null) => ({
  p_error_code: fromJson<string>(error?.code ?? null),
  p_error_detail: fromJson<string>(error?.detail ?? null),
});
