import { createAnonymousClient, pollUntil } from '@sluice/testkit';
import { at, stringAt } from '@sluice/testkit/api-client';
import { openFakeAccount } from '@sluice/testkit/fake-cloudflare';
import { faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import type { Canary } from '@sluice/testkit/leaks';
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INPUT } from './support/customer.ts';
import {
  canary,
  expectNowhere,
  type LeakWorld,
  newCaller,
  newIdentity,
  startLeakWorld,
  startReceiver,
} from './support/leak-world.ts';

let world: LeakWorld;
beforeAll(async () => {
  world = await startLeakWorld();
}, 60_000);
afterAll(() => world.stop());

/** Every canary that was planted, to be looked for at the end. */
const planted: Canary[] = [];
const plant = (
  name: string,
  kind = name.replaceAll(/\W/g, ''),
  allowedIn: readonly string[] = [],
): string => {
  const secret = canary(kind);
  planted.push({ name, secret, allowedIn });
  return secret;
};
const watch = (name: string, secret: string, allowedIn: readonly string[] = []): void => {
  planted.push({ name, secret, allowedIn });
};

/** A document with a canary wherever a document can hold one. */
const documentWithCanaries = (): Buffer =>
  Buffer.from(
    rawPdf([
      '<</Type /Catalog /Pages 2 0 R>>',
      '<</Type /Pages /Kids [3 0 R] /Count 1>>',
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>> /Annots [6 0 R]>>`,
      rawStream(`BT /F 18 Tf 20 150 Td (${plant('text of a document')}) Tj ET`),
      '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
      `<</Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (${plant('a comment in a document')})>>`,
    ]),
  );

test('fifty canaries and more go through every door, and none of them is anywhere afterwards, in any form', async () => {
  const { stack, cloudflare } = world;
  const identity = { ...newIdentity() };
  watch('an access key', identity.accessKeyId);
  watch('a secret key', identity.secretAccessKey);
  const fake = await startFakeS3({ buckets: ['bucket'], identities: [identity] });
  const receiver = await startReceiver();
  const caller = await newCaller(world);
  const { tenant, answers, call, integration, poll, reveal } = caller;
  const told: string[] = [];

  // People: what they sign in with, rightly and wrongly.
  watch('a password', tenant.owner.password);
  watch('an access token', tenant.owner.accessToken);
  watch('the signature of an access token', tenant.owner.accessToken.split('.')[2] ?? '');
  watch('an e-mail address', tenant.owner.email, ['row of auth.']);
  const { data } = await tenant.owner.client.auth.getSession();
  watch('a refresh token', data.session?.refresh_token ?? '', ['row of auth.refresh_tokens']);
  await createAnonymousClient(stack).auth.signInWithPassword({
    email: tenant.owner.email,
    password: plant('a wrong password'),
  });

  // Requests that nobody understands, with something secret where it does not belong.
  const send = async (path: string, init: RequestInit): Promise<void> => {
    const response = await fetch(`${stack.apiUrl}${path}`, init);
    told.push(await response.text(), JSON.stringify([...response.headers]));
  };
  const authorization = `Bearer ${caller.accessToken}`;
  const headers = { authorization, 'content-type': 'application/json' };
  await send('/api/integrations/s3', {
    headers: { authorization: `Bearer ${plant('a bearer token of nobody')}` },
  });
  await send('/api/integrations/s3', {
    headers: { authorization: `Basic ${btoa(`u:${plant('a basic password')}`)}` },
  });
  await send('/api/integrations/s3', { headers: { authorization, cookie: `session=${plant('a cookie')}` } });
  await send('/api/integrations/s3', { headers: { authorization, 'x-api-key': plant('a header of ours') } });
  await send(`/api/integrations/s3?token=${plant('a token in a query')}`, { headers });
  await send(`/api/integrations/s3?limit=${plant('a secret for a number')}`, { headers });
  await send(`/api/integrations/s3/${plant('a secret for an id')}`, { headers });
  await send(`/api/${plant('a secret for a path')}`, { headers });
  const post = (body: string) => send('/api/integrations/s3', { method: 'POST', headers, body });
  await post(`{"secretAccessKey": "${plant('a secret in half a body')}`);
  await post(plant('a secret for a body'));
  await post(
    JSON.stringify({ ...integration(fake, identity), surprise: plant('a secret in a field too many') }),
  );
  await post(JSON.stringify({ ...integration(fake, identity), credentials: plant('credentials as a text') }));
  await post(
    JSON.stringify({
      ...integration(fake, identity),
      endpoint: `https://${plant('a user in an endpoint')}:${plant('a password in an endpoint')}@s3.example.com/?X-Amz-Signature=${plant('a signature in an endpoint')}`,
    }),
  );
  await post(
    JSON.stringify({
      ...integration(fake, identity),
      credentials: {
        accessKeyId: plant('a refused access key'),
        secretAccessKey: `${plant('a refused secret key')} ${plant('the rest of it')}`,
      },
    }),
  );

  // A bucket, its temporary session, its webhook, its events.
  const id = stringAt(await call('POST', '/api/integrations/s3', integration(fake, identity)), 'id');
  const path = `/api/integrations/s3/${id}`;
  const signingSecret = await reveal('/api/notification-targets', 'signingSecret', {
    tenantId: tenant.id,
    name: 'Our server',
    // Whoever may see the target may see its address, and nobody else.
    url: `${receiver.url}${plant('a secret in the address of a webhook', 'hook', ['the answer', 'row of public.notification_targets'])}`,
  });
  watch('a signing secret', signingSecret.replace(/^whsec_/, ''));
  const targets = await call('GET', `/api/notification-targets?tenantId=${tenant.id}`);
  await call('PUT', `${path}/notification-target`, { targetId: stringAt(targets, 'items.0.id') });
  await call('POST', `${path}/credentials/rotation`, {
    credentials: {
      accessKeyId: plant('an access key that the bucket refuses'),
      secretAccessKey: plant('a secret key that the bucket refuses'),
      sessionToken: plant('a session token'),
    },
  });
  await call('POST', `${path}/start`, { override: { reason: 'The bucket of a test.' } });
  watch('an event secret', (await reveal(`${path}/event-secret`, 'secret')).replace(/^whsec_/, ''));
  await call('PATCH', path, { detectionMode: 'event' });
  const events = (more: Readonly<Record<string, string>>) =>
    send(`/api/events/s3/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...more },
      body: JSON.stringify({ detail: plant('the body of a delivery') }),
    });
  await events({ authorization: plant('the API key of a delivery') });
  await events({ 'x-api-key': plant('the other API key of a delivery') });
  await events({ 'x-bz-event-notification-signature': `v1=${plant('the signature of a B2 delivery')}` });
  await events({
    'webhook-id': plant('the id of a delivery'),
    'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
    'webhook-signature': `v1,${plant('the signature of a delivery')}`,
  });
  await call('PATCH', path, { detectionMode: 'poll' });

  // Cloudflare, with a token that may, one that may not, and one that nobody knows.
  const apiToken = plant('a Cloudflare token');
  const weakToken = plant('a Cloudflare token that may not');
  const account = await openFakeAccount(cloudflare.url, {
    buckets: ['acme-documents'],
    tokens: { [apiToken]: ['queues', 'r2', 'scripts'], [weakToken]: ['r2'] },
  });
  const onR2 = await call('POST', '/api/integrations/s3', {
    ...integration(fake, newIdentity()),
    provider: 'r2',
    bucket: 'acme-documents',
    accountId: account.id,
    endpoint: undefined,
  });
  const deployAt = `/api/integrations/s3/${stringAt(onR2, 'id')}/setup/r2-receiver/deploy`;
  for (const token of [weakToken, plant('a Cloudflare token of nobody'), apiToken]) {
    await call('POST', deployAt, { accountId: account.id, apiToken: token });
  }
  const deployed = Object.values((await account.read()).scripts).flatMap(({ secrets }) =>
    Object.values(secrets),
  );
  expect(deployed.length).toBeGreaterThan(0);
  for (const secret of deployed) watch('a deployed event secret', secret.replace(/^whsec_/, ''));

  // Documents: one that is well, one that is broken, one that is none; and a provider that redirects.
  const bucket = fake.bucket('bucket');
  bucket.put(
    `${INPUT}well.pdf`,
    documentWithCanaries(),
    { 'x-amz-meta-note': plant('metadata of an object') },
    Date.now(),
  );
  bucket.put(
    `${INPUT}broken.pdf`,
    Buffer.from(`%PDF-1.7\n1 0 obj <</${plant('a broken document')} (`),
    {},
    Date.now(),
  );
  bucket.put(
    `${INPUT}none.pdf`,
    Buffer.from(`<html>${plant('a page that is no document')}</html>`),
    {},
    Date.now(),
  );
  await call('POST', `${path}/dry-run`, {});
  await poll(id, (seen) =>
    [0, 1, 2].every((index) => {
      const state = at(seen, `page.items.${index}.state`);
      return state === 'written_back' || state === 'failed' || state === 'skipped';
    }),
  );
  await pollUntil(async () => world.lines.some((line) => line.includes('"sluice-dry-run"')), {
    what: 'the message of the dry run',
    timeoutMs: 60_000,
    intervalMs: 100,
  });
  const location = `${fake.endpoint}/bucket/?X-Amz-Signature=${plant('a signature in a redirect')}`;
  fake.addFault(faults.bare(307, { location }));
  await call('POST', `${path}/test-connection`);
  fake.clearFaults();
  await call('GET', `${path}/objects`);
  await call('GET', `/api/tenants/${tenant.id}/audit?limit=200`);

  // What was signed on the way: every request to the bucket, every link to a document, every notification.
  const signatures = fake.requests.flatMap(({ headers, query }) => [
    ...(/Signature=([0-9a-f]{64})/.exec(headers['authorization'] ?? '')?.slice(1) ?? []),
    ...(query.has('X-Amz-Signature') ? [query.get('X-Amz-Signature') ?? ''] : []),
  ]);
  expect(fake.requests.some(({ query }) => query.has('X-Amz-Signature'))).toBe(true);
  for (const signature of new Set(signatures)) watch('the signature of a request or a link', signature);
  for (const sent of receiver.sent) {
    const [, signature = ''] = /"webhook-signature":"v1,([^" ]+)/.exec(sent) ?? [];
    if (signature !== '')
      watch('the signature of a notification', signature, [`the answer ${sent.slice(0, 40)}`]);
  }

  expect(new Set(planted.map(({ name }) => name)).size).toBeGreaterThanOrEqual(40);
  expect(planted.length).toBeGreaterThanOrEqual(50);
  await expectNowhere(
    world,
    [...planted, ...world.platformSecrets],
    [...answers, ...told, ...receiver.sent],
    id,
    ['sluice-poll', 'sluice-process', 'sluice-writeback', 'sluice-notify', 'sluice-dry-run'],
  );
  await fake.stop();
  receiver.server.close();
}, 240_000);
