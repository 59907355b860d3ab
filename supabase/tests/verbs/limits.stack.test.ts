import { DEFAULT_LIMITS } from '@sluice/shared';
import { createTenant } from '@sluice/testkit';
import { expect, test } from 'vitest';
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
