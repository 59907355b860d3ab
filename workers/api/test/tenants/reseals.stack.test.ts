import { addMember, createUser, pollUntil } from '@sluice/testkit';
import { at, call, newTenant, stringAt } from '@sluice/testkit/api-client';
import { expect, inject, test } from 'vitest';
import { openSql } from '../support/fixtures.ts';
import { claimsFor, signAsStack } from '../support/tokens.ts';

const ROUTE = '/api/admin/reseals';
const sql = openSql();

const support = async () => {
  const { id } = await createUser(inject('stack'));
  const claims = { ...claimsFor(id), app_metadata: { platform_role: 'support' } };
  return { id, token: await signAsStack(claims) };
};

test('support begins a reseal, watches it and sees that no secret is on another key; twice is nothing new', async () => {
  const { id: actorId, token } = await support();
  const runs: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const begun = await call('POST', ROUTE, { token });
    expect(begun.status, begun.text).toBe(202);
    const id = stringAt(begun.body, 'id');
    runs.push(id);
    const ended = await pollUntil(
      async () => {
        const { body } = await call('GET', `${ROUTE}/${id}`, { token });
        return at(body, 'status') === 'running' ? undefined : body;
      },
      { what: 'the end of the reseal', timeoutMs: 60_000, intervalMs: 100 },
    );
    const target = at(ended, 'target');
    expect(target).toEqual({ keyId: 'local', kmsKeyVersion: 1 });
    expect(ended).toMatchObject({
      status: 'completed',
      resealedRows: 0,
      failedRows: 0,
      remainingRows: 0,
      failures: [],
    });
    expect((at(ended, 'keys') as unknown[]).map((key) => ({ ...(key as object), rows: 0 }))).toEqual([
      { ...(target as object), rows: 0 },
    ]);
  }
  const listed = await call('GET', ROUTE, { token });
  const ids = (at(listed.body, 'items') as unknown[]).map((item) => at(item, 'id'));
  expect(ids.filter((id) => runs.includes(String(id)))).toEqual(runs.toReversed());
  // One event when it began and one when it ended, and none of a tenant.
  const { rows } = await sql.query(
    `select actor_id, actor_kind, action, tenant_id, after ->> 'status' as status from public.audit_events
     where record_type = 'reseal_runs' and record_id = $1 order by id`,
    [runs[0]],
  );
  expect(rows).toEqual([
    { actor_id: actorId, actor_kind: 'support', action: 'insert', tenant_id: null, status: 'running' },
    { actor_id: null, actor_kind: 'engine', action: 'update', tenant_id: null, status: 'completed' },
  ]);
});

test('to owners, members and those who only say that they are support it does not exist', async () => {
  const tenant = await newTenant();
  const member = await addMember(inject('stack'), tenant, 'member');
  const says = await signAsStack({
    ...claimsFor(tenant.owner.id),
    user_metadata: { platform_role: 'support' },
    platform_role: 'support',
  });
  const before = await sql.query('select count(*)::int as n from private.reseal_runs');
  for (const token of [tenant.owner.accessToken, member.accessToken, says]) {
    expect((await call('POST', ROUTE, { token })).status).toBe(404);
    expect((await call('GET', ROUTE, { token })).status).toBe(404);
    expect((await call('GET', `${ROUTE}/${crypto.randomUUID()}`, { token })).status).toBe(404);
  }
  expect((await call('POST', ROUTE)).status).toBe(401);
  expect((await tenant.owner.client.rpc('list_reseals')).status).toBe(404);
  expect((await tenant.owner.client.rpc('begin_reseal')).error).not.toBeNull();
  expect((await sql.query('select count(*)::int as n from private.reseal_runs')).rows).toEqual(before.rows);
});
