import { ERROR_CATALOGUE } from '@sluice/shared';
import { addMember, createTenant } from '@sluice/testkit';
import {
  at,
  call,
  genericBody,
  loadDocument,
  newDraft,
  newIntegration,
  newTenant,
  stringAt,
} from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, seedObjects, tablesHolding } from '../support/fixtures.ts';

const sql = openSql();

const ROUTE = '/api/integrations/s3';
const { document } = await loadDocument();
const examples = Object.entries(
  document.paths[ROUTE]?.['post']?.requestBody?.content['application/json']?.examples ?? {},
);

const canary = () => `canary${crypto.randomUUID().replaceAll('-', '')}`;

describe('creating an integration', () => {
  test('has an example of every provider', () => {
    expect(examples.map(([name]) => name).toSorted()).toEqual(['aws_key', 'aws_role', 'b2', 'generic', 'r2']);
  });

  test.each(examples)('connects %s, and reads back what was stored', async (provider, { value }) => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const body: Record<string, unknown> = { ...(value as object), tenantId: tenant.id };
    const created = await call('POST', ROUTE, { token, body });
    expect(created.status).toBe(201);
    const id = stringAt(created.body, 'id');
    await park(sql, id);
    expect(created.headers.get('location')).toBe(`${ROUTE}/${id}`);
    const { provider: _, ...entered } = body;
    for (const [field, sent] of Object.entries(entered)) {
      if (field === 'credentials' || field === 'accountId' || field === 'jurisdiction') continue;
      expect(at(created.body, field), field).toEqual(sent);
    }
    expect(created.body).toMatchObject({
      provider,
      status: 'draft',
      detectionMode: 'poll',
      accessKeyHint: provider === 'aws_role' ? null : 'MPLE',
      lastTest: null,
      polling: { lastCompletedAt: null, lastError: null },
    });
    const read = await call('GET', `${ROUTE}/${id}`, { token });
    expect(read.status).toBe(200);
    const { polling: _created, ...settled } = created.body as Record<string, unknown>;
    expect(read.body).toMatchObject({
      ...settled,
      ledger: { found: 0, writtenBack: 0, pending: 0, skipped: {}, failed: {} },
    });
  });

  test('says why documents wait whose bucket hangs, and nothing before it is sure', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const id = await newDraft(tenant);
    const holdUp = async () => at((await call('GET', `${ROUTE}/${id}`, { token })).body, 'holdUp');
    const circuit = (side: string, openUntil: string | null) =>
      sql.query(
        `insert into public.s3_circuits (tenant_id, integration_id, side, code, open_until) values ($1, $2, $3, 'upstream_timeout', $4)`,
        [tenant.id, id, side, openUntil],
      );
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    await circuit('write', null);
    expect(await holdUp()).toBeNull();
    await circuit('read', inAnHour);
    // Nobody waits for it yet, then a document that has been read already.
    expect(await holdUp()).toBeNull();
    const waiting = async (state: string) => {
      await sql.query('delete from public.s3_processed_objects where integration_id = $1', [id]);
      await seedObjects(sql, tenant.id, id, [{ state: 'written_back' }, { state }]);
    };
    await waiting('staged');
    expect(await holdUp()).toBeNull();
    await waiting('found');
    const { body: page } = await call('GET', `${ROUTE}?tenantId=${tenant.id}`, { token });
    expect(at(page, 'items.0.holdUp')).toEqual(await holdUp());
    expect(await holdUp()).toMatchObject({
      work: 'read',
      code: 'upstream_timeout',
      owner: 'upstream',
      title: ERROR_CATALOGUE.upstream_timeout.title,
      remedy: ERROR_CATALOGUE.upstream_timeout.remedy,
    });
    await sql.query(`update public.s3_circuits set open_until = $2 where integration_id = $1`, [
      id,
      inAnHour,
    ]);
    expect(await holdUp()).toMatchObject({ work: 'write' });
    await waiting('staged');
    expect(await holdUp()).toMatchObject({ work: 'write' });
    await waiting('written_back');
    expect(await holdUp()).toBeNull();
    await waiting('staged');
    await sql.query(
      `update public.s3_circuits set open_until = now() - interval '2 hours' where integration_id = $1`,
      [id],
    );
    expect(await holdUp()).toBeNull();
  });

  test('leads R2 to the account’s endpoint in its jurisdiction', async () => {
    const tenant = await newTenant();
    const { value } = Object.fromEntries(examples)['r2'] ?? { value: {} };
    const created = await call('POST', ROUTE, {
      token: tenant.owner.accessToken,
      body: { ...(value as object), tenantId: tenant.id },
    });
    expect(at(created.body, 'endpoint')).toBe(
      'https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com',
    );
    expect(at(created.body, 'region')).toBe('auto');
    await park(sql, stringAt(created.body, 'id'));
  });

  test('makes an external id for a role: long, its own, and never the caller’s', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const { value } = Object.fromEntries(examples)['aws_role'] ?? { value: {} };
    const ids: string[] = [];
    for (const folder of ['a', 'b']) {
      const prefixes = { inputPrefix: `${folder}/in/`, outputPrefix: `${folder}/out/` };
      const body = { ...(value as object), tenantId: tenant.id, ...prefixes };
      const created = await call('POST', ROUTE, { token, body });
      await park(sql, stringAt(created.body, 'id'));
      ids.push(stringAt(created.body, 'externalId'));
      expect((await call('POST', ROUTE, { token, body: { ...body, externalId: 'mine' } })).status).toBe(400);
    }
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id.replaceAll(/[^0-9a-f]/g, '').length).toBeGreaterThanOrEqual(64);
  });

  test('stores no credential where anybody could read it', async () => {
    const tenant = await newTenant();
    const credentials = { accessKeyId: canary(), secretAccessKey: canary(), sessionToken: canary() };
    const id = await newIntegration(tenant, { credentials });
    await park(sql, id);
    for (const secret of Object.values(credentials)) expect(await tablesHolding(sql, secret)).toEqual([]);
    // The search itself finds what is there.
    expect(await tablesHolding(sql, id)).toEqual(
      expect.arrayContaining(['public.s3_integrations', 'private.sealed_secrets', 'public.audit_events']),
    );
  });

  test('is attributed to whoever did it', async () => {
    const tenant = await newTenant();
    const admin = await addMember(inject('stack'), tenant, 'admin');
    const id = await newDraft({ ...tenant, owner: admin });
    await park(sql, id);
    const { rows } = await sql.query(
      `select actor_id, actor_kind, action from public.audit_events where record_type = 's3_integrations' and record_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ actor_id: admin.id, actor_kind: 'user', action: 'insert' }]);
  });

  test('trims what people paste, and adds the slash a folder lacks', async () => {
    const tenant = await newTenant();
    const created = await call('POST', ROUTE, {
      token: tenant.owner.accessToken,
      body: genericBody(tenant.id, { name: '  Pasted \t', inputPrefix: 'scans', outputPrefix: 'results' }),
    });
    expect(created.body).toMatchObject({ name: 'Pasted', inputPrefix: 'scans/', outputPrefix: 'results/' });
    await park(sql, stringAt(created.body, 'id'));
  });
});

describe('changing an integration', () => {
  test('keeps what is omitted, sets what is given, and clears what is null', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const id = await newIntegration(tenant, { language: 'de', overwritePolicy: 'ignore' });
    await park(sql, id);
    const change = async (body: object) => (await call('PATCH', `${ROUTE}/${id}`, { token, body })).body;
    expect(await change({ name: 'Renamed' })).toMatchObject({
      name: 'Renamed',
      language: 'de',
      overwritePolicy: 'ignore',
      status: 'active',
    });
    expect(await change({ language: null })).toMatchObject({ name: 'Renamed', language: null });
    expect(await change({ language: 'fr', overwritePolicy: 'keep_versions' })).toMatchObject({
      name: 'Renamed',
      language: 'fr',
      overwritePolicy: 'keep_versions',
    });
    expect((await call('GET', `${ROUTE}/${id}`, { token })).body).toMatchObject({ language: 'fr' });
  });

  test('cannot clear what must have a value, nor change what is fixed, nor change nothing', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const id = await newIntegration(tenant);
    await park(sql, id);
    for (const body of [
      {},
      { name: null },
      { status: null },
      { overwritePolicy: null },
      { status: 'deleted' },
      { provider: 'r2' },
      { bucket: 'a/b' },
      { roleArn: 'arn:aws:iam::123456789012:role/sluice' },
      { accountId: '0123456789abcdef0123456789abcdef' },
      { externalId: 'mine' },
      { outputPrefix: '' },
      { credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      { tenantId: crypto.randomUUID() },
      { name: '   ' },
      { name: 'x'.repeat(201) },
      { language: 'not a language' },
    ]) {
      const answer = await call('PATCH', `${ROUTE}/${id}`, { token, body });
      expect(answer.status, JSON.stringify(body)).toBe(400);
    }
  });

  test('pauses at once, and polls at once when taken up again', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const id = await newIntegration(tenant);
    await park(sql, id);
    const patch = (status: string) => call('PATCH', `${ROUTE}/${id}`, { token, body: { status } });
    expect((await patch('paused')).body).toMatchObject({ status: 'paused' });
    const isDue = async () => {
      const { rows } = await sql.query(
        `select s.next_poll_at <= now() and i.status = 'active' as due from public.s3_poll_states s
         join public.s3_integrations i on i.id = s.integration_id where i.id = $1`,
        [id],
      );
      return at(rows, '0.due');
    };
    expect(await isDue()).toBe(false);
    expect((await patch('active')).body).toMatchObject({ status: 'active' });
    expect(await isDue()).toBe(true);
    await park(sql, id);
    // Asked twice, it changes nothing and is no event.
    await patch('active');
    const { rows } = await sql.query(
      `select after from public.audit_events where record_id = $1 and action = 'update'
         and before ->> 'status' <> 'draft' order by id`,
      [id],
    );
    expect(rows).toEqual([{ after: { status: 'paused' } }, { after: { status: 'active' } }]);
  });
});

describe('deleting an integration', () => {
  test('hides it, destroys its secret at once, and frees its place', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const body = genericBody(tenant.id);
    const created = await call('POST', ROUTE, { token, body });
    const id = stringAt(created.body, 'id');
    await park(sql, id);
    const deleted = await call('DELETE', `${ROUTE}/${id}`, { token });
    expect(deleted.status).toBe(204);
    expect(deleted.text).toBe('');
    const rest: [string, string, object?][] = [
      ['GET', ''],
      ['GET', '/objects'],
      ['PATCH', '', { name: 'x' }],
      ['POST', '/test-connection'],
      ['DELETE', ''],
    ];
    for (const [method, path, sent] of rest) {
      const answer = await call(method, `${ROUTE}/${id}${path}`, { token, body: sent });
      expect(answer.status, `${method} ${path}`).toBe(404);
    }
    expect(at((await call('GET', ROUTE, { token })).body, 'items')).toEqual([]);
    const secrets = await sql.query('select 1 from private.sealed_secrets where record_id = $1', [id]);
    expect(secrets.rows).toEqual([]);
    const again = await call('POST', ROUTE, { token, body });
    expect(again.status).toBe(201);
    await park(sql, stringAt(again.body, 'id'));
  });
});

describe('the ledger of an integration', () => {
  test('counts every object once, by state and reason', async () => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant);
    await park(sql, id);
    await seedObjects(sql, tenant.id, id, [
      ...['found', 'queued', 'processing', 'staged', 'written_back', 'written_back'].map((state) => ({
        state,
      })),
      { state: 'skipped', reason: 'not_pdf' },
      { state: 'skipped', reason: 'not_pdf' },
      { state: 'skipped', reason: 'oversize' },
      { state: 'failed', reason: 'pdf_corrupt' },
      { state: 'dead', reason: 'retries_exhausted' },
      // A pending row remembers its last obstacle; it is pending all the same.
      { state: 'found', reason: 'access_denied' },
    ]);
    const read = await call('GET', `${ROUTE}/${id}`, { token: tenant.owner.accessToken });
    expect(at(read.body, 'ledger')).toEqual({
      found: 12,
      writtenBack: 2,
      pending: 5,
      skipped: { not_pdf: 2, oversize: 1 },
      failed: { pdf_corrupt: 1, retries_exhausted: 1 },
    });
  });
});

describe('tenants', () => {
  test('are listed with the caller’s role, personal first, and no others', async () => {
    const stack = inject('stack');
    const tenant = await newTenant();
    const second = await createTenant(stack, { owner: tenant.owner });
    const guest = await addMember(stack, tenant, 'admin');
    const items = at((await call('GET', '/api/tenants', { token: tenant.owner.accessToken })).body, 'items');
    expect(items).toMatchObject([
      { kind: 'personal', role: 'owner' },
      { id: tenant.id, name: tenant.name, kind: 'team', role: 'owner' },
      { id: second.id, kind: 'team', role: 'owner' },
    ]);
    const guests = at((await call('GET', '/api/tenants', { token: guest.accessToken })).body, 'items');
    expect(guests).toMatchObject([{ kind: 'personal' }, { id: tenant.id, role: 'admin' }]);
  });
});

test('the health check answers everybody', async () => {
  expect((await call('GET', '/api/health')).body).toEqual({ status: 'ok' });
});
