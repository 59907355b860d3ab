import { randomBytes } from 'node:crypto';
import type { TestTenant } from '@sluice/testkit';
import { call, newDraft, newTenant } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type FakeS3 } from '@sluice/testkit/fake-s3';
import type { Pool } from 'pg';
import { park } from './fixtures.ts';

const ROUTE = '/api/integrations/s3';
export const BUCKET = 'lifecycle-bucket';

/** A draft on a folder of its own, with a file in it. Never polled unless asked. */
export const newFolderOf = async (
  sql: Pool,
  fake: FakeS3,
  tenant?: TestTenant,
  changes: Readonly<Record<string, unknown>> = {},
) => {
  const owner = tenant ?? (await newTenant());
  const token = owner.owner.accessToken;
  const folder = randomBytes(6).toString('hex');
  fake.bucket(BUCKET).put(`${folder}/in/a.pdf`, Buffer.from('%PDF-1.7'), {}, Date.now());
  const id = await newDraft(owner, {
    bucket: BUCKET,
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix: `${folder}/in/`,
    outputPrefix: `${folder}/out/`,
    ...changes,
  });
  await park(sql, id);
  const path = `${ROUTE}/${id}`;
  return {
    tenant: owner,
    token,
    id,
    folder,
    read: () => call('GET', path, { token }),
    test: () => call('POST', `${path}/test-connection`, { token }),
    start: async (body: object = {}) => {
      const answer = await call('POST', `${path}/start`, { token, body });
      await park(sql, id);
      return answer;
    },
    change: (body: object) => call('PATCH', path, { token, body }),
  };
};
