import type { Pool } from 'pg';

export type ObjectState =
  | 'found'
  | 'queued'
  | 'processing'
  | 'staged'
  | 'written_back'
  | 'skipped'
  | 'failed'
  | 'dead';

/** One row of the ledger, as the demo reads it: from the table, not through what it is to check. */
export interface LedgerRow {
  readonly id: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly isCurrent: boolean;
  readonly state: ObjectState;
  readonly reason: string | null;
  readonly revision: number;
  readonly jobId: string;
  readonly pages: number | null;
  readonly outputs: readonly LedgerOutput[];
}

export interface LedgerOutput {
  readonly kind: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** Every row of the integrations, in the order of their last change. */
export async function readLedgerRows(
  sql: Pool,
  integrationIds: readonly string[],
  changedAfter = new Date(0),
): Promise<(LedgerRow & { changedAt: Date })[]> {
  const { rows } = await sql.query<LedgerRow & { changedAt: Date }>(
    `select id, key, etag, size_bytes::float8 as "sizeBytes", is_current as "isCurrent", state, reason, revision,
       job_id as "jobId", pages, coalesce(outputs, '[]') as outputs, state_changed_at as "changedAt"
     from public.s3_processed_objects where integration_id = any ($1) and state_changed_at > $2
     order by state_changed_at, id`,
    [integrationIds, changedAfter],
  );
  return rows;
}

export interface Charge {
  readonly jobId: string;
  readonly pages: number;
}

export async function readCharges(sql: Pool, integrationId: string): Promise<Charge[]> {
  const { rows } = await sql.query<Charge>(
    'select job_id as "jobId", pages from public.cost_ledger where integration_id = $1',
    [integrationId],
  );
  return rows;
}

/** Where the objects of an integration stand, and its listing. */
export interface Standing {
  readonly integrationId: string;
  readonly found: number;
  readonly pending: number;
  readonly processed: number;
  readonly writtenBack: number;
  readonly skipped: number;
  readonly failed: number;
  /** Counts the listings begun. */
  readonly cycle: number;
  readonly isListing: boolean;
  /** Why the last listing failed; null when it did not. */
  readonly pollError: string | null;
}

export async function readStandings(sql: Pool, integrationIds: readonly string[]): Promise<Standing[]> {
  const { rows } = await sql.query<Standing>(
    `select p.integration_id as "integrationId", count(o.id)::int as found,
       count(*) filter (where o.due_at is not null)::int as pending,
       count(*) filter (where o.state in ('staged', 'written_back'))::int as processed,
       count(*) filter (where o.state = 'written_back')::int as "writtenBack",
       count(*) filter (where o.state = 'skipped')::int as skipped,
       count(*) filter (where o.state in ('failed', 'dead'))::int as failed,
       p.cycle::float8 as cycle, p.cycle_started_at is not null as "isListing", p.last_error_code as "pollError"
     from public.s3_poll_states p left join public.s3_processed_objects o using (integration_id)
     where p.integration_id = any ($1) group by p.integration_id`,
    [integrationIds],
  );
  return rows;
}
