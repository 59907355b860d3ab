import { addMember } from '@sluice/testkit';
import { at, call, newIntegration, newTenant, stringAt } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, tablesHolding } from '../support/fixtures.ts';

const sql = openSql();

const prepare = async () => {
  const tenant = await newTenant();
  const id = await newIntegration(tenant);
  await park(sql, id);
  const path = `/api/integrations/s3/${id}/event-secret`;
  const token = tenant.owner.accessToken;
  const issued = await call('POST', path, { token, headers: { 'idempotency-key': crypto.randomUUID() } });
  expect(issued.status, issued.text).toBe(201);
  return { tenant, id, path, token, first: stringAt(issued.body, 'secret') };
};

describe('an event secret', () => {
  test('is shown once, and nothing holds it in clear', async () => {
    const { path, token, first } = await prepare();
    expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const rotated = await call('POST', `${path}/rotate`, { token, body: { keepOldFor: 2 } });
    const second = stringAt(rotated.body, 'secret');
    expect(second).not.toBe(first);
    expect(rotated.headers.get('cache-control')).toBe('no-store');
    expect((await call('GET', path, { token })).text).not.toContain('whsec_');
    for (const text of [first, second, first.slice(6), second.slice(6)])
      expect(await tablesHolding(sql, text)).toEqual([]);
    const again = await call('POST', path, { token });
    expect([again.status, at(again.body, 'code')]).toEqual([409, 'event_secret_exists']);
  });

  test('has a successor beside which it is valid for a while, each with when it was last seen', async () => {
    const { tenant, id, path, token } = await prepare();
    await call('POST', `${path}/rotate`, { token, body: {} });
    await sql.query('select public.record_event_secret_seen($1, 1)', [id]);
    const member = (await addMember(inject('stack'), tenant, 'member')).accessToken;
    const seen = await call('GET', path, { token: member });
    expect(seen.body).toMatchObject({
      items: [
        { version: 2, state: 'current', lastSeenAt: null, validUntil: null },
        { version: 1, state: 'previous', lastSeenAt: expect.any(String) as string },
      ],
    });
    const validFor = Date.parse(stringAt(seen.body, 'items.1.validUntil')) - Date.now();
    expect(Math.round(validFor / 3_600_000)).toBe(24);
    expect((await call('DELETE', `${path}/previous`, { token: member })).status).toBe(403);
    expect((await call('DELETE', `${path}/previous`, { token })).status).toBe(204);
    expect(at((await call('GET', path, { token })).body, 'items.length')).toBe(1);
  });
});
