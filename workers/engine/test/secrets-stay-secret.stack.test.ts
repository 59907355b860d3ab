import { createTenant, pollUntil, type Stack, startTemporaryStack } from '@sluice/testkit';
import { at, stringAt } from '@sluice/testkit/api-client';
import { faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INPUT, OUTPUT, pdf } from './support/customer.ts';

/** A stack of its own, because only who starts a stack hears what its Workers log. */
let stack: Stack;
const lines: string[] = [];

beforeAll(async () => {
  stack = await startTemporaryStack({ logLevel: 'debug', log: ({ message }) => lines.push(message) });
}, 60_000);
afterAll(() => stack.stop());

const canary = (kind: string): string => `${kind}${crypto.randomUUID().replaceAll('-', '')}`;

test('no log line, row or answer holds a credential, a token or a link, whatever goes wrong', async () => {
  const identity = { accessKeyId: canary('AKIACANARY'), secretAccessKey: canary('Canary/Secret+') };
  const fake = await startFakeS3({ buckets: ['bucket'], identities: [identity] });
  const tenant = await createTenant(stack);
  const { accessToken } = tenant.owner;
  const answers: string[] = [];
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    answers.push(text);
    return JSON.parse(text);
  };
  const body = {
    tenantId: tenant.id,
    name: 'Canary',
    provider: 'generic',
    bucket: 'bucket',
    endpoint: fake.endpoint,
    inputPrefix: INPUT,
    outputPrefix: OUTPUT,
    credentials: identity,
  };
  // Refused for its name, its endpoint, its prefixes; then accepted.
  await call('POST', '/api/integrations/s3', { ...body, name: 7 });
  await call('POST', '/api/integrations/s3', { ...body, endpoint: 'https://10.0.0.1' });
  await call('POST', '/api/integrations/s3', { ...body, outputPrefix: INPUT });
  const id = stringAt(await call('POST', '/api/integrations/s3', body), 'id');
  const path = `/api/integrations/s3/${id}`;
  await call('POST', `${path}/start`, { override: { reason: 'The bucket of a test.' } });
  fake.bucket('bucket').put(`${INPUT}a.pdf`, pdf(), {}, Date.now());

  const poll = async (isEnough: (objects: unknown) => boolean): Promise<void> => {
    // Its own only: other tests live in the same database.
    await stack.sql.query('update public.s3_poll_states set next_poll_at = now() where integration_id = $1', [
      id,
    ]);
    await stack.tick('*/2 * * * *');
    await pollUntil(
      async () => {
        await stack.sql.query(
          `update public.s3_processed_objects set due_at = now()
           where integration_id = $1 and lease_id is null and due_at > now() and (state = 'found' or (state = 'staged' and reason is not null))`,
          [id],
        );
        await stack.tick('* * * * *');
        return isEnough({ integration: await call('GET', path), page: await call('GET', `${path}/objects`) });
      },
      { what: 'the work of a poll', timeoutMs: 120_000, intervalMs: 100 },
    );
  };
  // A provider that repeats what it was sent, as AWS does with SignatureDoesNotMatch.
  const tells = faults.fails(403, 'SignatureDoesNotMatch', 'No match', {
    AWSAccessKeyId: identity.accessKeyId,
    StringToSign: `AWS4-HMAC-SHA256 ${identity.accessKeyId} ${identity.secretAccessKey}`,
  });
  fake.addFault(tells);
  await call('POST', `${path}/test-connection`);
  await poll((seen) => at(seen, 'integration.polling.lastError.code') === 'credentials_wrong_secret');
  fake.clearFaults();
  fake.addFault(faults.only({ operation: 'GetObject' }, tells));
  await poll((seen) => at(seen, 'page.items.0.reason.code') === 'credentials_wrong_secret');
  fake.clearFaults();
  fake.addFault(faults.only({ operation: 'PutObject' }, faults.denies('s3:PutObject')));
  await poll(
    (seen) =>
      at(seen, 'page.items.0.reason.code') === 'access_denied' && at(seen, 'page.items.0.state') === 'staged',
  );
  fake.clearFaults();
  await poll((seen) => at(seen, 'page.items.0.state') === 'written_back');
  await call('POST', `${path}/test-connection`);

  // Every part had something to say.
  const said = lines.join('\n');
  for (const event of [
    '"event":"request"',
    'poll_failed',
    'poll_finished',
    'processing_failed',
    'object_staged',
    'writeback_failed',
    'object_written_back',
  ]) {
    expect(said).toContain(event);
  }
  const secrets = [
    identity.secretAccessKey,
    identity.accessKeyId,
    accessToken,
    'X-Amz-Signature',
    'x-amz-signature',
  ];
  for (const secret of secrets) {
    expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    expect(answers.filter((answer) => answer.includes(secret))).toEqual([]);
  }
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
  await fake.stop();
}, 120_000);
