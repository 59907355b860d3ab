import { createUser } from '@sluice/testkit';
import { apiUrl, at, call, fieldsOf, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park } from '../support/fixtures.ts';
import { claimsFor, signAsStack } from '../support/tokens.ts';
import { type Figures, recount } from '../support/usage.ts';

const sql = openSql();
const ROUTE = '/api/integrations/s3';

/** Objects in every state, found over ten days, and what they cost; moved as the verbs move them, a few at a time. */
const liveThrough = async (tenantId: string, id: string, count: number): Promise<void> => {
  await sql.query(`update public.s3_integrations set created_at = now() - interval '20 days' where id = $1`, [
    id,
  ]);
  await sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, due_at,
       found_at, state_changed_at, source_modified_at)
     select $1, $2, 'in/' || n || '.pdf', 'etag', 1000 + n, case n % 7 when 0 then 'event' else 'poll' end,
       case n % 5 when 0 then 'skipped' else 'found' end, case n % 5 when 0 then case n % 2 when 0 then 'not_pdf' else 'oversize' end end,
       case n % 5 when 0 then null else now() end, at, at, at - make_interval(secs => n % 300)
     from generate_series(1, $3::int) as n
     cross join lateral (select now() - make_interval(hours => n % 240) as at) as t`,
    [tenantId, id, count],
  );
  for (let turn = 0; turn < 4; turn += 1) {
    const of = `integration_id = $1 and hashtext(key) % 4 = $2`;
    await sql.query(
      `update public.s3_processed_objects set state = 'processing', attempts = 1 where ${of} and state = 'found'`,
      [id, turn],
    );
    await sql.query(
      `update public.s3_processed_objects set state = case when size_bytes % 11 = 0 then 'failed' when size_bytes % 13 = 0 then 'dead' else 'staged' end,
         reason = case when size_bytes % 11 = 0 then 'pdf_corrupt' when size_bytes % 13 = 0 then 'retries_exhausted' end,
         due_at = case when size_bytes % 11 = 0 or size_bytes % 13 = 0 then null else now() end,
         pages = case when size_bytes % 11 = 0 or size_bytes % 13 = 0 then null else size_bytes % 9 end,
         staged_at = case when size_bytes % 11 = 0 or size_bytes % 13 = 0 then null else state_changed_at end
       where ${of} and state = 'processing'`,
      [id, turn],
    );
    await sql.query(
      `insert into public.cost_ledger (tenant_id, integration_id, job_id, kind, pages, amount_micros, at)
       select tenant_id, integration_id, job_id, 'processing', pages, pages * 1000, staged_at
       from public.s3_processed_objects where ${of} and state = 'staged'`,
      [id, turn],
    );
    await sql.query(
      `update public.s3_processed_objects set state = 'written_back', due_at = null, state_changed_at = found_at + make_interval(secs => size_bytes),
         written_back_at = found_at + make_interval(secs => size_bytes)
       where ${of} and state = 'staged' and size_bytes % 17 <> 0`,
      [id, turn],
    );
    // While the next turn works, and two at once.
    await Promise.all([
      sql.query('select public.fold_s3_usage(7)'),
      sql.query('select public.fold_s3_usage(5)'),
    ]);
  }
};

interface Summary {
  readonly from: string;
  readonly to: string;
  readonly totals: Figures;
  readonly days: readonly (Figures & { day: string })[];
}

const summaryOf = async (id: string, token: string, query = ''): Promise<Summary> => {
  const answer = await call('GET', `${ROUTE}/${id}/usage-summary${query}`, { token });
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Summary;
};

describe('the usage summary', () => {
  test('has 30 days of nothing for an integration that is new', async () => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant);
    await park(sql, id);
    const { days, totals, from, to } = await summaryOf(id, tenant.owner.accessToken);
    expect(days).toHaveLength(30);
    expect(totals).toMatchObject({ found: 0, skipped: {}, costMicros: 0, discoveryLatency: null });
    expect([days[0]?.day, days[29]?.day]).toEqual([from, to]);
    expect(to).toBe(new Date().toISOString().slice(0, 10));
    const week = await summaryOf(id, tenant.owner.accessToken, '?days=7');
    expect(week.days).toHaveLength(7);
  });

  test('equals, day by day, what is counted from the rows, before folding and after', async () => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant);
    await park(sql, id);
    await liveThrough(tenant.id, id, 3000);
    // Sweeps of other tests may take up what is due here: what is compared must be of one moment.
    const atOneMoment = async (): Promise<
      [Awaited<ReturnType<typeof recount>>, Awaited<ReturnType<typeof summaryOf>>]
    > => {
      for (;;) {
        const before = await recount(sql, id);
        const summary = await summaryOf(id, tenant.owner.accessToken);
        const after = await recount(sql, id);
        if (JSON.stringify([...before]) === JSON.stringify([...after])) return [before, summary];
      }
    };
    const check = async () => {
      const [expected, { days }] = await atOneMoment();
      expect(expected.size).toBeGreaterThan(9);
      for (const day of days) {
        const {
          discoveryLatency,
          completionLatency,
          calls: _calls,
          eventsMissed: _missed,
          eventsRefused: _refused,
          day: date,
          ...figures
        } = day;
        const counted = expected.get(date);
        const { discovery, completion, ...rows } = counted ?? { discovery: null, completion: null };
        if (counted === undefined) expect(figures).toMatchObject({ found: 0, writtenBack: 0, costMicros: 0 });
        else expect(figures).toEqual(rows);
        for (const [shown, exact] of [
          [discoveryLatency, discovery],
          [completionLatency, completion],
        ] as const) {
          expect(shown?.count ?? 0).toBe(exact?.count ?? 0);
          if (shown == null || exact == null) continue;
          // A histogram of eight buckets an octave.
          expect(Math.abs(shown.p50Ms / exact.p50Ms - 1)).toBeLessThan(0.046);
          expect(Math.abs(shown.p95Ms / exact.p95Ms - 1)).toBeLessThan(0.046);
        }
      }
    };
    await check();
    while ((await sql.query<{ n: number }>('select public.fold_s3_usage() as n')).rows[0]?.n !== 0);
    await check();
  });

  test('has the money of the cost ledger, and the jobs of that money are those of the objects', async () => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant);
    await park(sql, id);
    await liveThrough(tenant.id, id, 500);
    const { rows } = await sql.query<{ ledger: string; joined: string }>(
      `select (select sum(amount_micros) from public.cost_ledger where integration_id = $1) as ledger,
         (select sum(c.amount_micros) from public.cost_ledger c join public.s3_processed_objects o on o.job_id = c.job_id
          where o.integration_id = $1) as joined`,
      [id],
    );
    const { totals } = await summaryOf(id, tenant.owner.accessToken);
    expect(totals.costMicros).toBeGreaterThan(0);
    expect(totals.costMicros).toBe(Number(rows[0]?.ledger));
    expect(rows[0]?.joined).toBe(rows[0]?.ledger);
  });

  test('counts an object that is taken up again where it happened, and its money twice', async () => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant);
    await park(sql, id);
    await liveThrough(tenant.id, id, 10);
    const before = (await summaryOf(id, tenant.owner.accessToken)).totals;
    await sql.query(
      `update public.s3_processed_objects set state = 'found', due_at = now(), revision = revision + 1, job_id = gen_random_uuid(),
         state_changed_at = now() where integration_id = $1 and key = 'in/1.pdf'`,
      [id],
    );
    await sql.query(
      `update public.s3_processed_objects set state = 'staged', pages = 4, state_changed_at = now() where integration_id = $1 and key = 'in/1.pdf'`,
      [id],
    );
    await sql.query(
      `insert into public.cost_ledger (tenant_id, integration_id, job_id, kind, pages, amount_micros)
       select tenant_id, integration_id, job_id, 'processing', 4, 4000 from public.s3_processed_objects where integration_id = $1 and key = 'in/1.pdf'`,
      [id],
    );
    const { totals } = await summaryOf(id, tenant.owner.accessToken);
    expect(totals).toEqual({
      ...before,
      revived: 1,
      processed: before.processed + 1,
      pages: before.pages + 4,
      bytesProcessed: before.bytesProcessed + 1001,
      costMicros: before.costMicros + 4000,
    });
  });

  test('is missing for another tenant, through the API and through PostgREST, and there for support', async () => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant);
    await park(sql, id);
    const stranger = await createUser(inject('stack'));
    expect((await call('GET', `${ROUTE}/${id}/usage-summary`, { token: stranger.accessToken })).status).toBe(
      404,
    );
    const direct = await stranger.client.rpc('s3_integration_usage_summary', { p_integration_id: id });
    expect(direct.status).toBe(404);
    const table = await stranger.client.schema('private').from('s3_usage_daily').select('*');
    expect(table.error).not.toBeNull();
    const support = await signAsStack({
      ...claimsFor(stranger.id),
      app_metadata: { platform_role: 'support' },
    });
    expect((await call('GET', `${ROUTE}/${id}/usage-summary`, { token: support })).status).toBe(200);
    const edited = await signAsStack({
      ...claimsFor(stranger.id),
      user_metadata: { platform_role: 'support' },
    });
    expect((await call('GET', `${ROUTE}/${id}/usage-summary`, { token: edited })).status).toBe(404);
  });

  test.each(['0', '91', '1.5', 'x'])('refuses %s days', async (days) => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant);
    await park(sql, id);
    const answer = await call('GET', `${ROUTE}/${id}/usage-summary?days=${days}`, {
      token: tenant.owner.accessToken,
    });
    expect(answer.status).toBe(400);
    expect(fieldsOf(answer)).toEqual(['days']);
    const direct = await tenant.owner.client.rpc('s3_integration_usage_summary', {
      p_integration_id: id,
      p_days: 91,
    });
    expect(direct.status).toBe(400);
  });
});

describe('the usage of all tenants', () => {
  test('does not exist for tenants', async () => {
    const { owner } = await newTenant();
    const answer = await call('GET', '/api/admin/usage-summary', { token: owner.accessToken });
    expect(answer.status).toBe(404);
    expect((await owner.client.rpc('support_usage_summary')).status).toBe(404);
  });

  test('shows support every integration once, in pages, deleted ones too', async () => {
    const tenant = await newTenant();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.push(await newIntegration(tenant));
    await park(sql, ...ids);
    await liveThrough(tenant.id, ids[0] ?? '', 50);
    await call('DELETE', `${ROUTE}/${ids[0]}`, { token: tenant.owner.accessToken });
    const support = await signAsStack({
      ...claimsFor((await createUser(inject('stack'))).id),
      app_metadata: { platform_role: 'support' },
    });
    const shown: unknown[] = [];
    let cursor: unknown = '';
    for (let page = 0; typeof cursor === 'string'; page += 1) {
      const answer = await call(
        'GET',
        `/api/admin/usage-summary?tenantId=${tenant.id}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        { token: support },
      );
      expect(answer.status, answer.text).toBe(200);
      shown.push(...(at(answer.body, 'items') as unknown[]));
      cursor = at(answer.body, 'nextCursor');
    }
    expect(shown.map((item) => at(item, 'integrationId'))).toEqual(ids.toSorted());
    const deleted = shown.find((item) => at(item, 'integrationId') === ids[0]);
    expect(deleted).toMatchObject({ status: 'deleted', tenantName: tenant.name, totals: { found: 50 } });
  });
});

