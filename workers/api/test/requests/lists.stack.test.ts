import { at, call, fieldsOf, newIntegration, newTenant, stringAt } from '@sluice/testkit/api-client';
import { describe, expect, test } from 'vitest';
import { openSql, park, type SeededObject, seedObjects } from '../support/fixtures.ts';

const sql = openSql();
const ROUTE = '/api/integrations/s3';

/** Follows the cursors to the end; one array for each page. */
const pages = async (path: string, token: string): Promise<Record<string, unknown>[][]> => {
  const found: Record<string, unknown>[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await call('GET', `${path}${query}`, { token });
    expect(answer.status, answer.text).toBe(200);
    found.push(at(answer.body, 'items') as Record<string, unknown>[]);
    const next = at(answer.body, 'nextCursor');
    cursor = typeof next === 'string' ? next : null;
    if (found.length > 100) throw new Error('the pages do not end');
  }
  return found;
};

const connect = async (tenant: Awaited<ReturnType<typeof newTenant>>, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await newIntegration(tenant, { name: `Integration ${n}` }));
  await park(sql, ...ids);
  return ids;
};

describe('the list of integrations', () => {
  test('shows every one once, newest first, whatever the size of the page', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const ids = (await connect(tenant, 5)).toReversed();
    for (const limit of [1, 2, 4, 5, 6]) {
      const found = await pages(`${ROUTE}?limit=${limit}`, token);
      expect(
        found.flat().map((item) => item['id']),
        `limit ${limit}`,
      ).toEqual(ids);
      expect(found.length, `limit ${limit}`).toBe(Math.ceil(5 / limit));
    }
  });

  test('tells apart what was created in one millisecond, and what was created in one instant', async () => {
    const tenant = await newTenant();
    const ids = await connect(tenant, 6);
    // Microseconds apart, and the last three at the same one.
    await sql.query(
      `update public.s3_integrations i set created_at = timestamptz '2026-11-01 10:00:00.123Z' + make_interval(secs => least(o.n, 4) * 0.000001)
       from unnest($1::uuid[]) with ordinality as o (id, n) where o.id = i.id`,
      [ids],
    );
    const [first = '', second = '', third = '', ...same] = ids;
    const found = (await pages(`${ROUTE}?limit=1`, tenant.owner.accessToken))
      .flat()
      .map((item) => item['id']);
    expect(found).toEqual([...same.toSorted().toReversed(), third, second, first]);
  });

  test('is of one tenant when asked so, and of all the caller’s otherwise', async () => {
    const tenant = await newTenant();
    const { owner } = tenant;
    const second = await newTenant(owner);
    const stranger = await newTenant();
    const [one] = await connect(tenant, 1);
    const [two] = await connect(second, 1);
    await connect(stranger, 1);
    const idsOf = async (query: string) =>
      (await pages(`${ROUTE}?${query}`, owner.accessToken)).flat().map((item) => item['id']);
    expect(await idsOf('')).toEqual([two, one]);
    expect(await idsOf(`tenantId=${tenant.id}`)).toEqual([one]);
    expect(await idsOf(`tenantId=${second.id}`)).toEqual([two]);
    // Another's looks like one that is not there: empty.
    expect(await idsOf(`tenantId=${stranger.id}`)).toEqual([]);
    expect(await idsOf(`tenantId=${crypto.randomUUID()}`)).toEqual([]);
  });

  test('takes back its own cursors only', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    await connect(tenant, 2);
    const cursor = stringAt((await call('GET', `${ROUTE}?limit=1`, { token })).body, 'nextCursor');
    expect(cursor).toMatch(/^[\w-]+$/);
    const id = crypto.randomUUID();
    const forged = [
      { at: '2026-11-01T00:00:00+00:00' },
      { at: 'yesterday', id },
      { at: '0000-01-01T00:00:00Z', id },
      { at: '2026-11-01T00:00:00+23:59', id },
      { at: '2026-13-01T00:00:00Z', id },
      { at: '2026-11-01T00:00:00Z,id.gt.0', id },
      { at: '2026-11-01T00:00:00Z', id: '1' },
      { at: '2026-11-01T00:00:00Z', id, more: 1 },
      null,
    ].map((value) => btoa(JSON.stringify(value)).replaceAll('=', ''));
    for (const wrong of [...forged, cursor.slice(1), `${cursor}!`, 'x', encodeURIComponent('ü')]) {
      const answer = await call('GET', `${ROUTE}?cursor=${wrong}`, { token });
      expect(answer.status, wrong).toBe(400);
      expect(fieldsOf(answer), wrong).toEqual(['cursor']);
    }
    // Of another's list it is a place in time, and shows nothing of theirs.
    const stranger = await newTenant();
    const shown = await call('GET', `${ROUTE}?cursor=${cursor}`, { token: stranger.owner.accessToken });
    expect(at(shown.body, 'items')).toEqual([]);
  });
});

