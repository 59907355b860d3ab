import { DEFAULT_LIMITS } from '@sluice/shared';
import { createTenant } from '@sluice/testkit';
import { expect, test } from 'vitest';
import { setMode } from '../support/events.ts';
import { connect, startLedger } from '../support/ledger.ts';

const ledger = await startLedger();

test('the limits the database keeps are those of the contracts', async () => {
  const [row] = await ledger.rows<{ limits: unknown }>('select private.default_limits() as limits');
  expect(row?.limits).toEqual(DEFAULT_LIMITS);
});

test('of many at once, as many get in as there are places', async () => {
  const tenant = await createTenant(ledger.stack);
  await ledger.rows('select public.set_tenant_limit($1, $2, 3)', [tenant.id, 'integrations']);
  const tried = await Promise.allSettled(
    Array.from({ length: 12 }, (_, n) =>
      connect(ledger, { tenant, bucket: `bucket-${n}`, outputPrefix: `out-${n}/` }),
    ),
  );
  expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  for (const outcome of tried) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'quota_reached' });
  }
  const teams = await Promise.all(
    Array.from({ length: DEFAULT_LIMITS.tenants_per_user + 5 }, (_, n) =>
      tenant.owner.client.rpc('create_tenant', { p_name: `Team ${n}` }),
    ),
  );
  // The personal tenant and the one of this test are there already.
  expect(teams.filter(({ error }) => error === null)).toHaveLength(DEFAULT_LIMITS.tenants_per_user - 2);
  expect(new Set(teams.flatMap(({ error }) => (error === null ? [] : [error.message])))).toEqual(
    new Set(['quota_reached']),
  );
});

test('dry runs of a tenant, many at once on as many buckets: as many begin as may', async () => {
  const tenant = await createTenant(ledger.stack);
  const connections = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      connect(ledger, { tenant, bucket: `dry-${n}`, outputPrefix: `out-${n}/` }),
    ),
  );
  await ledger.rows('select public.set_tenant_limit($1, $2, 3)', [tenant.id, 'running_dry_runs']);
  const begun = await Promise.all(
    connections.map(({ integrationId }) =>
      ledger.service.rpc('start_s3_dry_run', { p_actor: tenant.owner.id, p_integration_id: integrationId }),
    ),
  );
  expect(begun.filter(({ error }) => error === null)).toHaveLength(3);
  expect(new Set(begun.flatMap(({ error }) => (error === null ? [] : [error.message])))).toEqual(
    new Set(['quota_reached']),
  );
});

test('buckets connected through the front door of PostgREST have the same limits, whatever finds their objects', async () => {
  const connection = await connect(ledger);
  await ledger.rows('select public.set_tenant_limit($1, n, 1) from unnest($2::text[]) as n', [
    connection.tenant.id,
    ['integrations', 'folder_rules_per_integration'],
  ]);
  await setMode(ledger, connection, 'event');
  const { client } = connection.tenant.owner;
  const rule = (prefix: string) =>
    client.rpc('set_s3_folder_rule', {
      p_integration_id: connection.integrationId,
      p_prefix: prefix,
      p_rule: { language: 'de' },
    });
  expect((await rule('in/')).error).toBeNull();
  expect((await rule('other/')).error).toMatchObject({ code: 'PT409', message: 'quota_reached' });
  // No way around the verbs.
  const { error } = await client
    .from('s3_integration_folder_rules')
    .insert({ tenant_id: connection.tenant.id, integration_id: connection.integrationId, prefix: 'x/' });
  expect(error).toMatchObject({ code: '42501' });
  await expect(
    connect(ledger, { tenant: connection.tenant, bucket: 'second', outputPrefix: 'second/' }),
  ).rejects.toMatchObject({ code: 'quota_reached' });
});
