import { createTenant, type TestTenant } from '@sluice/testkit';
import { apiUrl, at, call, newIntegration } from '@sluice/testkit/api-client';
import type { Pool } from 'pg';
import { inject } from 'vitest';
import { setPoll } from './seeds.ts';

/** An integration of a new tenant, and where its events are shown. */
export const connected = async (sql: Pool, changes: Readonly<Record<string, unknown>> = {}) => {
  const tenant = await createTenant(inject('stack'));
  const id = await newIntegration(tenant, { name: 'Contracts', ...changes });
  await setPoll(sql, id, {});
  const path = `/api/integrations/s3/${id}`;
  return { tenant, id, path, address: `/settings/${tenant.id}/integrations/${id}/events` };
};

/** Puts it into event mode; the event secret. */
export const listening = async (given: { tenant: TestTenant; path: string }): Promise<string> => {
  const { path, tenant } = given;
  const token = tenant.owner.accessToken;
  const { body } = await call('POST', `${path}/event-secret`, { token });
  await call('PATCH', path, { token, body: { detectionMode: 'event' } });
  return String(at(body, 'secret'));
};

/** The event of an object, as MinIO and others post it. */
export const deliver = (id: string, secret: string, bucket: string, key: string): Promise<Response> =>
  fetch(`${apiUrl()}/api/events/s3/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({
      Records: [
        {
          eventName: 's3:ObjectCreated:Put',
          eventTime: new Date().toISOString(),
          s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } },
        },
      ],
    }),
  });
