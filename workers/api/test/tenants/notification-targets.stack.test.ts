import { addMember, createAnonymousClient, createUser } from '@sluice/testkit';
import { at, call, fieldsOf, newIntegration, newTenant, stringAt } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, tablesHolding } from '../support/fixtures.ts';
import { seedDelivery } from '../support/notifications.ts';

const sql = openSql();
const ROUTE = '/api/notification-targets';
const URL = 'https://hooks.example.com/sluice?token=abc';

const prepare = async () => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const created = await call('POST', ROUTE, { token, body: { tenantId: tenant.id, name: 'Ours', url: URL } });
  expect(created.status, created.text).toBe(201);
  return {
    tenant,
    token,
    id: stringAt(created.body, 'id'),
    secret: stringAt(created.body, 'signingSecret'),
    created,
  };
};

describe('a notification target', () => {
  test('shows its signing secret once, and nothing holds it in clear', async () => {
    const { token, id, secret, created } = await prepare();
    expect(created.headers.get('location')).toBe(`${ROUTE}/${id}`);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const rotated = await call('POST', `${ROUTE}/${id}/rotate-secret`, {
      token,
      body: { overlapSeconds: 86_400 },
    });
    const second = stringAt(rotated.body, 'signingSecret');
    expect(second).not.toBe(secret);
    for (const path of [ROUTE, `${ROUTE}/${id}`, `${ROUTE}/${id}/deliveries`]) {
      expect((await call('GET', path, { token })).text).not.toContain('whsec_');
    }
    for (const text of [secret, second, secret.slice(6), second.slice(6)])
      expect(await tablesHolding(sql, text)).toEqual([]);
    const read = await call('GET', `${ROUTE}/${id}`, { token });
    expect(read.body).toMatchObject({ name: 'Ours', url: URL, status: 'active', secretVersion: 2 });
    expect(Date.parse(stringAt(read.body, 'previousSecretUntil')) - Date.now()).toBeGreaterThan(86_000_000);
  });

  test.each([
    'http://hooks.example.com/',
    'https://10.0.0.1/hook',
    'https://169.254.169.254/latest',
    'https://[::1]x/',
    'https://user:secret@hooks.example.com/',
    'https://localhost.localdomain/',
    'https://hooks.example.com:22/',
    'https://hooks.example.com/a#b',
    'https://hooks.example.com\\@10.0.0.1/',
  ])('is refused the address %s, when it is made and when it is moved', async (url) => {
    const { tenant, token, id } = await prepare();
    const made = await call('POST', ROUTE, { token, body: { tenantId: tenant.id, name: 'Bad', url } });
    const moved = await call('PATCH', `${ROUTE}/${id}`, { token, body: { url } });
    for (const answer of [made, moved]) {
      expect(answer.status, answer.text).toBe(422);
      expect(at(answer.body, 'code')).toBe('endpoint_refused');
      expect(fieldsOf(answer)).toEqual(['url']);
      expect(answer.text).not.toContain('secret@');
    }
  });

  test('has a name of its own within its tenant', async () => {
    const { tenant, token } = await prepare();
    const second = await call('POST', ROUTE, {
      token,
      body: { tenantId: tenant.id, name: 'Ours', url: URL },
    });
    expect(second.status).toBe(409);
    const other = await newTenant(tenant.owner);
    const elsewhere = await call('POST', ROUTE, {
      token,
      body: { tenantId: other.id, name: 'Ours', url: URL },
    });
    expect(elsewhere.status).toBe(201);
  });

  test('is renamed, moved, disabled and taken up again', async () => {
    const { token, id } = await prepare();
    const change = async (body: object) => (await call('PATCH', `${ROUTE}/${id}`, { token, body })).body;
    expect(await change({ name: 'Theirs' })).toMatchObject({ name: 'Theirs', url: URL });
    expect(await change({ url: 'https://new.example.com/' })).toMatchObject({
      url: 'https://new.example.com/',
    });
    expect(await change({ status: 'disabled' })).toMatchObject({
      status: 'disabled',
      disabledReason: 'by_hand',
    });
    expect(await change({ status: 'active' })).toMatchObject({ status: 'active', disabledReason: null });
    const { rows } = await sql.query<{ action: string }>(
      `select action from public.audit_events where record_type = 'notification_targets' and record_id = $1 order by id`,
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['insert', 'update', 'update', 'update', 'update']);
  });

  test('that is deleted goes with its secrets and its log, and is named by nobody any more', async () => {
    const { tenant, token, id } = await prepare();
    const integrationId = await newIntegration(tenant);
    await park(sql, integrationId);
    const path = `/api/integrations/s3/${integrationId}/notification-target`;
    await call('PUT', path, { token, body: { targetId: id } });
    expect((await call('GET', path, { token })).body).toMatchObject({ targetId: id });
    await sql.query(
      `insert into public.s3_integration_folder_rules (tenant_id, integration_id, prefix, notification_target) values ($1, $2, 'in/', 'Ours')`,
      [tenant.id, integrationId],
    );
    expect((await call('DELETE', `${ROUTE}/${id}`, { token })).status).toBe(204);
    expect((await call('GET', `${ROUTE}/${id}`, { token })).status).toBe(404);
    expect((await call('GET', path, { token })).body).toMatchObject({ targetId: null });
    const { rows } = await sql.query(
      `select 1 from private.sealed_secrets where record_id = $1
       union all select 1 from public.s3_integration_folder_rules where integration_id = $2 and notification_target is not null`,
      [id, integrationId],
    );
    expect(rows).toEqual([]);
  });

  test('of another tenant cannot be told of one’s documents', async () => {
    const [mine, theirs] = [await prepare(), await prepare()];
    const integrationId = await newIntegration(mine.tenant);
    await park(sql, integrationId);
    const answer = await call('PUT', `/api/integrations/s3/${integrationId}/notification-target`, {
      token: mine.token,
      body: { targetId: theirs.id },
    });
    const absent = await call('PUT', `/api/integrations/s3/${integrationId}/notification-target`, {
      token: mine.token,
      body: { targetId: crypto.randomUUID() },
    });
    expect([answer.status, absent.status]).toEqual([400, 400]);
    expect(at(answer.body, 'detail')).toBe(at(absent.body, 'detail'));
  });
});