test('support sees integrations in every state there is', async () => {
  const tenant = await newTenant();
  const { rows } = await sql.query<{ status: string }>(
    `select (regexp_matches(pg_get_constraintdef(oid), '''([a-z]+)''', 'g'))[1] as status
     from pg_constraint where conname = 's3_integrations_status_check'`,
  );
  const states = rows.map(({ status }) => status);
  expect(states).toContain('draft');
  for (const status of states) {
    const id = await newIntegration(tenant);
    await park(sql, id);
    await sql.query(`update public.s3_integrations set status = $2 where id = $1`, [id, status]);
  }
  const token = await signAsStack({
    ...claimsFor((await createUser(inject('stack'))).id),
    app_metadata: { platform_role: 'support' },
  });
  const usage = await call('GET', `/api/admin/usage-summary?tenantId=${tenant.id}`, { token });
  expect(usage.status, usage.text).toBe(200);
  const shown = (at(usage.body, 'items') as unknown[]).map((item) => at(item, 'status'));
  expect(new Set(shown)).toEqual(new Set(states));
  for (const status of states) {
    const found = await call('GET', `/api/admin/integrations?tenantId=${tenant.id}&status=${status}`, {
      token,
    });
    expect(found.status, found.text).toBe(200);
    expect((at(found.body, 'items') as unknown[]).map((item) => at(item, 'status'))).toEqual([status]);
  }
});

