import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createTenant, pollUntil, type Stack, startTemporaryStack, supportToken } from '@sluice/testkit';
import { at, stringAt } from '@sluice/testkit/api-client';
import { type FakeS3, faults, type Identity, startFakeS3 } from '@sluice/testkit/fake-s3';
import { createLocalWrapper, newKeyring } from '@sluice/vault';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretsOf } from './reseal/world.ts';
import { INPUT, OUTPUT, pdf } from './support/customer.ts';
import { onKey } from './support/keys.ts';

/** A stack of its own, because only who starts a stack hears what its Workers log. Its engine has been given a new key. */
let stack: Stack;
const lines: string[] = [];
const oldKeyring = newKeyring();
const keyring = newKeyring(oldKeyring);
const keys = Object.values((JSON.parse(keyring) as { keys: Record<string, string> }).keys);

beforeAll(async () => {
  stack = await startTemporaryStack({
    logLevel: 'debug',
    log: ({ message }) => lines.push(message),
    workers: { extraVars: { 'sluice-engine': { VAULT_KEYRING: keyring } } },
  });
}, 60_000);
afterAll(() => stack.stop());

const canary = (kind: string): string => `${kind}${crypto.randomUUID().replaceAll('-', '')}`;
const newIdentity = (): Identity => ({
  accessKeyId: canary('AKIACANARY'),
  secretAccessKey: canary('Canary/Secret+'),
});

/** A provider that repeats what it was sent, as AWS does with SignatureDoesNotMatch. */
const tells = ({ accessKeyId, secretAccessKey }: Identity) =>
  faults.fails(403, 'SignatureDoesNotMatch', 'No match', {
    AWSAccessKeyId: accessKeyId,
    StringToSign: `AWS4-HMAC-SHA256 ${accessKeyId} ${secretAccessKey}`,
  });

/** A tenant that calls the API, and everything it was answered. */
const newCaller = async () => {
  const tenant = await createTenant(stack);
  const { accessToken } = tenant.owner;
  const answers: string[] = [];
  const callAs = async (token: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await response.text();
    answers.push(said);
    return said === '' ? null : JSON.parse(said);
  };
  const call = (method: string, path: string, body?: unknown) => callAs(accessToken, method, path, body);
  return {
    tenant,
    accessToken,
    answers,
    callAs,
    call,
    /** What is shown once, by this answer and no other. */
    reveal: async (path: string, field: string, body?: unknown): Promise<string> => {
      const answer = await call('POST', path, body);
      const secret = stringAt(answer, field);
      expect(answers.pop()).toContain(secret);
      return secret;
    },
    integration: (fake: FakeS3, credentials: Identity) => ({
      tenantId: tenant.id,
      name: 'Canary',
      provider: 'generic',
      bucket: 'bucket',
      endpoint: fake.endpoint,
      inputPrefix: INPUT,
      outputPrefix: OUTPUT,
      credentials,
    }),
    /** A poll of the integration, and the sweeps after it, until it and its objects are as wanted. */
    poll: async (id: string, isEnough: (seen: unknown) => boolean): Promise<void> => {
      const path = `/api/integrations/s3/${id}`;
      // Its own only: other tests live in the same database.
      await stack.sql.query(
        'update public.s3_poll_states set next_poll_at = now() where integration_id = $1',
        [id],
      );
      await stack.tick('*/2 * * * *');
      await pollUntil(
        async () => {
          await stack.sql.query(
            `update public.s3_processed_objects set due_at = now()
             where integration_id = $1 and lease_id is null and due_at > now() and (state = 'found' or (state = 'staged' and reason is not null))`,
            [id],
          );
          await stack.tick('* * * * *');
          return isEnough({
            integration: await call('GET', path),
            page: await call('GET', `${path}/objects`),
            credentials: await call('GET', `${path}/credentials`),
          });
        },
        { what: 'the work of a poll', timeoutMs: 120_000, intervalMs: 100 },
      );
    },
  };
};

const expectSaid = (events: readonly string[]): void => {
  const said = lines.join('\n');
  for (const event of events) expect(said).toContain(event);
};

/** None of the secrets is in what was logged, in what was answered or sent, or in any row. */
const expectNowhere = async (secrets: readonly string[], told: readonly string[]): Promise<void> => {
  for (const secret of secrets) {
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    expect(told.filter((answer) => answer.includes(secret))).toEqual([]);
  }
  // A queue takes messages of its form only, ids and nothing else; a message of any other would have been logged.
  expect(lines.join('\n')).not.toContain('malformed_message');
  const { rows: tables } = await stack.sql.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'private', 'auth')`,
  );
  for (const { name } of tables) {
    for (const secret of secrets) {
      const { rows } = await stack.sql.query(
        `select 1 from ${name} as r where strpos(r::text, $1) > 0 limit 1`,
        [secret],
      );
      expect(rows, `${name} holds ${secret.slice(0, 12)}…`).toEqual([]);
    }
  }
};

test('no log line, row or answer holds a credential, a token or a link, whatever goes wrong', async () => {
  const identity = newIdentity();
  const fake = await startFakeS3({ buckets: ['bucket'], identities: [identity] });
  const { accessToken, answers, call, integration, poll } = await newCaller();
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
    [secretAccessKey, accessKeyId, accessToken, 'X-Amz-Signature', 'x-amz-signature'],
    answers,
  );
  await fake.stop();
}, 120_000);

/** A customer's server; what it is sent, headers and body. */
const startReceiver = async () => {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      sent.push(JSON.stringify(request.headers) + (await text(request)));
      response.writeHead(204).end();
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { sent, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
};

test('nor does a rotation, an event secret or a reseal show one, but for the answer that reveals it', async () => {
  const [first, second, refused] = [newIdentity(), newIdentity(), newIdentity()];
  const fake = await startFakeS3({ buckets: ['bucket'], identities: [first, second, refused] });
  const receiver = await startReceiver();
  const caller = await newCaller();
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
    const response = await fetch(`${stack.apiUrl}/api/events/s3/${id}`, {
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
  await secretsOf(stack).add(createLocalWrapper(oldKeyring), tenant.id, sealed);
  const support = await supportToken(stack);
  const runId = stringAt(await callAs(support, 'POST', '/api/admin/reseals'), 'id');
  await pollUntil(
    async () => at(await callAs(support, 'GET', `/api/admin/reseals/${runId}`), 'status') === 'completed',
    { what: 'the reseal', timeoutMs: 60_000, intervalMs: 100 },
  );
  expect(await secretsOf(stack).keys()).not.toHaveProperty('local/1');
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
    [...identities, ...issued, ...keys, sealed, support, caller.accessToken],
    [...answers, ...receiver.sent],
  );
  await fake.stop();
  receiver.server.close();
}, 180_000);
