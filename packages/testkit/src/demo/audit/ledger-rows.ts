import type { Pool } from 'pg';

type ObjectState =
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

interface LedgerOutput {
  readonly kind: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** Every row of an integration. */
export async function readLedgerRows(sql: Pool, integrationId: string): Promise<LedgerRow[]> {
  const { rows } = await sql.query<LedgerRow>(
    `select id, key, etag, size_bytes::float8 as "sizeBytes", is_current as "isCurrent", state, reason, revision,
       job_id as "jobId", pages, coalesce(outputs, '[]') as outputs
     from public.s3_processed_objects where integration_id = $1`,
    [integrationId],
  );
  return rows;
}

/** What has become of an object: settled, or held up for a reason. */
export interface LedgerNews {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly state: ObjectState;
  readonly reason: string | null;
  readonly pages: number | null;
  readonly outputKeys: readonly string[];
  /** From being found to this. */
  readonly elapsedSeconds: number;
  /** Microseconds since 1970, as text: more than a Date can tell apart. */
  readonly changedAt: string;
}

/** The news after a moment of `changedAt`, oldest first. Results of ours that were listed again are none. */
export async function readNews(sql: Pool, after: string, limit: number): Promise<LedgerNews[]> {
  const { rows } = await sql.query<LedgerNews>(
    `select * from (
       select o.id, i.bucket, o.key, o.state, o.reason, o.pages,
         array(select jsonb_array_elements(o.outputs) ->> 'key') as "outputKeys",
         extract(epoch from o.state_changed_at - o.found_at)::float8 as "elapsedSeconds",
         (extract(epoch from o.state_changed_at) * 1000000)::bigint as "changedAt"
       from public.s3_processed_objects o join public.s3_integrations i on i.id = o.integration_id
       where (o.due_at is null or (o.reason is not null and o.state in ('found', 'staged')))
         and o.reason is distinct from 'own_output') as news
     where "changedAt" > $1::bigint order by "changedAt", id limit $2`,
    [after, limit],
  );
  return rows;
}

export interface Charge {
  readonly jobId: string;
  readonly pages: number;
}

export async function readCharges(sql: Pool, integrationId: string): Promise<Charge[]> {
  const { rows } = await sql.query<Charge>(
    'select job_id as "jobId", pages from public.cost_ledger where integration_id = $1 and kind = \'processing\'',
    [integrationId],
  );
  return rows;
}

/** Where the objects of an integration stand, and its listing. */
export interface Standing {
  readonly integrationId: string;
  readonly bucket: string;
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

/** @param integrationIds all that are connected, when left out. */
export async function readStandings(sql: Pool, integrationIds?: readonly string[]): Promise<Standing[]> {
  const { rows } = await sql.query<Standing>(
    `select p.integration_id as "integrationId", i.bucket, count(o.id)::int as found,
       count(*) filter (where o.due_at is not null)::int as pending,
       count(*) filter (where o.state in ('staged', 'written_back'))::int as processed,
       count(*) filter (where o.state = 'written_back')::int as "writtenBack",
       count(*) filter (where o.state = 'skipped')::int as skipped,
       count(*) filter (where o.state in ('failed', 'dead'))::int as failed,
       p.cycle::float8 as cycle, p.cycle_started_at is not null as "isListing", p.last_error_code as "pollError"
     from public.s3_poll_states p
     join public.s3_integrations i on i.id = p.integration_id
     left join public.s3_processed_objects o using (integration_id)
     where i.status <> 'deleted' and ($1::uuid[] is null or p.integration_id = any ($1))
     group by p.integration_id, i.bucket`,
    [integrationIds ?? null],
  );
  return rows;
}
