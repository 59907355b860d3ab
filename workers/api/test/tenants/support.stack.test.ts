import { addMember, createUser, type TestTenant } from '@sluice/testkit';
import { at, call, newIntegration, newTenant, stringAt } from '@sluice/testkit/api-client';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { openSql, park, seedObject, tablesHolding } from '../support/fixtures.ts';
import { claimsFor, signAsStack } from '../support/tokens.ts';

const sql = openSql();
const FIRST = '/api/integrations/s3';

let tenant: TestTenant;
let id: string;
let objectId: string;
let support: { id: string; token: string };
/** In everything a tenant gives us that is secret. */
const canary = `Canary${crypto.randomUUID().replaceAll('-', '')}`;

const newSupport = async () => {
  const user = await createUser(inject('stack'));
  const claims = { ...claimsFor(user.id), app_metadata: { platform_role: 'support' } };
  return { id: user.id, token: await signAsStack(claims) };
};

beforeAll(async () => {
  tenant = await newTenant();
  id = await newIntegration(tenant, {
    credentials: { accessKeyId: `AKIA${canary}`, secretAccessKey: canary },
  });
  await park(sql, id);
  objectId = await seedObject(sql, tenant.id, id);
  support = await newSupport();
  await sql.query(
    `insert into public.app_logs (service, level, event, message, tenant_id, integration_id, request_id, fields)
     select 's3-poller', level, 'event-' || n, 'line ' || n, $1, $2, 'request', '{"internal": "detail"}'
     from unnest(array['debug', 'info', 'warn', 'error']) with ordinality as l (level, n)`,
    [tenant.id, id],
  );
});

const items = (answer: { body: unknown }): unknown[] => at(answer.body, 'items') as unknown[];

describe('the audit of a tenant', () => {
  const path = () => `/api/tenants/${tenant.id}/audit`;

  test('tells its admins who did what, when, newest first, in pages that lose and double nothing', async () => {
    const token = tenant.owner.accessToken;
    await call('PATCH', `${FIRST}/${id}`, { token, body: { name: 'Renamed' } });
    const whole = await call('GET', `${path()}?limit=200`, { token });
    expect(whole.status, whole.text).toBe(200);
    expect(items(whole).find((event) => at(event, 'action') === 'update')).toMatchObject({
      tenantId: tenant.id,
      actorId: tenant.owner.id,
      actorKind: 'user',
      recordType: 's3_integrations',
      recordId: id,
      after: { name: 'Renamed' },
    });
    const paged: unknown[] = [];
    let cursor = '';
    do {
      const page = await call('GET', `${path()}?limit=2${cursor}`, { token });
      paged.push(...items(page));
      const next = at(page.body, 'nextCursor');
      cursor = typeof next === 'string' ? `&cursor=${next}` : '';
    } while (cursor !== '');
    expect(paged).toEqual(items(whole));
    expect(whole.text).not.toContain(canary);
  });

  test('filters by record, kind, person and time', async () => {
    const token = tenant.owner.accessToken;
    const search = async (query: string) =>
      items(await call('GET', `${path()}?limit=200&${query}`, { token }));
    const all = await search('');
    const count = (isWanted: (event: unknown) => boolean) => all.filter(isWanted).length;
    expect((await search(`recordId=${id}`)).length).toBe(count((event) => at(event, 'recordId') === id));
    expect((await search('recordType=s3_integrations')).length).toBe(
      count((event) => at(event, 'recordType') === 's3_integrations'),
    );
    expect((await search(`actorId=${tenant.owner.id}`)).length).toBe(
      count((event) => at(event, 'actorId') === tenant.owner.id),
    );
    expect(await search(`actorId=${crypto.randomUUID()}`)).toEqual([]);
    expect(await search(`to=2020-01-01T00:00:00Z`)).toEqual([]);
    expect((await search(`from=2020-01-01T00:00:00Z`)).length).toBe(all.length);
  });

  test('is not for members, and not there for strangers, by either door', async () => {
    const member = await addMember(inject('stack'), tenant, 'member');
    const stranger = await createUser(inject('stack'));
    expect((await call('GET', path(), { token: member.accessToken })).status).toBe(403);
    expect((await call('GET', path(), { token: stranger.accessToken })).status).toBe(404);
    for (const { client } of [member, stranger]) {
      const { data } = await client.from('audit_events').select('id').eq('tenant_id', tenant.id);
      expect(data).toEqual([]);
    }
  });

  test('tells the platform’s own deeds from a person’s', async () => {
    await sql.query(`update public.s3_integrations set bucket = bucket || '-x' where id = $1`, [id]);
    const seen = items(
      await call('GET', `${path()}?recordId=${id}&limit=1`, { token: tenant.owner.accessToken }),
    );
    expect(seen).toMatchObject([{ actorKind: 'engine', actorId: null }]);
  });
});

