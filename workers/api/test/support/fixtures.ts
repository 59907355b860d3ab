import { Pool } from 'pg';
import { afterAll, inject } from 'vitest';

/** A connection as superuser, for what no API shows. Closed with the test file. */
export const openSql = (): Pool => {
  const pool = new Pool({ connectionString: inject('stack').databaseUrls.superuser, max: 2 });
  afterAll(() => pool.end());
  return pool;
};

export interface SeededObject {
  readonly state: string;
  readonly reason?: string;
  /** Microseconds after a fixed instant. */
  readonly foundAtMicros?: number;
}

/** Puts rows into the ledger as a poll would, newest last. */
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
