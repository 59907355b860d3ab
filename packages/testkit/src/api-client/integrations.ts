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

/** Connects a bucket, as a draft, and gives the id of the integration. */
export const newDraft = async (
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

/** Connects a bucket and starts it, untested: a test of the connection would leave its marks on the bucket. Gives its id. */
export const newIntegration = async (
  tenant: TestTenant,
  changes: Readonly<Record<string, unknown>> = {},
  start: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const id = await newDraft(tenant, changes);
  const started = await call('POST', `/api/integrations/s3/${id}/start`, {
    token: tenant.owner.accessToken,
    body: { override: { reason: 'The bucket of a test.' }, ...start },
  });
  if (started.status !== 200) throw new Error(`not started: ${started.text}`);
  return id;
};