describe('support', () => {
  test('reads nothing of a tenant before it has said why, then what members read, and the tenant sees it', async () => {
    const { token, id: actorId } = await newSupport();
    const reads = [
      `${FIRST}/${id}`,
      `${FIRST}/${id}/objects`,
      `${FIRST}/${id}/objects/${objectId}`,
      `${FIRST}/${id}/rules`,
      `${FIRST}/${id}/logs`,
      `/api/tenants/${tenant.id}/audit`,
    ];
    for (const path of reads) expect((await call('GET', path, { token })).status, path).toBe(404);
    const body = { reason: 'Ticket 4711' };
    const opened = await call('POST', `/api/admin/tenants/${tenant.id}/access`, { token, body });
    expect(opened.status, opened.text).toBe(201);
    for (const path of reads) {
      const answer = await call('GET', path, { token });
      expect(answer.status, path).toBe(200);
      expect(answer.text).not.toContain(canary);
    }
    const audit = await call('GET', `/api/tenants/${tenant.id}/audit?actorId=${actorId}`, {
      token: tenant.owner.accessToken,
    });
    expect(items(audit)).toMatchObject([
      { actorKind: 'support', action: 'open', recordType: 'support_accesses', after: body },
    ]);
  });

  test('changes nothing, however open the tenant is', async () => {
    const { token } = support;
    const body = { reason: 'Ticket 1' };
    await call('POST', `/api/admin/tenants/${tenant.id}/access`, { token, body });
    const writes: [string, string, unknown?][] = [
      ['PATCH', `${FIRST}/${id}`, { name: 'Taken' }],
      ['DELETE', `${FIRST}/${id}`],
      ['POST', `${FIRST}/${id}/test-connection`],
      ['PUT', `${FIRST}/${id}/rules?prefix=${encodeURIComponent('in/a/')}`, { language: 'en' }],
    ];
    for (const [method, path, change] of writes) {
      const answer = await call(method, path, { token, ...(change === undefined ? {} : { body: change }) });
      expect([400, 404], `${method} ${path} ${answer.text}`).toContain(answer.status);
    }
    const { rows } = await sql.query('select name, status from public.s3_integrations where id = $1', [id]);
    expect(rows[0]).toMatchObject({ status: 'active' });
    expect(rows[0]?.name).not.toBe('Taken');
  });

  test('is shut out again after an hour, and with the claim', async () => {
    const member = await createUser(inject('stack'));
    const claims = { ...claimsFor(member.id), app_metadata: { platform_role: 'support' } };
    const token = await signAsStack(claims);
    await call('POST', `/api/admin/tenants/${tenant.id}/access`, { token, body: { reason: 'x' } });
    expect((await call('GET', `${FIRST}/${id}`, { token })).status).toBe(200);
    expect((await call('GET', `${FIRST}/${id}`, { token: member.accessToken })).status).toBe(404);
    await sql.query('update private.support_accesses set expires_at = now() where actor_id = $1', [
      member.id,
    ]);
    expect((await call('GET', `${FIRST}/${id}`, { token })).status).toBe(404);
  });

  test('finds integrations by tenant, bucket, state and trouble, and each tenant shown is told', async () => {
    const other = await newTenant();
    const bucket = `bucket-${crypto.randomUUID()}`;
    const failing = await newIntegration(other, { bucket });
    await park(sql, failing);
    await sql.query(
      `update public.s3_poll_states set consecutive_failures = 3, last_error_code = 'access_denied' where integration_id = $1`,
      [failing],
    );
    const search = async (query: string) => {
      const answer = await call('GET', `/api/admin/integrations?limit=200&${query}`, {
        token: support.token,
      });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.text).not.toContain(canary);
      return items(answer).map((item) => at(item, 'integrationId'));
    };
    expect(await search(`tenantId=${other.id}`)).toEqual([failing]);
    expect(await search(`bucket=${bucket}`)).toEqual([failing]);
    expect(await search(`search=${failing.toUpperCase()}`)).toEqual([failing]);
    expect(await search(`search=${other.id}`)).toEqual([failing]);
    expect(await search(`search=${other.id.slice(1)}`)).toEqual([]);
    const name = `Contracts 100%_${crypto.randomUUID()}`;
    await sql.query('update public.s3_integrations set name = $2 where id = $1', [failing, name]);
    expect(await search(`search=${encodeURIComponent(name.slice(3).toUpperCase())}`)).toEqual([failing]);
    const tenantName = `Company ${crypto.randomUUID()}`;
    await sql.query('update public.tenants set name = $2 where id = $1', [other.id, tenantName]);
    expect(await search(`search=${encodeURIComponent(tenantName.slice(0, -2))}`)).toEqual([failing]);
    // A question that names a tenant is told to it, whatever it found.
    const nobody = await newTenant();
    for (const query of [
      `tenantId=${nobody.id}&bucket=guessed`,
      `search=${nobody.id.toUpperCase()}&status=paused`,
    ]) {
      expect(await search(query)).toEqual([]);
    }
    const asked = await call('GET', `/api/tenants/${nobody.id}/audit?actorId=${support.id}`, {
      token: nobody.owner.accessToken,
    });
    expect(items(asked)).toHaveLength(2);
    expect(await search(`tenantId=${other.id}&failing=true`)).toEqual([failing]);
    expect(await search(`tenantId=${other.id}&failing=false`)).toEqual([]);
    expect(await search(`tenantId=${other.id}&status=paused`)).toEqual([]);
    const told = await call('GET', `/api/tenants/${other.id}/audit?actorId=${support.id}`, {
      token: other.owner.accessToken,
    });
    expect(items(told)[0]).toMatchObject({
      actorKind: 'support',
      action: 'read',
      recordType: 's3_integrations',
    });
  });

  test('reads the log of an integration with everything in it, its tenant without what is ours', async () => {
    const path = `/api/admin/logs?integrationId=${id}`;
    // Besides what the integration itself had to say.
    const seeded = (answer: { body: unknown }) =>
      items(answer).filter((line) => stringAt(line, 'event').startsWith('event-'));
    const theirs = await call('GET', path, { token: support.token });
    expect(seeded(theirs)).toHaveLength(4);
    expect(seeded(theirs)[0]).toMatchObject({ level: 'error', fields: { internal: 'detail' } });
    const errors = await call('GET', `${path}&level=error`, { token: support.token });
    expect(seeded(errors)).toHaveLength(1);
    const own = await call('GET', `${FIRST}/${id}/logs`, { token: tenant.owner.accessToken });
    expect(seeded(own).map((line) => at(line, 'level'))).toEqual(['error', 'warn', 'info']);
    expect(own.text).not.toContain('internal');
    expect((await call('GET', path, { token: tenant.owner.accessToken })).status).toBe(404);
  });

  test('of the audit of all tenants tells each tenant it saw', async () => {
    const { token, id: actorId } = await newSupport();
    await call('GET', `/api/admin/audit?recordId=${id}`, { token });
    const told = await call('GET', `/api/tenants/${tenant.id}/audit?actorId=${actorId}`, {
      token: tenant.owner.accessToken,
    });
    expect(items(told)).toMatchObject([{ actorKind: 'support', action: 'read', recordType: 'audit_events' }]);
  });

  test('reads the audit across tenants, which is an event itself', async () => {
    const { token, id: actorId } = await newSupport();
    const first = await call('GET', `/api/admin/audit?tenantId=${tenant.id}`, { token });
    expect(first.status, first.text).toBe(200);
    expect(items(first).every((event) => at(event, 'tenantId') === tenant.id)).toBe(true);
    const again = await call('GET', `/api/admin/audit?actorId=${actorId}`, { token });
    expect(items(again)[0]).toMatchObject({
      action: 'read',
      recordType: 'audit_events',
      tenantId: tenant.id,
    });
  });

  test('of the usage of an integration, and of all, tells each tenant it saw; a member’s reading is no event', async () => {
    const { token, id: actorId } = await newSupport();
    const told = async (whom: string) =>
      items(
        await call('GET', `/api/tenants/${tenant.id}/audit?recordType=s3_usage&actorId=${whom}`, {
          token: tenant.owner.accessToken,
        }),
      );
    const summary = `${FIRST}/${id}/usage-summary?days=7`;
    expect((await call('GET', summary, { token })).status).toBe(200);
    expect(await told(actorId)).toMatchObject([
      { actorKind: 'support', action: 'read', recordId: id, after: { days: 7 } },
    ]);
    const all = await call('GET', `/api/admin/usage-summary?tenantId=${tenant.id}`, { token });
    expect(all.status, all.text).toBe(200);
    expect(items(all).length).toBeGreaterThan(0);
    expect((await told(actorId)).map((event) => at(event, 'recordId'))).toEqual(['list', id]);
    const found = await call('GET', `/api/admin/usage-summary?search=${id.toUpperCase()}`, { token });
    expect(items(found).map((item) => at(item, 'integrationId'))).toEqual([id]);
    expect((await told(actorId))[0]).toMatchObject({ recordId: 'list', after: { search: id.toUpperCase() } });
    const unknown = await call('GET', `/api/admin/usage-summary?search=${crypto.randomUUID()}`, { token });
    expect([unknown.status, items(unknown)]).toEqual([200, []]);
    expect((await call('GET', summary, { token: tenant.owner.accessToken })).status).toBe(200);
    expect(await told(tenant.owner.id)).toEqual([]);
    // A tenant that has nothing yet is told of the look all the same; one that does not exist is nobody to tell.
    const empty = await newTenant();
    for (const tenantId of [empty.id, crypto.randomUUID()]) {
      const none = await call('GET', `/api/admin/usage-summary?tenantId=${tenantId}`, { token });
      expect(none.status, none.text).toBe(200);
      expect(items(none)).toEqual([]);
    }
    const seen = await call('GET', `/api/tenants/${empty.id}/audit?actorId=${actorId}`, {
      token: empty.owner.accessToken,
    });
    expect(items(seen)).toMatchObject([{ actorKind: 'support', action: 'read', recordType: 's3_usage' }]);
    const named = await newTenant();
    expect(items(await call('GET', `/api/admin/usage-summary?search=${named.id}`, { token }))).toEqual([]);
    const namedSees = await call('GET', `/api/tenants/${named.id}/audit?actorId=${actorId}`, {
      token: named.owner.accessToken,
    });
    expect(items(namedSees)).toMatchObject([{ recordType: 's3_usage', after: { search: named.id } }]);
  });

  test('finds no secret by any of these, and none is left in a table', async () => {
    expect(await tablesHolding(sql, canary)).toEqual([]);
  });
});
