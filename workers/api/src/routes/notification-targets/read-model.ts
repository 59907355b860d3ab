import { type Client, unwrap } from '@sluice/db';
import { NotificationDelivery, NotificationTarget } from '@sluice/shared';

/** Allow-lists: no lease and no secret is among them. */
const TARGET_COLUMNS =
  'id, tenant_id, name, url, status, disabled_reason, disabled_at, secret_version, previous_secret_until, failing_since, last_success_at, last_failure_at, revision, created_at, updated_at';
const DELIVERY_COLUMNS =
  'id, target_id, event_type, integration_id, object_id, payload, state, attempts, status_code, error_code, due_at, attempt_log, created_at, delivered_at';

export const targetRows = (db: Client) => db.from('notification_targets').select(TARGET_COLUMNS);
type TargetRow = NonNullable<Awaited<ReturnType<typeof targetRows>>['data']>[number];

export const targetOf = (row: TargetRow): NotificationTarget =>
  NotificationTarget.parse({
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    url: row.url,
    status: row.status,
    disabledReason: row.disabled_reason,
    disabledAt: row.disabled_at,
    secretVersion: row.secret_version,
    previousSecretUntil: row.previous_secret_until,
    failingSince: row.failing_since,
    lastSuccessAt: row.last_success_at,
    lastFailureAt: row.last_failure_at,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });

/** @throws SluiceError `not_found` */
export const readTarget = async (db: Client, id: string): Promise<NotificationTarget> =>
  targetOf(unwrap(await targetRows(db).eq('id', id).maybeSingle()));

export const deliveryRows = (db: Client, targetId: string) =>
  db.from('notification_deliveries').select(DELIVERY_COLUMNS).eq('target_id', targetId);
type DeliveryRow = NonNullable<Awaited<ReturnType<typeof deliveryRows>>['data']>[number];

export const deliveryOf = (row: DeliveryRow): NotificationDelivery =>
  NotificationDelivery.parse({
    id: row.id,
    targetId: row.target_id,
    eventType: row.event_type,
    integrationId: row.integration_id,
    objectId: row.object_id,
    payload: row.payload,
    state: row.state,
    attempts: row.attempts,
    statusCode: row.status_code,
    errorCode: row.error_code,
    nextAttemptAt: row.due_at,
    attemptLog: row.attempt_log,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
  });
