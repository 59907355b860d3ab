import { addMember } from '@sluice/testkit';
import { describe, expect, test } from 'vitest';
import { connect, listed, record, startLedger } from '../support/ledger.ts';

const ledger = await startLedger();

const stateOf = async (integrationId: string) => {
  const { rows } = await ledger.stack.sql.query(
    `select i.status, (select count(*)::int from private.sealed_secrets s where s.record_id = i.id) as secrets
     from public.s3_integrations i where i.id = $1`,
    [integrationId],
  );
  return rows[0];
};

const deleteUser = (id: string) => ledger.stack.sql.query('delete from auth.users where id = $1', [id]);

describe('when people leave', () => {
  test('the integrations of a tenant end with its last member, and their credentials with them', async () => {
    const { tenant, integrationId } = await connect(ledger);
    const colleague = await addMember(ledger.stack, tenant, 'admin');
    const connection = await stateOf(integrationId);
    expect(connection).toEqual({ status: 'active', secrets: 1 });

    await deleteUser(tenant.owner.id);
    expect(await stateOf(integrationId)).toEqual(connection);

    await deleteUser(colleague.id);
    expect(await stateOf(integrationId)).toEqual({ status: 'deleted', secrets: 0 });
  });

  test('a tenant that is deleted with everything in it takes its members along', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    await ledger.stack.sql.query('delete from public.tenants where id = $1', [connection.tenant.id]);
    expect(await stateOf(connection.integrationId)).toBeUndefined();
  });
});