describe('the log of deliveries', () => {
  test('is paged and filtered, and a delivery of another target is missing from it', async () => {
    const { tenant, token } = await prepare();
    const [one, two] = [await seedDelivery(sql, tenant.id), await seedDelivery(sql, tenant.id)];
    await sql.query(
      `insert into public.notification_deliveries (tenant_id, target_id, event_type, payload)
       select $1, $2, 'document.written_back', '{}' from generate_series(1, 4)`,
      [tenant.id, one.targetId],
    );
    const shown: unknown[] = [];
    let cursor: unknown = '';
    while (typeof cursor === 'string') {
      const page = await call(
        'GET',
        `${ROUTE}/${one.targetId}/deliveries?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        { token },
      );
      expect(page.status, page.text).toBe(200);
      shown.push(...(at(page.body, 'items') as unknown[]));
      cursor = at(page.body, 'nextCursor');
    }
    expect(new Set(shown.map((item) => at(item, 'id'))).size).toBe(5);
    const failed = await call('GET', `${ROUTE}/${one.targetId}/deliveries?state=failed`, { token });
    expect(at(failed.body, 'items.0.id')).toBe(one.deliveryId);
    expect(at(failed.body, 'items.1')).toBeUndefined();
    const crossed = `${ROUTE}/${one.targetId}/deliveries/${two.deliveryId}/replay`;
    expect((await call('POST', crossed, { token })).status).toBe(404);
    await call('PATCH', `${ROUTE}/${one.targetId}`, { token, body: { status: 'disabled' } });
    const disabled = await call('POST', `${ROUTE}/${one.targetId}/deliveries/${one.deliveryId}/replay`, {
      token,
    });
    expect(disabled.status).toBe(409);
  });
});

describe('through PostgREST', () => {
  test('a member reads, another tenant and nobody see nothing, and the engine’s verbs are refused', async () => {
    const { tenant, id } = await prepare();
    await seedDelivery(sql, tenant.id);
    const stack = inject('stack');
    const member = await addMember(stack, tenant, 'member');
    const stranger = await createUser(stack);
    for (const table of ['notification_targets', 'notification_deliveries']) {
      expect((await member.client.from(table).select('id')).data?.length, table).toBeGreaterThan(0);
      expect((await stranger.client.from(table).select('id')).data, table).toEqual([]);
      expect((await createAnonymousClient(stack).from(table).select('id')).error, table).not.toBeNull();
      expect((await member.client.from(table).select('lease_id')).error, table).not.toBeNull();
      expect((await tenant.owner.client.from(table).delete().neq('id', id)).error, table).not.toBeNull();
    }
    expect((await member.client.rpc('delete_notification_target', { p_target_id: id })).status).toBe(403);
    expect((await stranger.client.rpc('delete_notification_target', { p_target_id: id })).status).toBe(404);
    for (const verb of ['begin_notifications', 'settle_notification', 'update_notification_target']) {
      expect((await tenant.owner.client.rpc(verb)).error, verb).not.toBeNull();
    }
  });
});