describe('the completeness ledger', () => {
  test('comes out, as JSON and as CSV, and equals the rows', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const id = await newIntegration(tenant);
    await park(sql, id);
    await liveThrough(tenant.id, id, 400);
    const json = await call('GET', `${ROUTE}/${id}/ledger`, { token });
    expect(json.status, json.text).toBe(200);
    const sum = (...names: string[]) =>
      names.reduce((total, name) => total + (at(json.body, `${name}.objects`) as number), 0);
    expect(sum('found')).toBe(400);
    expect(sum('processed', 'pending', 'skipped', 'failed')).toBe(400);
    const csv = await fetch(`${apiUrl()}${ROUTE}/${id}/ledger?format=csv`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(csv.status).toBe(200);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await csv.text()).trimEnd().split('\n');
    expect(lines[0]).toBe('outcome,state,reason,objects,bytes');
    const cells = lines.slice(1).map((line) => line.split(','));
    const last = cells.pop();
    expect(last?.[0]).toBe('found');
    for (const column of [3, 4]) {
      expect(cells.reduce((total, row) => total + Number(row[column]), 0)).toBe(Number(last?.[column]));
    }
    const { rows } = await sql.query<{
      state: string;
      reason: string | null;
      objects: number;
      bytes: number;
    }>(
      `select state, case when state in ('skipped', 'failed', 'dead') then reason end as reason, count(*)::int as objects, sum(size_bytes)::int as bytes
       from public.s3_processed_objects where integration_id = $1 group by 1, 2`,
      [id],
    );
    const lineOf = (row: (typeof rows)[number]) =>
      `${row.state},${row.reason ?? ''},${row.objects},${row.bytes}`;
    expect(cells.map((row) => row.slice(1).join(',')).toSorted()).toEqual(rows.map(lineOf).toSorted());
  });

  test('of another tenant is missing in either form', async () => {
    const id = await newIntegration(await newTenant());
    await park(sql, id);
    const stranger = await createUser(inject('stack'));
    for (const format of ['json', 'csv']) {
      const answer = await call('GET', `${ROUTE}/${id}/ledger?format=${format}`, {
        token: stranger.accessToken,
      });
      expect(answer.status).toBe(404);
    }
  });
});
