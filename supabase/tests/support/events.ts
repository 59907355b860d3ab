import { randomUUID } from 'node:crypto';
import type { DeliveryToRecord, EventObjectToRecord, RecordedDelivery } from '@sluice/core';
import { createEventLedger } from '@sluice/db';
import { type Connection, connect, type Ledger } from './ledger.ts';

/** A connection in event mode with an event secret of version 1. */
export async function connectWithEvents(
  ledger: Ledger,
  wanted: Parameters<typeof connect>[1] = {},
): Promise<Connection> {
  const connection = await connect(ledger, wanted);
  await ledger.rows(
    `insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, since)
     values ($1, $2, 'event_secret', 1, 'current', now())`,
    [connection.integrationId, connection.tenant.id],
  );
  await setMode(ledger, connection, 'event');
  return connection;
}

export const setMode = (ledger: Ledger, { integrationId }: Connection, mode: 'poll' | 'event') =>
  ledger.rows(`update public.s3_integrations set detection_mode = $2, status = 'active' where id = $1`, [
    integrationId,
    mode,
  ]);

/** An object as an event tells of it, at a second of 2030. */
export const told = (
  key: string,
  etag = 'v1',
  second = 0,
  more: Partial<EventObjectToRecord> = {},
): EventObjectToRecord => ({
  key,
  etag,
  sizeBytes: 100,
  lastModified: new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString(),
  skipReason: null,
  sequencer: null,
  versionId: null,
  ...more,
});

/** Records a delivery of the integration as it stands. */
export const tell = async (
  ledger: Ledger,
  { integrationId }: Connection,
  objects: readonly EventObjectToRecord[],
  more: Partial<DeliveryToRecord> = {},
): Promise<RecordedDelivery> => {
  const [row] = await ledger.rows<{ revision: number }>(
    'select revision from public.s3_integrations where id = $1',
    [integrationId],
  );
  return createEventLedger(ledger.service).record({
    integrationId,
    deliveryId: randomUUID(),
    secretVersion: 1,
    revision: row?.revision ?? 0,
    objects,
    leftKeys: [],
    refused: {},
    ...more,
  });
};

/** A figure of today's usage, deltas and folded days together. */
export const figure = async (
  ledger: Ledger,
  { integrationId }: Connection,
  metric: string,
  label = '',
): Promise<number> => {
  const [row] = await ledger.rows<{ amount: string | null }>(
    `select sum(amount) as amount from (
       select amount, metric, label from private.s3_usage_deltas where integration_id = $1
       union all select amount, metric, label from private.s3_usage_daily where integration_id = $1) as f
     where metric = $2 and label = $3`,
    [integrationId, metric, label],
  );
  return Number(row?.amount ?? 0);
};
