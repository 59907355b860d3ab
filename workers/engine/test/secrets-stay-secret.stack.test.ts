import { pollUntil, supportToken } from '@sluice/testkit';
import { at, stringAt } from '@sluice/testkit/api-client';
import { faults, type Identity, startFakeS3 } from '@sluice/testkit/fake-s3';
import { createLocalWrapper } from '@sluice/vault';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretsOf } from './reseal/world.ts';
import { INPUT, OUTPUT, pdf } from './support/customer.ts';
import { onKey } from './support/keys.ts';
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

/** What is looked for, and what it is called when it is found. */
const named = (secrets: readonly string[]) =>
  secrets.map((secret, index) => ({ name: `secret ${index + 1}`, secret }));

/** A provider that repeats what it was sent, as AWS does with SignatureDoesNotMatch. */
const tells = ({ accessKeyId, secretAccessKey }: Identity) =>
  faults.fails(403, 'SignatureDoesNotMatch', 'No match', {
    AWSAccessKeyId: accessKeyId,
    StringToSign: `AWS4-HMAC-SHA256 ${accessKeyId} ${secretAccessKey}`,
  });

const expectSaid = (events: readonly string[]): void => {
  const said = world.lines.join('\n');
  for (const event of events) expect(said).toContain(event);
};

test('no log line, row or answer holds a credential, a token or a link, whatever goes wrong', async () => {
  const identity = newIdentity();
  const fake = await startFakeS3({ buckets: ['bucket'], identities: [identity] });
  const { accessToken, answers, call, integration, poll } = await newCaller(world);
  const body = integration(fake, identity);
  // Refused for its name, its endpoint, its prefixes; then accepted.
  await call('POST', '/api/integrations/s3', { ...body, name: 7 });
  await call('POST', '/api/integrations/s3', { ...body, endpoint: 'https://10.0.0.1' });
  await call('POST', '/api/integrations/s3', { ...body, outputPrefix: INPUT });
  const id = stringAt(await call('POST', '/api/integrations/s3', body), 'id');
  const path = `/api/integrations/s3/${id}`;
  await call('POST', `${path}/start`, { override: { reason: 'The bucket of a test.' } });
  fake.bucket('bucket').put(`${INPUT}a.pdf`, pdf(), {}, Date.now());

  fake.addFault(tells(identity));
  await call('POST', `${path}/test-connection`);
  await poll(id, (seen) => at(seen, 'integration.polling.lastError.code') === 'credentials_wrong_secret');
  fake.clearFaults();
  fake.addFault(faults.only({ operation: 'GetObject' }, tells(identity)));
  await poll(id, (seen) => at(seen, 'page.items.0.reason.code') === 'credentials_wrong_secret');
  fake.clearFaults();
  fake.addFault(faults.only({ operation: 'PutObject' }, faults.denies('s3:PutObject')));
  await poll(
    id,
    (seen) =>
      at(seen, 'page.items.0.reason.code') === 'access_denied' && at(seen, 'page.items.0.state') === 'staged',
  );
  fake.clearFaults();
  await poll(id, (seen) => at(seen, 'page.items.0.state') === 'written_back');
  await call('POST', `${path}/test-connection`);

  // Every part had something to say.
  expectSaid([
    '"event":"request"',
    'poll_failed',
    'poll_finished',
    'processing_failed',
    'object_staged',
    'writeback_failed',
    'object_written_back',
  ]);
  const { accessKeyId, secretAccessKey } = identity;
  await expectNowhere(
    world,
    named([secretAccessKey, accessKeyId, accessToken, 'X-Amz-Signature', 'x-amz-signature']),
    answers,
    id,
    ['sluice-poll', 'sluice-process', 'sluice-writeback'],
  );
  await fake.stop();
}, 120_000);

