import { randomBytes } from 'node:crypto';
import { at, call, newIntegration, newTenant } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSql, park } from '../support/fixtures.ts';

const sql = openSql();
const ROUTE = '/api/integrations/s3';
const BUCKET = 'customer-bucket';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: [BUCKET] });
});
afterAll(() => fake.stop());

interface Check {
  readonly name: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly owner: string | null;
  readonly remedy: string | null;
  readonly message: string;
}

/** Connects a folder of the fake and tests the connection, with a fault standing in the way. */
const testing = async (
  changes: Readonly<Record<string, unknown>> = {},
  fault?: Parameters<FakeS3['addFault']>[0],
) => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const folder = randomBytes(6).toString('hex');
  const [inputPrefix, outputPrefix] = [`${folder}/in/`, `${folder}/out/`];
  fake.bucket(BUCKET).put(`${inputPrefix}a.pdf`, Buffer.from('%PDF-1.7'), {}, Date.now());
  const id = await newIntegration(tenant, {
    bucket: BUCKET,
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix,
    outputPrefix,
    ...changes,
  });
  await park(sql, id);
  if (fault !== undefined) {
    // Only this test's folder: others may be trying theirs.
    fake.addFault((request, proceed) =>
      request.key.startsWith(folder) || (request.query.get('prefix') ?? '').startsWith(folder)
        ? fault(request, proceed)
        : proceed(),
    );
  }
  const answer = await call('POST', `${ROUTE}/${id}/test-connection`, { token });
  expect(answer.status, answer.text).toBe(200);
  const checks = at(answer.body, 'checks') as Check[];
  const stored = await call('GET', `${ROUTE}/${id}`, { token });
  return {
    id,
    token,
    folder,
    answer,
    checks,
    stored,
    failed: checks.find(({ outcome }) => outcome === 'failed'),
  };
};

/** What starting an integration asks: whether the configuration as it stands has passed. */
const hasPassed = async (id: string): Promise<unknown> => {
  const { rows } = await sql.query<{ passed: boolean }>(
    'select private.connection_test_passed(i) as passed from public.s3_integrations i where id = $1',
    [id],
  );
  return rows[0]?.passed;
};

const outcomes = (checks: readonly Check[]) =>
  Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));

