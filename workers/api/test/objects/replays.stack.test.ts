import { addMember } from '@sluice/testkit';
import { at, call, fieldsOf, newIntegration, newTenant, stringAt } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, seedObject, seedObjects } from '../support/fixtures.ts';

const sql = openSql();
const ROUTE = '/api/integrations/s3';

/** A bucket with three failed documents, of which the pages of two are known, and one written back. */
const connected = async () => {
  const tenant = await newTenant();
  const id = await newIntegration(tenant, { inputPrefix: 'in/', outputPrefix: 'out/' });
  await park(sql, id);
  await seedObjects(sql, tenant.id, id, [
    ...Array.from({ length: 3 }, () => ({ state: 'failed', reason: 'pdf_corrupt' })),
    { state: 'written_back' },
  ]);
  await sql.query(
    `update public.s3_processed_objects set pages = 5 where integration_id = $1 and key in ('in/0.pdf', 'in/1.pdf')`,
    [id],
  );
  return { tenant, id, token: tenant.owner.accessToken, path: `${ROUTE}/${id}/replays` };
};

const FILTER = { states: ['failed'] };

describe('a replay through the API', () => {
  test('shows what it would do and cost, then does that and no more, once', async () => {
    const { token, path, tenant } = await connected();
    const shown = await call('POST', path, { token, body: { filter: FILTER, preview: true } });
    expect(shown.status, shown.text).toBe(200);
    // 200 bytes in 10 known pages: 20 bytes a page, so 100 unknown bytes are about five.
    expect(shown.body).toMatchObject({
      objects: 3,
      bytes: 300,
      objectsWithKnownPages: 2,
      superseded: 0,
      leftAlone: 0,
      quote: {
        currency: 'USD',
        microsPerPage: 1000,
        isExact: false,
        knownPages: 10,
        knownAmountMicros: 10_000,
        estimatedPages: 5,
        estimatedAmountMicros: 5_000,
        amountMicros: 15_000,
      },
    });
    const previewToken = stringAt(shown.body, 'previewToken');
    const [begun, again] = await Promise.all(
      [1, 2].map(() => call('POST', path, { token, body: { filter: FILTER, previewToken } })),
    );
    expect(begun?.status, begun?.text).toBe(202);
    const replayId = stringAt(begun?.body, 'id');
    expect(stringAt(again?.body, 'id')).toBe(replayId);
    expect(begun?.headers.get('location')).toBe(`${path}/${replayId}`);
    expect(begun?.body).toMatchObject({
      expectedObjects: 3,
      requestedBy: tenant.owner.id,
      filter: { states: ['failed'], prefix: null },
    });
    const listed = await call('GET', path, { token });
    expect(at(listed.body, 'items')).toHaveLength(1);
    expect((await call('GET', `${path}/${replayId}`, { token })).status).toBe(200);
  });

  test('is exact about the cost when all pages are known', async () => {
    const { token, path } = await connected();
    const answer = await call('POST', path, {
      token,
      body: { filter: { prefix: 'in/0', states: ['failed'] }, preview: true },
    });
    expect(at(answer.body, 'quote')).toMatchObject({
      isExact: true,
      knownPages: 5,
      estimatedPages: 0,
      amountMicros: 5_000,
    });
  });

  test('of one object takes up that one', async () => {
    const { token, path, tenant, id } = await connected();
    const objectId = await seedObject(sql, tenant.id, id);
    const answer = await call('POST', path, { token, body: { filter: { objectId }, preview: true } });
    expect(answer.body).toMatchObject({ objects: 1 });
    const absent = await call('POST', path, {
      token,
      body: { filter: { objectId: crypto.randomUUID() }, preview: true },
    });
    expect(absent.status).toBe(404);
  });

  test('is refused when much has changed since the preview', async () => {
    const { token, path, tenant, id } = await connected();
    await sql.query('delete from public.s3_processed_objects where integration_id = $1', [id]);
    await seedObjects(
      sql,
      tenant.id,
      id,
      Array.from({ length: 30 }, () => ({ state: 'dead', reason: 'retries_exhausted' })),
    );
    const filter = { states: ['dead'] };
    const shown = await call('POST', path, { token, body: { filter, preview: true } });
    await sql.query(`update public.s3_processed_objects set is_current = false where integration_id = $1`, [
      id,
    ]);
    const answer = await call('POST', path, {
      token,
      body: { filter, previewToken: stringAt(shown.body, 'previewToken') },
    });
    expect(answer.status).toBe(409);
    expect(stringAt(answer.body, 'detail')).toMatch(/showed 30 objects; of these 0 are left/);
  });

  test('takes a preview of its own filter and integration only', async () => {
    const [one, two] = [await connected(), await connected()];
    const shown = await call('POST', one.path, { token: one.token, body: { filter: FILTER, preview: true } });
    const previewToken = stringAt(shown.body, 'previewToken');
    const wrong: [string, unknown, string][] = [
      [one.path, { filter: { states: ['failed', 'dead'] }, previewToken }, 'previewToken'],
      [one.path, { filter: FILTER, previewToken: `${previewToken}x` }, 'previewToken'],
      [one.path, { filter: FILTER, previewToken: btoa('{}') }, 'previewToken'],
      [one.path, { filter: FILTER, previewToken, preview: true }, 'previewToken'],
      [one.path, { filter: FILTER }, 'previewToken'],
      [one.path, { filter: {}, preview: true }, 'filter'],
      [one.path, { filter: { states: ['found'] }, preview: true }, 'filter.states.0'],
      [one.path, { filter: { reasons: ['nonsense'] }, preview: true }, 'filter.reasons.0'],
    ];
    for (const [path, body, field] of wrong) {
      const answer = await call('POST', path, { token: one.token, body });
      expect(answer.status, JSON.stringify(body)).toBe(400);
      expect(fieldsOf(answer), JSON.stringify(body)).toEqual([field]);
    }
    // Begun there, it is no replay here.
    await call('POST', one.path, { token: one.token, body: { filter: FILTER, previewToken } });
    const elsewhere = await call('POST', two.path, {
      token: two.token,
      body: { filter: FILTER, previewToken },
    });
    expect(elsewhere.status).toBe(409);
    expect(elsewhere.text).not.toContain(one.id);
  });

  test('is for admins; members read, others see nothing', async () => {
    const { tenant, token, path } = await connected();
    const member = (await addMember(inject('stack'), tenant, 'member')).accessToken;
    const admin = (await addMember(inject('stack'), tenant, 'admin')).accessToken;
    const shown = await call('POST', path, { token: admin, body: { filter: FILTER, preview: true } });
    const previewToken = stringAt(shown.body, 'previewToken');
    for (const body of [
      { filter: FILTER, preview: true },
      { filter: FILTER, previewToken },
    ]) {
      expect((await call('POST', path, { token: member, body })).status).toBe(403);
    }
    const begun = await call('POST', path, { token: admin, body: { filter: FILTER, previewToken } });
    const replay = `${path}/${stringAt(begun.body, 'id')}`;
    expect((await call('GET', replay, { token: member })).status).toBe(200);
    expect((await call('POST', `${replay}/cancel`, { token: member })).status).toBe(403);
    const stranger = (await newTenant()).owner.accessToken;
    for (const [method, url] of [
      ['GET', replay],
      ['GET', path],
      ['POST', `${replay}/cancel`],
    ] as const) {
      expect((await call(method, url, { token: stranger })).status, `${method} ${url}`).toBe(404);
    }
    const cancelled = await call('POST', `${replay}/cancel`, { token });
    expect(cancelled.status).toBe(200);
    expect(['cancelled', 'completed']).toContain(at(cancelled.body, 'status'));
    expect((await call('POST', `${replay}/cancel`, { token })).body).toEqual(cancelled.body);
  });
});
