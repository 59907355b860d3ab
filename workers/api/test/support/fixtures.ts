import { createTenant, type TestTenant, type TestUser } from '@sluice/testkit';
import { Pool } from 'pg';
import { afterAll, inject } from 'vitest';
import { call, stringAt } from './api.ts';

/** A connection as superuser, for what no API shows. Closed with the test file. */
export const openSql = (): Pool => {
  const pool = new Pool({ connectionString: inject('stack').databaseUrls.superuser, max: 2 });
  afterAll(() => pool.end());
  return pool;
};

export const newTenant = (owner?: TestUser): Promise<TestTenant> =>
  createTenant(inject('stack'), owner === undefined ? {} : { owner });

/** A body that connects a bucket of the stack. Every call has a folder of its own. */
export const genericBody = (tenantId: string, changes: Readonly<Record<string, unknown>> = {}) => {
  const { s3 } = inject('stack');
  const folder = crypto.randomUUID();
  return {
    tenantId,
    name: `Bucket ${folder.slice(0, 8)}`,
    provider: 'generic',
    bucket: s3.buckets[0] ?? '',
    endpoint: s3.endpoint,
    region: s3.region,
    inputPrefix: `${folder}/in/`,
    outputPrefix: `${folder}/out/`,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    ...changes,
  };
};

/** Connects a bucket and gives the id of the integration. */
export const newIntegration = async (
  tenant: TestTenant,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const created = await call('POST', '/api/integrations/s3', {
    token: tenant.owner.accessToken,
    body: genericBody(tenant.id, changes),
  });
  if (created.status !== 201) throw new Error(`not created: ${created.text}`);
  return stringAt(created.body, 'id');
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