test('nor does a rotation, an event secret or a reseal show one, but for the answer that reveals it', async () => {
  const [first, second, refused] = [newIdentity(), newIdentity(), newIdentity()];
  const fake = await startFakeS3({ buckets: ['bucket'], identities: [first, second, refused] });
  const receiver = await startReceiver();
  const caller = await newCaller(world);
  const { tenant, answers, call, callAs, reveal, integration, poll } = caller;
  const id = stringAt(await call('POST', '/api/integrations/s3', integration(fake, first)), 'id');
  const path = `/api/integrations/s3/${id}`;
  const rotation = `${path}/credentials/rotation`;
  const target = { tenantId: tenant.id, name: 'Our server', url: receiver.url };
  const signingSecret = await reveal('/api/notification-targets', 'signingSecret', target);
  const targetId = stringAt(
    await call('GET', `/api/notification-targets?tenantId=${tenant.id}`),
    'items.0.id',
  );
  await call('PUT', `${path}/notification-target`, { targetId });
  await call('POST', `${path}/start`, { override: { reason: 'The bucket of a test.' } });

  // Not understood; refused by its probe; accepted, and rolled back by work; accepted again, and finished.
  await call('POST', rotation, { credentials: { ...second, surprise: second.secretAccessKey } });
  await call('POST', rotation, { credentials: { ...second, sessionToken: `${canary('Token')}\n` } });
  await call('POST', rotation, { credentials: second.secretAccessKey });
  fake.addFault(onKey(refused, tells(refused)));
  expect(at(await call('POST', rotation, { credentials: refused }), 'outcome')).toBe('refused');
  expect(at(await call('POST', rotation, { credentials: second }), 'outcome')).toBe('swapped');
  fake.addFault(
    onKey(second, faults.only({ operation: 'PutObject', keyPrefix: `${OUTPUT}deep/` }, tells(second))),
  );
  fake.bucket('bucket').put(`${INPUT}deep/a.pdf`, pdf(), {}, Date.now());
  await poll(
    id,
    (seen) =>
      at(seen, 'page.items.0.state') === 'written_back' &&
      at(seen, 'credentials.rotation.state') === 'rolled_back' &&
      receiver.sent.some((one) => one.includes('integration.credentials_rolled_back')),
  );
  fake.clearFaults();
  expect(at(await call('POST', rotation, { credentials: second }), 'outcome')).toBe('swapped');
  expect(at(await call('POST', `${rotation}/finish`), 'current.hint')).toBe(second.accessKeyId.slice(-4));

  const eventSecrets = [
    await reveal(`${path}/event-secret`, 'secret'),
    await reveal(`${path}/event-secret/rotate`, 'secret', { keepOldFor: 24 }),
  ];
  await call('PATCH', path, { detectionMode: 'event' });
  const deliver = async (secret: string): Promise<number> => {
    const body = JSON.stringify({ secret: eventSecrets[0], account: second.secretAccessKey });
    const now = new Date();
    const response = await fetch(`${world.stack.apiUrl}/api/events/s3/${id}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': crypto.randomUUID(),
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('another', now, body),
        authorization: eventSecrets[1] ?? '',
      },
      body,
    });
    answers.push(await response.text());
    return response.status;
  };
  for (const secret of eventSecrets) expect(await deliver(secret)).toBeGreaterThanOrEqual(400);
  await call('GET', `${path}/events`);
  await call('GET', `${path}/event-secret`);

  const sealed = canary('Sealed');
  await secretsOf(world.stack).add(createLocalWrapper(world.oldKeyring), tenant.id, sealed);
  const support = await supportToken(world.stack);
  const runId = stringAt(await callAs(support, 'POST', '/api/admin/reseals'), 'id');
  await pollUntil(
    async () => at(await callAs(support, 'GET', `/api/admin/reseals/${runId}`), 'status') === 'completed',
    { what: 'the reseal', timeoutMs: 60_000, intervalMs: 100 },
  );
  expect(await secretsOf(world.stack).keys()).not.toHaveProperty('local/1');
  await callAs(support, 'GET', '/api/admin/reseals');
  await callAs(support, 'GET', `/api/admin/logs?integrationId=${id}&limit=200`);
  await call('GET', `/api/tenants/${tenant.id}/audit?limit=200`);

  expectSaid(['credentials_fell_back', 'notification_sent', 'eventRejected', 'reseal_ended']);
  const identities = [first, second, refused].flatMap(({ accessKeyId, secretAccessKey }) => [
    accessKeyId,
    secretAccessKey,
  ]);
  // Without its `whsec_` a secret is as good.
  const issued = [signingSecret, ...eventSecrets].map((secret) => secret.replace(/^whsec_/, ''));
  await expectNowhere(
    world,
    [...named([...identities, ...issued, sealed, support, caller.accessToken]), ...world.platformSecrets],
    [...answers, ...receiver.sent],
    id,
    ['sluice-poll', 'sluice-process', 'sluice-writeback', 'sluice-notify', 'sluice-reseal'],
  );
  await fake.stop();
  receiver.server.close();
}, 180_000);
