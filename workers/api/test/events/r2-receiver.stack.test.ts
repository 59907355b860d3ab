import { receiverFiles, receiverOf } from '@sluice/core';
import { addMember } from '@sluice/testkit';
import { apiUrl, at, call, newIntegration, newTenant, stringAt } from '@sluice/testkit/api-client';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park } from '../support/fixtures.ts';

const sql = openSql();
const ACCOUNT = '0123456789abcdef0123456789abcdef';

const connected = async (changes: Readonly<Record<string, unknown>> = {}) => {
  const tenant = await newTenant();
  const id = await newIntegration(tenant, {
    provider: 'r2',
    bucket: 'acme-documents',
    accountId: ACCOUNT,
    endpoint: undefined,
    region: undefined,
    inputPrefix: 'incoming/',
    outputPrefix: 'accessible/',
    ...changes,
  });
  await park(sql, id);
  return {
    tenant,
    token: tenant.owner.accessToken,
    id,
    path: `/api/integrations/s3/${id}/setup/r2-receiver`,
  };
};

const zipOf = async (path: string, token: string, accept?: string) => {
  const response = await fetch(`${apiUrl()}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...(accept === undefined ? {} : { accept }) },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/zip');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  return {
    disposition: response.headers.get('content-disposition'),
    files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)])),
  };
};

describe('the receiver of R2’s events', () => {
  test('is made for the integration', async () => {
    const { token, id, path } = await connected();
    const { status, body, text } = await call('GET', path, { token });
    expect(status, text).toBe(200);
    expect(body).toEqual(
      receiverFiles(
        receiverOf({
          integrationId: id,
          provider: 'r2',
          bucket: 'acme-documents',
          endpoint: `https://${ACCOUNT}.r2.cloudflarestorage.com`,
          inputPrefix: 'incoming/',
          eventsUrl: `${apiUrl()}/api/events/s3/${id}`,
        }),
      ),
    );
  });

  test('is the same as an archive, by query or by Accept', async () => {
    const { token, path } = await connected();
    const { body } = await call('GET', path, { token });
    const name = stringAt(body, 'names.worker');
    const files = at(body, 'files') as { path: string; content: string }[];
    const expected = Object.fromEntries(files.map((file) => [`${name}/${file.path}`, file.content]));
    for (const archive of [
      await zipOf(`${path}?format=zip`, token),
      await zipOf(path, token, 'application/zip'),
    ]) {
      expect(archive.files).toEqual(expected);
      expect(archive.disposition).toBe(`attachment; filename="${name}.zip"`);
    }
    const asked = await call('GET', `${path}?format=json`, { token, headers: { accept: 'application/zip' } });
    expect(asked.body).toEqual(body);
    expect((await call('GET', `${path}?format=tar`, { token })).status).toBe(400);
  });

  test('is for every member, and holds no secret', async () => {
    const { tenant, token, id, path } = await connected();
    const issued = await call('POST', `/api/integrations/s3/${id}/event-secret`, { token });
    const secret = stringAt(issued.body, 'secret').replace('whsec_', '');
    const { accessToken } = await addMember(inject('stack'), tenant, 'member');
    const answer = await call('GET', path, { token: accessToken });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(secret);
    expect(JSON.stringify((await zipOf(`${path}?format=zip`, accessToken)).files)).not.toContain(secret);
  });

  test('is not for other providers', async () => {
    const { s3 } = inject('stack');
    const { token, path } = await connected({
      provider: 'generic',
      accountId: undefined,
      endpoint: s3.endpoint,
      region: s3.region,
      bucket: s3.buckets[0],
    });
    const answer = await call('GET', path, { token });
    expect([answer.status, at(answer.body, 'code')]).toEqual([422, 'not_on_r2']);
  });

  test('is another tenant’s 404', async () => {
    const { path } = await connected();
    const stranger = (await newTenant()).owner.accessToken;
    expect((await call('GET', path, { token: stranger })).status).toBe(404);
  });
});
