import { type ApiClient, createApiClient, unwrap } from '@sluice/api-client';
import { createTenant, type StackCoordinates } from '@sluice/testkit';
import { FAKE_IDENTITY } from '@sluice/testkit/fake-s3';
import { untilDone } from './patience.ts';
import type { Wish } from './wishes.ts';

/** An integration that is started, and who may speak for it. */
export interface Connection {
  readonly integrationId: string;
  readonly tenantId: string;
  readonly api: ApiClient;
  /** Of the senders of its events; null when it takes none. */
  readonly eventSecret: string | null;
}

/** A request whose answer never comes must not hold up the rest of a customer's day. */
const PATIENCE_MS = 15_000;
const SETUP_PATIENCE_MS = 60_000;

/**
 * Makes the tenant of a customer, connects the bucket, tests it and starts it. Before any trouble: what goes wrong here is thrown.
 * @param endpoint where the engine finds the bucket.
 */
export const connectCustomer = async (
  stack: StackCoordinates,
  wish: Wish,
  endpoint: string,
): Promise<Connection> => {
  const { id: tenantId, owner } = await createTenant(stack, { name: wish.name });
  const api = createApiClient({
    baseUrl: stack.apiUrl ?? '',
    accessToken: owner.accessToken,
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) }),
  });
  const { bucket, inputPrefix, outputPrefix, overwritePolicy, name, server } = wish;
  const { accessKeyId, secretAccessKey } = server === 'fake' ? FAKE_IDENTITY : stack.s3;
  const { id: integrationId } = await unwrap(
    api.POST('/api/integrations/s3', {
      body: {
        tenantId,
        name,
        bucket,
        inputPrefix,
        outputPrefix,
        overwritePolicy,
        provider: 'generic',
        endpoint,
        region: server === 'fake' ? 'us-east-1' : stack.s3.region,
        addressingStyle: 'path',
        credentials: { accessKeyId, secretAccessKey },
      },
    }),
  );
  const params = { path: { id: integrationId } };
  // It has five seconds, which a machine with much else to do may take for itself.
  await untilDone(async () => {
    const test = await unwrap(api.POST('/api/integrations/s3/{id}/test-connection', { params }));
    if (test.outcome !== 'passed') throw new Error(`${name}: the connection test did not pass.`);
  }, SETUP_PATIENCE_MS);
  await unwrap(api.POST('/api/integrations/s3/{id}/start', { params, body: {} }));
  let eventSecret: string | null = null;
  if (wish.detectionMode === 'event') {
    eventSecret = (await unwrap(api.POST('/api/integrations/s3/{id}/event-secret', { params }))).secret;
    await unwrap(api.PATCH('/api/integrations/s3/{id}', { params, body: { detectionMode: 'event' } }));
  }
  return { integrationId, tenantId, api, eventSecret };
};
