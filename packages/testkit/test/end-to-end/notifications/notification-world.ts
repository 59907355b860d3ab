import { Pool } from 'pg';
import { expect, inject } from 'vitest';
import { call, newIntegration, newTenant, stringAt } from '../../../src/api-client/index.ts';
import { park } from '../../../src/park.ts';
import { connectControls } from '../../../src/stack/control.ts';
import { pollUntil } from '../../../src/stack/process/poll.ts';
import type { WebhookReceiver } from './webhook-receiver.ts';

const stack = inject('stack');
/** Ended by the file that uses it. */
export const sql = new Pool({ connectionString: stack.databaseUrls.superuser, max: 2 });
export const controls = connectControls(stack.controlUrl, stack.secretKey);
export const ROUTE = '/api/notification-targets';

interface Delivery {
  readonly id: string;
  readonly event_type: string;
  readonly state: string;
  readonly attempts: number;
  readonly status_code: number | null;
  readonly error_code: string | null;
  readonly wait: number | null;
}

/** A tenant whose integration tells this receiver; nobody polls it. */
export const connectedTo = async (receiver: WebhookReceiver) => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const integrationId = await newIntegration(tenant);
  await park(sql, integrationId);
  const created = await call('POST', ROUTE, {
    token,
    body: { tenantId: tenant.id, name: 'Our server', url: receiver.url },
  });
  expect(created.status, created.text).toBe(201);
  const targetId = stringAt(created.body, 'id');
  const told = await call('PUT', `/api/integrations/s3/${integrationId}/notification-target`, {
    token,
    body: { targetId },
  });
  expect(told.status, told.text).toBe(200);
  return {
    tenantId: tenant.id,
    token,
    integrationId,
    targetId,
    secret: stringAt(created.body, 'signingSecret'),
  };
};
export type Connected = Awaited<ReturnType<typeof connectedTo>>;

/** Documents that are written back, one after another. */
export const writtenBack = async (
  { tenantId, integrationId }: Connected,
  ...keys: string[]
): Promise<void> => {
  for (const key of keys) {
    await sql.query(
      `with o as (insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
         values ($1, $2, $3, 'etag', 9, 'poll', 'staged', 'infinity') returning id) select id from o`,
      [tenantId, integrationId, key],
    );
    await sql.query(
      `update public.s3_processed_objects set state = 'written_back', due_at = null, written_back_at = now(), pages = 3, outputs = '[]'
       where integration_id = $1 and key = $2`,
      [integrationId, key],
    );
  }
};

/** What is or was to be sent to its target, in order. */
export const deliveriesOf = async ({ targetId }: Connected): Promise<Delivery[]> =>
  (
    await sql.query<Delivery>(
      `select id, event_type, state, attempts, status_code, error_code, extract(epoch from due_at - now())::float8 as wait
       from public.notification_deliveries where target_id = $1 order by seq`,
      [targetId],
    )
  ).rows;

/** What waits is due now, as if its time had come. */
export const hasten = async ({ targetId }: Connected): Promise<void> => {
  await sql.query(
    `update public.notification_deliveries set due_at = now() where target_id = $1 and state = 'pending' and lease_id is null`,
    [targetId],
  );
  await sql.query(
    'update public.notification_targets set hinted_at = null where id = $1 and lease_id is null',
    [targetId],
  );
};

/** Ticks the minute's cron until it is so. */
export const until = (
  what: string,
  isDone: () => Promise<boolean> | boolean,
  timeoutMs = 40_000,
): Promise<unknown> =>
  pollUntil(
    async () => {
      await controls.tick('* * * * *');
      return isDone();
    },
    { what, timeoutMs, intervalMs: 200 },
  );

/** Whether everything for its target is delivered. */
export const allDelivered = (connection: Connected) => async () =>
  (await deliveriesOf(connection)).every(({ state }) => state === 'delivered');
