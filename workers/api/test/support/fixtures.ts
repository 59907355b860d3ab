import { Pool } from 'pg';
import { afterAll, inject } from 'vitest';

export { park } from '@sluice/testkit';

/** A connection as superuser, for what no API shows. Closed with the test file. */
export const openSql = (): Pool => {
  const pool = new Pool({ connectionString: inject('stack').databaseUrls.superuser, max: 2 });
  afterAll(() => pool.end());
  return pool;
};

export interface SeededObject {
  readonly state: string;
  readonly reason?: string;
  /** Microseconds after a fixed instant. Unless given, a second apart. */
  readonly foundAtMicros?: number;
}

/** Puts rows into the ledger as a poll would, newest last: `in/0.pdf`, `in/1.pdf`, … */
export const seedObjects = async (
  sql: Pool,
  tenantId: string,
  integrationId: string,
  objects: readonly SeededObject[],
): Promise<void> => {
  const pending = new Set(['found', 'queued', 'processing', 'staged']);
  await sql.query(
    `insert into public.s3_processed_objects
       (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, due_at, found_at)
     select $1, $2, 'in/' || o.n || '.pdf', 'etag', 100, 'poll', o.state, o.reason,
       case when o.pending then now() + interval '1 hour' end,
       timestamptz '2026-11-01 00:00:00Z' + make_interval(secs => o.micros / 1000000.0)
     from jsonb_to_recordset($3::jsonb) as o (n int, state text, reason text, pending bool, micros bigint)`,
    [
      tenantId,
      integrationId,
      JSON.stringify(
        objects.map(({ state, reason, foundAtMicros }, n) => ({
          n,
          state,
          reason: reason ?? null,
          pending: pending.has(state),
          micros: foundAtMicros ?? n * 1_000_000,
        })),
      ),
    ],
  );
};

/** Puts one object into the ledger that was written back; gives its id. */
export const seedObject = async (sql: Pool, tenantId: string, integrationId: string): Promise<string> => {
  const id = crypto.randomUUID();
  await sql.query(
    `insert into public.s3_processed_objects (id, tenant_id, integration_id, key, etag, size_bytes, found_by, state)
     values ($1, $2, $3, $4, 'etag', 100, 'poll', 'written_back')`,
    [id, tenantId, integrationId, `in/${id}.pdf`],
  );
  return id;
};

/** A replay that has ended; gives its id. */
export const seedReplay = async (sql: Pool, tenantId: string, integrationId: string): Promise<string> => {
  const id = crypto.randomUUID();
  await sql.query(
    `insert into public.s3_replays (id, tenant_id, integration_id, status, states, as_of, expected_objects, ended_at)
     values ($1, $2, $3, 'completed', '{failed}', now(), 0, now())`,
    [id, tenantId, integrationId],
  );
  return id;
};

/** A dry run that has ended, so that there is one to read. */
export const seedDryRun = async (sql: Pool, tenantId: string, integrationId: string): Promise<void> => {
  await sql.query(
    `insert into public.s3_dry_runs (tenant_id, integration_id, state, due_at, ended_at) values ($1, $2, 'completed', null, now())`,
    [tenantId, integrationId],
  );
};

/** A test of the events that has ended, likewise. */
export const seedEventTest = async (sql: Pool, tenantId: string, integrationId: string): Promise<void> => {
  await sql.query(
    `insert into public.s3_event_tests (tenant_id, integration_id, kind, key, written_at, removed_at, ended_at)
     values ($1, $2, 'probe', 'in/sluice-event-test.pdf', now(), now(), now())`,
    [tenantId, integrationId],
  );
};

/** The tables in which a text stands, wherever in a row. */
export const tablesHolding = async (sql: Pool, text: string): Promise<string[]> => {
  const { rows } = await sql.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname in ('public', 'private', 'auth')`,
  );
  const holding: string[] = [];
  for (const { name } of rows) {
    const found = await sql.query(`select 1 from ${name} as r where strpos(r::text, $1) > 0 limit 1`, [text]);
    if (found.rows.length > 0) holding.push(name);
  }
  return holding;
};
