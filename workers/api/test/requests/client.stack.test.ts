import { ApiError, createApiClient, eachItem, unwrap } from '@sluice/api-client';
import { createUser } from '@sluice/testkit';
import { apiUrl, loadDocument, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { describe, expect, inject, test } from 'vitest';
import { readDocument } from '../../../../scripts/generate-api-client.ts';
import { openSql, park } from '../support/fixtures.ts';

const sql = openSql();
const MISSING = '3f8a1c52-7d0e-4b7c-9a51-6c1f0e2b9d44';

const clientOf = (accessToken: string) => createApiClient({ baseUrl: apiUrl(), accessToken });

describe('the typed client', () => {
  test('reads every item of a list, page after page', async () => {
    const tenant = await newTenant();
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push(await newIntegration(tenant));
    await park(sql, ...ids);
    const api = clientOf(tenant.owner.accessToken);
    const seen: string[] = [];
    const pages = (cursor: { cursor?: string }) =>
      unwrap(
        api.GET('/api/integrations/s3', { params: { query: { tenantId: tenant.id, limit: 2, ...cursor } } }),
      );
    for await (const { id } of eachItem(pages)) seen.push(id);
    expect(seen).toEqual(ids.toReversed());
  });

  test('edits with If-Match, and tells a conflict by its code', async () => {
    const tenant = await newTenant();
    const id = await newIntegration(tenant, { inputPrefix: 'in/', outputPrefix: 'out/' });
    await park(sql, id);
    const api = clientOf(tenant.owner.accessToken);
    const set = (language: string, ifMatch: string) =>
      unwrap(
        api.PUT('/api/integrations/s3/{id}/rules', {
          params: { path: { id }, query: { prefix: 'in/' }, header: { 'if-match': ifMatch } },
          body: { language },
        }),
      );
    const missing: unknown = await set('de', '*').catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(ApiError);
    expect(missing).toMatchObject({ problem: { code: 'edit_conflict', status: 412 } });
  });

  test('throws what happened and what to do', async () => {
    const api = clientOf((await createUser(inject('stack'))).accessToken);
    const read = unwrap(api.GET('/api/integrations/s3/{id}', { params: { path: { id: MISSING } } }));
    await expect(read).rejects.toThrow(/^Not found\. Check the id/);
    await expect(read).rejects.toMatchObject({ problem: { code: 'not_found', owner: 'client' } });
  });

  test('asks for the token each time, so that it may be renewed', async () => {
    const { accessToken } = await createUser(inject('stack'));
    const tokens = ['expired', accessToken];
    const api = createApiClient({ baseUrl: apiUrl(), accessToken: async () => tokens.shift() ?? '' });
    await expect(unwrap(api.GET('/api/tenants'))).rejects.toMatchObject({
      problem: { code: 'unauthenticated' },
    });
    expect((await unwrap(api.GET('/api/tenants'))).items).toHaveLength(1);
  });

  test('says when what answers is not the API', async () => {
    const api = createApiClient({
      baseUrl: 'http://proxy.example',
      accessToken: 'x',
      fetch: async () => new Response('<html>', { status: 502 }),
    });
    await expect(unwrap(api.GET('/api/tenants'))).rejects.toThrow('502');
  });
});

test('the document the client is made of is the one that is served', async () => {
  expect(await readDocument()).toEqual((await loadDocument()).document);
});
