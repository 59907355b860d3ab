import {
  addMember,
  createAnonymousClient,
  createServiceClient,
  createUser,
  type TestUser,
} from '@sluice/testkit';
import { type Answer, apiUrl, at, call, fieldsOf, newTenant, stringAt } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, tablesHolding } from '../support/fixtures.ts';

/** Who is a member of a tenant, and how people become one. */

const sql = openSql();
const ACCEPT = '/api/invitations/accept';

const codeOf = ({ status, body }: Answer) => [status, at(body, 'code')];

const world = async () => {
  const tenant = await newTenant();
  const path = `/api/tenants/${tenant.id}`;
  const as =
    (user: TestUser) =>
    (method: string, below: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
      call(method, `${path}${below}`, {
        token: user.accessToken,
        headers,
        ...(body === undefined ? {} : { body }),
      });
  return { tenant, path, as, owner: as(tenant.owner) };
};

const accept = (user: TestUser, token: string, preview?: boolean): Promise<Answer> =>
  call('POST', ACCEPT, {
    token: user.accessToken,
    body: { token, ...(preview === undefined ? {} : { preview }) },
  });

const invited = async (owner: Awaited<ReturnType<typeof world>>['owner'], email: string, role = 'member') => {
  const answer = await owner('POST', '/invitations', { email, role });
  expect(answer.status, answer.text).toBe(201);
  return {
    id: stringAt(answer.body, 'id'),
    token: stringAt(answer.body, 'invitationToken'),
    url: stringAt(answer.body, 'acceptUrl'),
  };
};

describe('an invitation', () => {
  test('makes whoever it is for a member, by a link that is shown once and kept nowhere', async () => {
    const { tenant, owner, as } = await world();
    const grace = await createUser(inject('stack'));
    const { token, url } = await invited(owner, grace.email.toUpperCase(), 'admin');
    expect(url).toBe(`${apiUrl()}/invitation#${token}`);
    expect(await tablesHolding(sql, token)).toEqual([]);
    const listed = await owner('GET', '/invitations');
    expect(listed.body).toMatchObject({
      items: [{ email: grace.email, role: 'admin', state: 'pending', invitedBy: tenant.owner.email }],
    });
    expect(listed.text).not.toContain('slinv_');

    const offer = await accept(grace, token, true);
    expect(offer.body).toMatchObject({ tenantName: tenant.name, role: 'admin', isMember: false });
    expect((await as(grace)('GET', '/members')).status).toBe(404);
    expect((await accept(grace, token)).body).toMatchObject({ tenantId: tenant.id, isMember: true });
    const members = await as(grace)('GET', '/members');
    expect(members.body).toMatchObject({
      items: [
        { userId: tenant.owner.id, email: tenant.owner.email, role: 'owner' },
        { userId: grace.id, email: grace.email, role: 'admin' },
      ],
    });
    expect((await owner('GET', '/invitations')).body).toEqual({ items: [] });
    // Who, when, of which tenant: by the one who accepted.
    const audit = await owner('GET', `/audit?actorId=${grace.id}`);
    const types = (at(audit.body, 'items') as unknown[]).map((event) => at(event, 'recordType'));
    expect(new Set(types)).toEqual(new Set(['tenant_invitations', 'tenant_members']));
  });

  test('tells another account whose it is by no more than a hint', async () => {
    const { tenant, owner } = await world();
    const { token } = await invited(owner, 'grace.hopper@navy.example.com');
    const eve = await createUser(inject('stack'));
    for (const preview of [true, false]) {
      const answer = await accept(eve, token, preview);
      expect(codeOf(answer)).toEqual([403, 'invitation_for_another_address']);
      expect(at(answer.body, 'detail')).toBe('It is for g…@n….com.');
      for (const told of ['grace', 'navy', tenant.id, tenant.name]) expect(answer.text).not.toContain(told);
    }
  });

  test('works once, however many accept at once; renewed, the link before it is void; revoked, both are', async () => {
    const { tenant, owner, as } = await world();
    const stack = inject('stack');
    const grace = await createUser(stack);
    const first = await invited(owner, grace.email);
    const renewed = await owner('POST', `/invitations/${first.id}/renew`);
    const token = stringAt(renewed.body, 'invitationToken');
    expect(codeOf(await accept(grace, first.token))).toEqual([404, 'invitation_unknown']);
    const answers = await Promise.all(Array.from({ length: 6 }, () => accept(grace, token)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    const { rows } = await sql.query(
      `select count(*)::int as events from public.audit_events where tenant_id = $1 and actor_id = $2 and record_type = 'tenant_members'`,
      [tenant.id, grace.id],
    );
    expect(rows).toEqual([{ events: 1 }]);
    expect((await as(grace)('DELETE', `/members/${grace.id}`)).status).toBe(204);
    expect(codeOf(await accept(grace, token))).toEqual([410, 'invitation_used']);

    const second = await invited(owner, grace.email);
    expect((await owner('DELETE', `/invitations/${second.id}`)).status).toBe(204);
    expect(codeOf(await accept(grace, second.token))).toEqual([410, 'invitation_revoked']);
    const third = await invited(owner, grace.email);
    await sql.query('update private.tenant_invitations set expires_at = now() where id = $1', [third.id]);
    expect(codeOf(await accept(grace, third.token))).toEqual([410, 'invitation_expired']);
    expect(at((await owner('GET', '/invitations')).body, 'items.0.state')).toBe('expired');
    // An expired one is in nobody's way.
    await invited(owner, grace.email);
  });

  test('gives nothing to whoever is a member already, who is told the role they have', async () => {
    const { tenant, owner, as } = await world();
    const grace = await addMember(inject('stack'), tenant, 'member');
    const email = `grace-${crypto.randomUUID()}@example.test`;
    const { token } = await invited(owner, email, 'admin');
    await sql.query('update auth.users set email = $2 where id = $1', [grace.id, email]);
    expect((await accept(grace, token, true)).body).toMatchObject({ role: 'member', isMember: true });
    expect(codeOf(await accept(grace, token))).toEqual([409, 'already_member']);
    expect(at((await owner('GET', '/invitations')).body, 'items.0.state')).toBe('pending');
    const members = await as(grace)('GET', '/members');
    expect((at(members.body, 'items') as unknown[]).map((member) => at(member, 'role'))).toEqual([
      'owner',
      'member',
    ]);
  });

  test('is not made for an address with characters in it that nobody sees, by either door', async () => {
    const { tenant, owner } = await world();
    const email = 'grace\u200b@example.test';
    const refused = await owner('POST', '/invitations', { email, role: 'member' });
    expect(codeOf(refused)).toEqual([400, 'invalid_request']);
    expect(at(refused.body, 'errors.0.field')).toBe('email');
    const { error } = await tenant.owner.client.rpc('invite_tenant_member', {
      p_tenant_id: tenant.id,
      p_email: email,
      p_role: 'member',
    });
    expect(error?.message).toContain('invalid_request');
  });

  test('is not accepted by an address nobody has confirmed', async () => {
    const { owner } = await world();
    const stack = inject('stack');
    const grace = await createUser(stack);
    const { token } = await invited(owner, grace.email);
    await sql.query('update auth.users set email_confirmed_at = null where id = $1', [grace.id]);
    expect(codeOf(await accept(grace, token))).toEqual([403, 'email_not_verified']);
    await sql.query('update auth.users set email_confirmed_at = now() where id = $1', [grace.id]);
    expect((await accept(grace, token)).status).toBe(200);
  });

  test('is one at a time for an address, for nobody who is a member, and at most as many as the limit says', async () => {
    const { tenant, owner } = await world();
    await invited(owner, 'a@example.test');
    expect(codeOf(await owner('POST', '/invitations', { email: 'A@example.test', role: 'admin' }))).toEqual([
      409,
      'invitation_pending',
    ]);
    const own = { email: tenant.owner.email, role: 'member' };
    expect(codeOf(await owner('POST', '/invitations', own))).toEqual([409, 'already_member']);
    const set = { p_tenant_id: tenant.id, p_name: 'members', p_value: 3 };
    await createServiceClient(inject('stack')).rpc('set_tenant_limit', set);
    const more = await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        owner('POST', '/invitations', { email: `more-${n}@example.test`, role: 'member' }),
      ),
    );
    expect(more.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of more.filter(({ status }) => status !== 201)) {
      expect(codeOf(answer)).toEqual([409, 'quota_reached']);
    }
    for (const email of ['', 'a', 'a@b', 'a b@c.de', 'a@b@c.de', 'a@c.d\ne', `${'x'.repeat(300)}@c.de`]) {
      const answer = await owner('POST', '/invitations', { email, role: 'member' });
      expect([answer.status, new Set(fieldsOf(answer))], email).toEqual([400, new Set(['email'])]);
    }
  });

  test('sent again under its key is not made twice, and its link is not told twice', async () => {
    const { owner } = await world();
    const send = () =>
      owner('POST', '/invitations', { email: 'a@example.test', role: 'member' }, { 'idempotency-key': 'k' });
    expect((await send()).status).toBe(201);
    expect(codeOf(await send())).toEqual([409, 'idempotency_secret_shown']);
    expect(at((await owner('GET', '/invitations')).body, 'items.length')).toBe(1);
  });
});

describe('roles', () => {
  test('only owners make owners, and what an admin may invite ends with their role', async () => {
    const { tenant, owner, as } = await world();
    const stack = inject('stack');
    const [admin, member] = await Promise.all([
      addMember(stack, tenant, 'admin'),
      addMember(stack, tenant, 'member'),
    ]);
    const asAdmin = as(admin);
    for (const answer of [
      await asAdmin('PATCH', `/members/${member.id}`, { role: 'owner' }),
      await asAdmin('PATCH', `/members/${admin.id}`, { role: 'owner' }),
      await asAdmin('PATCH', `/members/${tenant.owner.id}`, { role: 'member' }),
      await asAdmin('DELETE', `/members/${tenant.owner.id}`),
      await asAdmin('POST', '/invitations', { email: 'o@example.test', role: 'owner' }),
      await as(member)('DELETE', `/members/${admin.id}`),
    ]) {
      expect(codeOf(answer)).toEqual([403, 'forbidden']);
    }
    const grace = await createUser(stack);
    const { token } = await invited(asAdmin, grace.email);
    expect((await owner('PATCH', `/members/${admin.id}`, { role: 'member' })).status).toBe(200);
    expect(codeOf(await accept(grace, token))).toEqual([410, 'invitation_revoked']);
  });

  test('an edit of what somebody else changed meanwhile is refused', async () => {
    const { tenant, owner } = await world();
    const { id } = await addMember(inject('stack'), tenant, 'member');
    const changed = await owner('PATCH', `/members/${id}`, { role: 'admin' }, { 'if-match': '"1"' });
    expect([changed.status, at(changed.body, 'revision')]).toEqual([200, 2]);
    for (const refused of [
      await owner('PATCH', `/members/${id}`, { role: 'member' }, { 'if-match': '"1"' }),
      await owner('DELETE', `/members/${id}`, undefined, { 'if-match': '"1"' }),
    ]) {
      expect(codeOf(refused)).toEqual([412, 'edit_conflict']);
      expect(refused.headers.get('etag')).toBe(changed.headers.get('etag'));
    }
    const etag = changed.headers.get('etag') ?? '';
    expect((await owner('DELETE', `/members/${id}`, undefined, { 'if-match': etag })).status).toBe(204);
  });

  test('the last owner can neither leave nor be anything else; of all that leave at once one stays', async () => {
    const { tenant, owner, as } = await world();
    for (const answer of [
      await owner('DELETE', `/members/${tenant.owner.id}`),
      await owner('PATCH', `/members/${tenant.owner.id}`, { role: 'admin' }),
    ]) {
      expect(codeOf(answer)).toEqual([409, 'last_owner']);
    }
    const others = await Promise.all(
      Array.from({ length: 3 }, () => addMember(inject('stack'), tenant, 'owner')),
    );
    const owners = [tenant.owner, ...others];
    const left = await Promise.all(
      owners.map((one, n) =>
        n % 2 === 0
          ? as(one)('DELETE', `/members/${one.id}`)
          : as(one)('PATCH', `/members/${one.id}`, { role: 'member' }),
      ),
    );
    const refused = left.filter(({ status }) => status >= 300);
    expect(refused.map(codeOf)).toEqual([[409, 'last_owner']]);
    const { rows } = await sql.query(
      `select count(*)::int as owners from public.tenant_members where tenant_id = $1 and role = 'owner'`,
      [tenant.id],
    );
    expect(rows).toEqual([{ owners: 1 }]);
  });
});

test('past the API nobody becomes a member without an invitation', async () => {
  const { tenant } = await world();
  const stack = inject('stack');
  const eve = await createUser(stack);
  const add = { p_tenant_id: tenant.id, p_user_id: eve.id, p_role: 'member' };
  expect((await tenant.owner.client.rpc('set_tenant_member', add)).error?.code).toBe('PT404');
  expect((await tenant.owner.client.from('tenant_members').insert({})).error?.code).toBe('42501');
  expect((await tenant.owner.client.from('tenant_invitations').select('*')).status).toBe(404);
  const inPrivate = tenant.owner.client.schema('private').from('tenant_invitations');
  expect((await inPrivate.select('*')).status).toBe(406);
  const anonymous = await createAnonymousClient(stack).rpc('accept_tenant_invitation', { p_token: 'x' });
  expect(anonymous.error?.code).toBe('42501');
});