describe('testing a connection', () => {
  test('tries everything, leaves nothing behind, and remembers the result', async () => {
    const { id, answer, checks, stored, folder } = await testing();
    expect(outcomes(checks)).toEqual({
      endpoint: 'passed',
      credentials: 'passed',
      region: 'passed',
      addressing: 'passed',
      bucket: 'passed',
      list: 'passed',
      read: 'passed',
      write: 'passed',
      read_back: 'passed',
      conditions: 'passed',
      delete: 'passed',
      encryption: 'passed',
      versioning: 'passed',
      clock: 'passed',
      // The keys of this server may do everything.
      over_grants: 'warning',
    });
    expect(at(answer.body, 'outcome')).toBe('passed');
    expect(at(stored.body, 'lastTest')).toEqual(answer.body);
    expect(await hasPassed(id)).toBe(true);
    expect(
      fake
        .bucket(BUCKET)
        .keys()
        .filter((key) => key.startsWith(folder)),
    ).toEqual([`${folder}/in/a.pdf`]);
  });

  test('skips reading where there is nothing to read yet, and passes', async () => {
    const { answer, checks } = await testing({ inputPrefix: `${crypto.randomUUID()}/` });
    expect(outcomes(checks)).toMatchObject({ list: 'passed', read: 'skipped', write: 'passed' });
    expect(at(answer.body, 'outcome')).toBe('passed');
  });

  const secret = { ...FAKE_IDENTITY, secretAccessKey: 'quite-another-secret' };
  const unknownKey = { accessKeyId: 'AKIANOBODYKNOWSTHIS1', secretAccessKey: 'quite-another-secret' };
  test.each([
    [
      'a wrong secret',
      { credentials: secret },
      undefined,
      'credentials',
      'credentials_wrong_secret',
      /cut off/,
    ],
    [
      'an unknown key',
      { credentials: unknownKey },
      undefined,
      'credentials',
      'credentials_unknown',
      /deleted/,
    ],
    [
      'an unknown bucket',
      { bucket: 'no-such-bucket' },
      undefined,
      'bucket',
      'bucket_not_found',
      /bucket name/,
    ],
    ['a wrong region', { region: 'eu-west-1' }, undefined, 'region', 'region_wrong', /region/],
    [
      'a closed port',
      { endpoint: 'http://127.0.0.1:9' },
      undefined,
      'endpoint',
      'endpoint_unreachable',
      /DNS/,
    ],
    ['a web page', {}, faults.htmlPage(200), 'endpoint', 'endpoint_not_s3', /console/],
    [
      'a listing refused',
      {},
      faults.only({ operation: 'ListObjectsV2' }, faults.denies('s3:ListBucket')),
      'list',
      'access_denied',
      /Grant/,
    ],
    [
      'a GET refused',
      {},
      faults.only({ operation: 'GetObject' }, faults.denies('s3:GetObject')),
      'read',
      'access_denied',
      /Grant/,
    ],
    [
      'a PUT refused',
      {},
      faults.only({ operation: 'PutObject' }, faults.denies('s3:PutObject')),
      'write',
      'access_denied',
      /Grant/,
    ],
    [
      'a DELETE refused',
      {},
      faults.only({ operation: 'DeleteObject' }, faults.denies('s3:DeleteObject')),
      'delete',
      'access_denied',
      /Grant/,
    ],
    [
      'a key that refuses',
      {},
      faults.only({ operation: 'PutObject' }, faults.kmsDenies),
      'write',
      'encryption_denied',
      /kms/,
    ],
    [
      'a bucket elsewhere',
      {},
      faults.redirects('eu-central-1', 's3.eu-central-1.amazonaws.com'),
      'region',
      'region_wrong',
      /region/,
    ],
    ['throttling', {}, faults.slowsDown(1), 'list', 'throttled', /slow down/],
    ['a provider that is down', {}, faults.bare(500), 'list', 'upstream_unavailable', /try again/],
  ] as const)(
    'says of %s which check it fails, whose move it is and what to do',
    async (_, changes, fault, check, code, remedy) => {
      const { id, answer, failed, checks, stored } = await testing(changes, fault);
      expect(failed, JSON.stringify(checks)).toMatchObject({ name: check, code });
      expect(failed?.remedy).toMatch(remedy);
      expect(failed?.owner).toMatch(/^(customer_config|upstream)$/);
      expect(at(answer.body, 'outcome')).toBe('failed');
      expect(await hasPassed(id)).toBe(false);
      expect(at(stored.body, 'lastTest')).toEqual(answer.body);
    },
  );

  test('names the right region', async () => {
    const wrong = await testing({ region: 'eu-west-1' });
    expect(wrong.failed?.message).toContain('us-east-1');
    const elsewhere = await testing({}, faults.redirects('eu-central-1', 's3.eu-central-1.amazonaws.com'));
    expect(elsewhere.failed?.message).toContain('eu-central-1');
  });

  test('goes on to what can still be told when listing alone is refused', async () => {
    const { checks } = await testing(
      {},
      faults.only({ operation: 'ListObjectsV2' }, faults.denies('s3:ListBucket')),
    );
    expect(outcomes(checks)).toMatchObject({ endpoint: 'passed', credentials: 'passed', write: 'passed' });
  });

  test('never repeats a secret, a link or the provider’s own words', async () => {
    const { answer } = await testing({ credentials: secret });
    expect(answer.text).not.toMatch(/quite-another|X-Amz-|StringToSign|CanonicalRequest/i);
  });
});