describe('the list of objects', () => {
  const seeded: SeededObject[] = [
    { state: 'found', foundAtMicros: 0 },
    { state: 'written_back', foundAtMicros: 1 },
    { state: 'skipped', reason: 'not_pdf', foundAtMicros: 2 },
    { state: 'skipped', reason: 'oversize', foundAtMicros: 2 },
    { state: 'failed', reason: 'pdf_corrupt', foundAtMicros: 999 },
    { state: 'dead', reason: 'retries_exhausted', foundAtMicros: 1000 },
    { state: 'staged', foundAtMicros: 1001 },
    { state: 'found', reason: 'access_denied', foundAtMicros: 5_000_000 },
  ];
  const prepare = async () => {
    const tenant = await newTenant();
    const [id = ''] = await connect(tenant, 1);
    await seedObjects(sql, tenant.id, id, seeded);
    return { path: `${ROUTE}/${id}/objects`, token: tenant.owner.accessToken };
  };

  test('shows every object once, newest first, even those found in one instant', async () => {
    const { path, token } = await prepare();
    const all = (await pages(`${path}?limit=200`, token)).flat();
    expect(all).toHaveLength(seeded.length);
    const found = all.map((item) => item['foundAt'] as string);
    expect(found).toEqual(found.toSorted().toReversed());
    for (const limit of [1, 3, 7, 8]) {
      expect((await pages(`${path}?limit=${limit}`, token)).flat(), `limit ${limit}`).toEqual(all);
    }
  });

  test('is of one state when asked so, in pages too', async () => {
    const { path, token } = await prepare();
    for (const state of new Set(seeded.map((object) => object.state))) {
      const items = (await pages(`${path}?state=${state}&limit=1`, token)).flat();
      expect(items.length, state).toBe(seeded.filter((object) => object.state === state).length);
      expect(new Set(items.map((item) => item['state']))).toEqual(new Set([state]));
    }
    expect((await call('GET', `${path}?state=lost`, { token })).status).toBe(400);
  });

  test('says why, whose move it is and what to do', async () => {
    const { path, token } = await prepare();
    const items = (await pages(`${path}?limit=200`, token)).flat();
    for (const { state, reason } of seeded) {
      if (reason === undefined) continue;
      const item = items.find((one) => one['state'] === state && at(one, 'reason.code') === reason);
      expect(at(item, 'reason.title'), reason).toBeTruthy();
      expect(at(item, 'reason.remedy'), reason).toBeTruthy();
      expect(at(item, 'reason.owner'), reason).toMatch(/^(customer_config|upstream|client|platform)$/);
    }
  });

  test('shows nothing of the engine’s business', async () => {
    const { path, token } = await prepare();
    const answer = await call('GET', path, { token });
    expect(answer.text).not.toMatch(/lease|staged_outputs|stagingKey|staging\//i);
  });
});
