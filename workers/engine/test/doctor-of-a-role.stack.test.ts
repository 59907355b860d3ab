import { createTenant, startTemporaryStack } from '@sluice/testkit';
import { FAKE_IDENTITY, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, describe, expect, test } from 'vitest';

/** An integration by role, tested by the running engine: its own identity, the stored external id, STS and the bucket. */

const BUCKET = 'bucket-of-a-role';
const arn = (name: string): string => `arn:aws:iam::111111111111:role/${name}`;
/** The external ids our own generate; a role learns its own only when the integration is there. */
const own = new Map<string, string>();
const ofItsOwn = (name: string) => (given: string | null) => given !== null && given === own.get(name);

const fake = await startFakeS3({
  buckets: [BUCKET],
  roles: [
    ...['strict', 'stranger'].map((name) => ({
      roleArn: arn(name),
      trusts: FAKE_IDENTITY.accessKeyId,
      externalId: ofItsOwn(name),
    })),
    { roleArn: arn('open'), trusts: FAKE_IDENTITY.accessKeyId, externalId: () => true },
    { roleArn: arn('others'), trusts: 'AKIASOMEBODYELSE', externalId: () => true },
  ],
});
fake.bucket(BUCKET).put('in/a.pdf', Buffer.from('%PDF-1.7'), {}, Date.now());
const stack = await startTemporaryStack({
  buckets: [],
  workers: {
    extraVars: {
      'sluice-engine': {
        AWS_ACCESS_KEY_ID: FAKE_IDENTITY.accessKeyId,
        AWS_SECRET_ACCESS_KEY: FAKE_IDENTITY.secretAccessKey,
        AWS_STS_ENDPOINT: `${fake.endpoint}/`,
        AWS_PRINCIPAL_ARN: 'arn:aws:iam::999999999999:user/sluice',
      },
    },
  },
});
afterAll(async () => {
  await stack.stop();
  await fake.stop();
});

interface Check {
  readonly name: string;
  readonly outcome: string;
  readonly code?: string | null;
}
interface Tested {
  readonly outcome: string;
  readonly checks: readonly Check[];
}

/** Connects the bucket by the role named and tests it, through the API. */
const testRole = async (name: string, knows = true) => {
  const { owner, id: tenantId } = await createTenant(stack);
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${stack.apiUrl ?? ''}/api/integrations/s3${path}`, {
      method,
      headers: { authorization: `Bearer ${owner.accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };
  const created = await send('POST', '', {
    tenantId,
    name,
    provider: 'aws_role',
    bucket: BUCKET,
    region: 'us-east-1',
    roleArn: arn(name),
    inputPrefix: 'in/',
    outputPrefix: `out-${name}/`,
  });
  expect(created.status, created.text).toBe(201);
  const { id, externalId } = JSON.parse(created.text) as { id: string; externalId: string };
  if (knows) own.set(name, externalId);
  // Amazon's own address, here.
  await stack.sql.query(
    `update public.s3_integrations set endpoint = $2, addressing_style = 'path' where id = $1`,
    [id, fake.endpoint],
  );
  fake.clearRequests();
  const tested = await send('POST', `/${id}/test-connection`);
  expect(tested.status, tested.text).toBe(200);
  const started = await send('POST', `/${id}/start`, {});
  const { outcome, checks } = JSON.parse(tested.text) as Tested;
  const check = (wanted: string) => checks.find((one) => one.name === wanted);
  const asked = fake.requests.filter(({ method, target }) => method === 'POST' && target === '/').length;
  return { outcome, check, text: tested.text, externalId, started: started.status, asked };
};

describe('a role', () => {
  test('that asks for its external id passes, works, and can be started', async () => {
    const { outcome, check, text, started, asked } = await testRole('strict');
    expect(outcome, text).toBe('passed');
    expect(check('external_id')).toMatchObject({ outcome: 'passed' });
    expect(check('write')).toMatchObject({ outcome: 'passed' });
    expect(started).toBe(200);
    // With its own, without one, and with another.
    expect(asked).toBe(3);
    expect(text).not.toContain(FAKE_IDENTITY.secretAccessKey);
    expect(fake.bucket(BUCKET).keys()).toEqual(['in/a.pdf']);
  });

  test('that lets us in whatever the external id fails, and is not started', async () => {
    const { outcome, check, text, started, externalId } = await testRole('open');
    expect(outcome, text).toBe('failed');
    expect(check('external_id')).toMatchObject({ outcome: 'failed', code: 'external_id_not_required' });
    // The statement to put in: who we are, and the external id.
    expect(text).toContain('arn:aws:iam::999999999999:user/sluice');
    expect(text).toContain(externalId);
    expect(started).toBe(409);
  });

  test.each([
    ['asks for another external id', 'stranger', false],
    ['trusts somebody else', 'others', true],
  ] as const)('that %s is told as a role that cannot be assumed', async (_what, name, knows) => {
    const { outcome, check, text, started } = await testRole(name, knows);
    expect(outcome, text).toBe('failed');
    expect(check('credentials')).toMatchObject({ outcome: 'failed', code: 'role_not_assumable' });
    expect(started).toBe(409);
  });
});
