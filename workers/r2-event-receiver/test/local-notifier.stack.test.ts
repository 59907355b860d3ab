import { randomUUID } from 'node:crypto';
import { receiverOf } from '@sluice/core';
import { openBucket } from '@sluice/s3';
import { park, pollUntil } from '@sluice/testkit';
import {
  apiUrl,
  at,
  call,
  genericBody,
  newIntegration,
  newTenant,
  stringAt,
} from '@sluice/testkit/api-client';
import { matchesRule, notificationOf, startNotifyingProxy, startReceiver } from '@sluice/testkit/r2-receiver';
import { Pool } from 'pg';
import { expect, inject, test } from 'vitest';

test('a file put through the local S3 endpoint is found by its event', async ({ onTestFinished }) => {
  const { s3, databaseUrls } = inject('stack');
  const sql = new Pool({ connectionString: databaseUrls.superuser, max: 1 });
  onTestFinished(() => sql.end());
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const body = genericBody(tenant.id);
  const id = await newIntegration(tenant, body);
  const path = `/api/integrations/s3/${id}`;
  const { body: issued } = await call('POST', `${path}/event-secret`, { token });
  await call('PATCH', path, { token, body: { detectionMode: 'event' } });
  // A listing would find the file as well, and may be sooner.
  await park(sql, id);
  const target = receiverOf({
    integrationId: id,
    provider: 'r2',
    bucket: body.bucket,
    endpoint: null,
    inputPrefix: body.inputPrefix,
    eventsUrl: `${apiUrl()}/api/events/s3/${id}`,
  });
  const receiver = await startReceiver(target, stringAt(issued, 'secret'));
  const told: string[] = [];
  const proxy = await startNotifyingProxy(
    s3.endpoint,
    async (written) => {
      if (!matchesRule(target, written)) return;
      told.push(written.key);
      await receiver.notify([await notificationOf(s3, written)]);
    },
    ({ message }) => told.push(message),
  );
  onTestFinished(async () => {
    await proxy.stop();
    await receiver.stop();
    await call('DELETE', path, { token });
  });
  const bucket = openBucket({
    bucket: body.bucket,
    provider: { provider: 'generic', endpoint: proxy.endpoint, region: s3.region, addressing: 'path' },
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    egress: { mode: 'allow-loopback' },
  });
  const put = (key: string) => {
    const content = new TextEncoder().encode(`%PDF-1.7 ${randomUUID()}`);
    return bucket.put({ key, body: content, sizeBytes: content.length, contentType: 'application/pdf' });
  };
  const key = `${body.inputPrefix}Q1 + Q2/ä 'report'.pdf`;
  await put(`${body.inputPrefix}notes.txt`);
  await put(`elsewhere-${randomUUID()}.pdf`);
  const { etag } = await put(key);
  const found = await pollUntil(
    async () => {
      const answer = await call('GET', `${path}/objects`, { token });
      const items = at(answer.body, 'items') as unknown[];
      return items.find((item) => at(item, 'key') === key);
    },
    { what: 'the object', timeoutMs: 60_000, intervalMs: 100 },
  );
  expect(found).toMatchObject({ foundBy: 'event', etag });
  expect(told).toEqual([key]);
});
