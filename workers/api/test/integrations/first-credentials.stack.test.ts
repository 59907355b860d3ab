import { at, call, genericBody, newTenant, stringAt } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, startFakeS3 } from '@sluice/testkit/fake-s3';
import { expect, test } from 'vitest';
import { BUCKET } from '../support/drafts.ts';

/** A bucket may be connected before there is a key: the setup, which tells how to make one, takes an integration. */

const ROUTE = '/api/integrations/s3';

test('a draft without credentials has a setup, waits for its key, and goes on with it', async (context) => {
  const fake = await startFakeS3({ buckets: [BUCKET] });
  context.onTestFinished(() => fake.stop());
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const { credentials: _later, ...body } = genericBody(tenant.id, {
    endpoint: fake.endpoint,
    bucket: BUCKET,
    region: 'us-east-1',
  });
  const created = await call('POST', ROUTE, { token, body });
  expect(created.status, created.text).toBe(201);
  expect(created.body).toMatchObject({ status: 'draft', credentialsStored: false, accessKeyHint: null });
  const draft = `${ROUTE}/${stringAt(created.body, 'id')}`;
  const setup = await call('GET', `${draft}/setup`, { token });
  expect(setup.text).toContain('s3:ListBucket');
  const untested = await call('POST', `${draft}/start`, { token, body: { override: { reason: 'Anyhow.' } } });
  expect(at(untested.body, 'code')).toBe('credentials_missing');
  const given = await call('PATCH', draft, { token, body: { credentials: FAKE_IDENTITY } });
  expect(given.body).toMatchObject({ status: 'draft', credentialsStored: true });
  const tested = await call('POST', `${draft}/test-connection`, { token });
  expect(at(tested.body, 'outcome'), tested.text).toBe('passed');
  expect((await call('POST', `${draft}/start`, { token, body: {} })).status).toBe(200);
});
