import { unwrap } from '@sluice/api-client';
import type { Pool } from 'pg';
import type { ProcessorRun } from '../faults/fault.ts';
import type { Read } from '../world/buckets.ts';
import type { Customer } from '../world/customer.ts';
import type { Charge, Evidence, Row } from './evidence.ts';

/** Reads everything there is to know of a customer, when all is over: the bucket, the tables as they are, and what the API tells. */
export const gatherEvidence = async (
  sql: Pool,
  { wish, memory, bucket, connection }: Customer,
  runs: ReadonlyMap<string, ProcessorRun>,
): Promise<Evidence> => {
  const { integrationId, api } = connection;
  const listed = await bucket.list();
  const outputs = new Map<string, Read>();
  for (const key of listed.keys()) {
    if (key.startsWith(wish.outputPrefix)) outputs.set(key, await bucket.read(key));
  }
  const { rows } = await sql.query<Row>(
    `select key, etag, size_bytes::float8 as "sizeBytes", is_current as "isCurrent", state, reason, job_id as "jobId"
     from public.s3_processed_objects where integration_id = $1`,
    [integrationId],
  );
  const { rows: charges } = await sql.query<Charge>(
    'select job_id as "jobId", pages from public.cost_ledger where integration_id = $1',
    [integrationId],
  );
  const { ledger } = await unwrap(
    api.GET('/api/integrations/s3/{id}', { params: { path: { id: integrationId } } }),
  );
  if (ledger === undefined) throw new Error(`${wish.name}: the API tells no ledger`);
  return { wish, memory, listed, outputs, rows, charges, ledger, runs };
};
