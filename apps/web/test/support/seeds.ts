import { createTenant, createUser, park, type TestTenant } from '@sluice/testkit';
import { newDraft, newIntegration } from '@sluice/testkit/api-client';
import { Pool } from 'pg';
import { afterAll, inject } from 'vitest';

/** A connection as superuser, for what no API brings about. Closed with the test file. */
export const openSql = (): Pool => {
  const pool = new Pool({ connectionString: inject('stack').databaseUrls.superuser, max: 2 });
  afterAll(() => pool.end());
  return pool;
};

/** What is known of an integration's polls. */
interface PollFacts {
  readonly listed?: number;
  readonly minutesAgo?: number;
  readonly error?: string;
}

/** Sets the standing of an integration, and keeps the crons of other tests from changing it. */
export const setPoll = async (
  sql: Pool,
  integrationId: string,
  { listed = 1_204, minutesAgo = 1, error }: PollFacts,
): Promise<void> => {
  await park(sql, integrationId);
  await sql.query(
    `update public.s3_poll_states set last_listed_objects = $2,
       last_completed_at = now() - make_interval(mins => $3), last_error_code = $4,
       last_error_at = case when $4::text is null then null else now() end,
       last_error_detail = case $4 when 'access_denied' then 's3:ListBucket on acme-documents was refused.' end
     where integration_id = $1`,
    [integrationId, listed, minutesAgo, error ?? null],
  );
};

/**
 * A tenant with one integration for each way it can stand. Once a stack: the folders have names for people, and a folder belongs to
 * one tenant.
 */
export const seedEveryStanding = async (sql: Pool): Promise<TestTenant> => {
  const stack = inject('stack');
  const owner = await createUser(stack, { email: 'ada@acme.example' });
  const tenant = await createTenant(stack, { name: 'Acme Publishing', owner });
  const folders = (name: string) => ({ inputPrefix: `${name}/inbox/`, outputPrefix: `${name}/accessible/` });
  await newDraft(tenant, { name: 'Scans of 2026', ...folders('scans') });
  const paused = await newIntegration(tenant, { name: 'Archive', ...folders('archive') });
  await sql.query(`update public.s3_integrations set status = 'paused' where id = $1`, [paused]);
  const upstream = await newIntegration(tenant, { name: 'Course material', ...folders('courses') });
  await setPoll(sql, upstream, { listed: 38, minutesAgo: 14, error: 'upstream_unavailable' });
  const denied = await newIntegration(tenant, { name: 'Invoices, Berlin office', ...folders('invoices') });
  await setPoll(sql, denied, { listed: 311, minutesAgo: 26, error: 'access_denied' });
  const working = await newIntegration(tenant, { name: 'Contracts', ...folders('contracts') });
  await setPoll(sql, working, { listed: 1_204, minutesAgo: 1 });
  return tenant;
};
