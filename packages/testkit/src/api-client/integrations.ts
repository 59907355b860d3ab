import { inject } from 'vitest';
import { createTenant, type TestTenant, type TestUser } from '../factory.ts';
import { call, stringAt } from './call.ts';

export const newTenant = (owner?: TestUser): Promise<TestTenant> =>
  createTenant(inject('stack'), owner === undefined ? {} : { owner });

/** A body that connects a bucket of the stack. Every call has a folder of its own. */
export const genericBody = (tenantId: string, changes: Readonly<Record<string, unknown>> = {}) => {
  const { s3 } = inject('stack');
  const folder = crypto.randomUUID();
  return {
    tenantId,
    name: `Bucket ${folder.slice(0, 8)}`,
    provider: 'generic',
    bucket: s3.buckets[0] ?? '',
    endpoint: s3.endpoint,
    region: s3.region,
    inputPrefix: `${folder}/in/`,
    outputPrefix: `${folder}/out/`,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    ...changes,
  };
};

/** Connects a bucket and gives the id of the integration. */
export const newIntegration = async (
  tenant: TestTenant,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const created = await call('POST', '/api/integrations/s3', {
    token: tenant.owner.accessToken,
    body: genericBody(tenant.id, changes),
  });
  if (created.status !== 201) throw new Error(`not created: ${created.text}`);
  return stringAt(created.body, 'id');
};
