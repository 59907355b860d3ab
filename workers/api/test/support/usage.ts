import type { Pool } from 'pg';

interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** The figures of a day, as the API gives them. */
export interface Figures {
  readonly found: number;
  readonly foundBy: Record<string, number>;
  readonly revived: number;
  readonly processed: number;
  readonly writtenBack: number;
  readonly skipped: Record<string, number>;
  readonly failed: Record<string, number>;
  readonly pages: number;
  readonly bytesFound: number;
  readonly bytesProcessed: number;
  readonly eventsMissed: number;
  readonly eventsRefused: Readonly<Record<string, number>>;
  readonly discoveryLatency: Latency | null;
  readonly completionLatency: Latency | null;
  readonly calls: Record<string, number>;
  readonly costMicros: number;
}

type Recounted = Omit<
  Figures,
  'calls' | 'eventsMissed' | 'eventsRefused' | 'discoveryLatency' | 'completionLatency'
> & {
  discovery: Latency | null;
  completion: Latency | null;
};

/** The same figures by UTC day, counted from the objects and the cost ledger alone. Of objects that ran once. */
export const recount = async (sql: Pool, integrationId: string): Promise<Map<string, Recounted>> => {
  const { rows } = await sql.query<{ day: string; figures: Recounted }>(
    `with o as (
       select *, (found_at at time zone 'utc')::date as found_on, (state_changed_at at time zone 'utc')::date as changed_on,
         (staged_at at time zone 'utc')::date as staged_on, (written_back_at at time zone 'utc')::date as written_on,
         extract(epoch from found_at - source_modified_at) * 1000 as late, extract(epoch from written_back_at - found_at) * 1000 as took
       from public.s3_processed_objects where integration_id = $1
     ), days as (select unnest(array[found_on, changed_on, staged_on, written_on]) as day from o)
     select d.day::text, jsonb_build_object(
       'found', (select count(*) from o where found_on = d.day),
       'foundBy', (select coalesce(jsonb_object_agg(g.found_by, g.n), '{}') from (select found_by, count(*) n from o where found_on = d.day group by 1) g),
       'revived', 0,
       'processed', (select count(*) from o where staged_on = d.day),
       'writtenBack', (select count(*) from o where written_on = d.day),
       'skipped', (select coalesce(jsonb_object_agg(g.reason, g.n), '{}') from (select reason, count(*) n from o where state = 'skipped' and changed_on = d.day group by 1) g),
       'failed', (select coalesce(jsonb_object_agg(g.reason, g.n), '{}') from (select reason, count(*) n from o where state in ('failed', 'dead') and changed_on = d.day group by 1) g),
       'pages', (select coalesce(sum(pages), 0) from o where staged_on = d.day),
       'bytesFound', (select coalesce(sum(size_bytes), 0) from o where found_on = d.day),
       'bytesProcessed', (select coalesce(sum(size_bytes), 0) from o where staged_on = d.day),
       'costMicros', (select coalesce(sum(c.amount_micros), 0) from public.cost_ledger c join o using (job_id) where (c.at at time zone 'utc')::date = d.day),
       'discovery', (select jsonb_build_object('count', count(*), 'p50Ms', greatest(percentile_disc(0.5) within group (order by late), 1),
         'p95Ms', greatest(percentile_disc(0.95) within group (order by late), 1)) from o where found_on = d.day having count(*) > 0),
       'completion', (select jsonb_build_object('count', count(*), 'p50Ms', percentile_disc(0.5) within group (order by took),
         'p95Ms', percentile_disc(0.95) within group (order by took)) from o where written_on = d.day having count(*) > 0)) as figures
     from (select distinct day from days where day is not null) d`,
    [integrationId],
  );
  return new Map(rows.map(({ day, figures }) => [day, figures]));
};
