import { ConnectionTest, SluiceError } from '@sluice/shared';
import { FAKE_IDENTITY, type FakeS3, type Fault, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { summary, type TestOptions, testConnection } from '../support/connection-world.ts';

let fake: FakeS3;

beforeEach(async () => {
  fake = await startFakeS3({ buckets: ['bucket'] });
  fake.bucket('bucket').put('in/a.pdf', Buffer.from('%PDF-1.7'), {}, Date.now());
});
afterEach(async () => {
  await fake.stop();
});

const keys = () => fake.bucket('bucket').keys();
const run = async (options: TestOptions = {}, fault?: Fault) => {
  if (fault !== undefined) fake.addFault(fault);
  const { test, recorded } = await testConnection(fake, options);
  expect(recorded).toEqual([test]);
  expect(ConnectionTest.parse(test)).toEqual(test);
  expect(test.outcome).toBe(test.checks.some((check) => check.outcome === 'failed') ? 'failed' : 'passed');
  return { test, lines: summary(test), failed: test.checks.find((check) => check.outcome === 'failed') };
};

const ALL_PASSED = ['endpoint', 'credentials', 'list', 'read', 'write', 'read_back', 'delete'].map(
  (name) => `${name} passed`,
);
const REST_SKIPPED = ['read skipped', 'write skipped', 'read_back skipped', 'delete skipped'];

describe('testS3Connection', () => {
  it('passes on a bucket that allows everything, and leaves nothing behind', async () => {
    const { lines } = await run();
    expect(lines).toEqual(ALL_PASSED);
    expect(keys()).toEqual(['in/a.pdf']);
    const written = fake.requests.find((request) => request.operation === 'PutObject');
    expect(written?.key).toBe('accessible/.sluice-connection-test-probe-id');
  });

  it('passes on an empty bucket, saying that there is nothing to read yet', async () => {
    fake.bucket('bucket').delete('in/a.pdf');
    const { test, lines } = await run();
    expect(lines).toEqual(ALL_PASSED.map((line) => (line === 'read passed' ? 'read skipped' : line)));
    expect(test.checks.find((check) => check.name === 'read')?.message).toContain('no object under "in/"');
  });

  it('blames an unknown key', async () => {
    const { lines } = await run({
      client: { credentials: { ...FAKE_IDENTITY, accessKeyId: 'AKIAUNKNOWN' } },
    });
    expect(lines).toEqual([
      'endpoint passed',
      'credentials failed credentials_unknown',
      'list skipped',
      ...REST_SKIPPED,
    ]);
  });

  it('blames a wrong secret', async () => {
    const { lines } = await run({ client: { credentials: { ...FAKE_IDENTITY, secretAccessKey: 'wrong' } } });
    expect(lines).toEqual([
      'endpoint passed',
      'credentials failed credentials_wrong_secret',
      'list skipped',
      ...REST_SKIPPED,
    ]);
  });

  it('blames a wrong region on the listing, names the right one, and does not claim to know the credentials', async () => {
    const { lines, failed } = await run({
      client: { provider: { provider: 'generic', endpoint: fake.endpoint, region: 'eu-central-1' } },
    });
    expect(lines).toEqual([
      'endpoint passed',
      'credentials skipped',
      'list failed region_wrong',
      ...REST_SKIPPED,
    ]);
    expect(failed?.message).toContain('us-east-1');
  });

  it('blames a missing bucket on the listing', async () => {
    const { lines, failed } = await run({ client: { bucket: 'not-there' } });
    expect(lines.slice(2)).toEqual(['list failed bucket_not_found', ...REST_SKIPPED]);
    expect(failed?.message).toContain('not-there');
  });

  it('tries everything else when only listing is denied, and so learns that the credentials are good', async () => {
    const { lines, failed } = await run(
      {},
      faults.only({ operation: 'ListObjectsV2' }, faults.denies('s3:ListBucket')),
    );
    expect(lines).toEqual([
      'endpoint passed',
      'credentials passed',
      'list failed access_denied',
      'read skipped',
      'write passed',
      'read_back passed',
      'delete passed',
    ]);
    expect(failed?.message).toContain('s3:ListBucket');
    expect(failed).toMatchObject({ providerCode: 'AccessDenied', owner: 'customer_config' });
    expect(failed?.remedy).toContain('Grant');
    expect(keys()).toEqual(['in/a.pdf']);
  });

  it('does not take AccessDenied to everything for proof that a server knows the key', async () => {
    const denied = await run({}, faults.denies('s3:*'));
    expect(denied.lines.slice(0, 3)).toEqual([
      'endpoint passed',
      'credentials skipped',
      'list failed access_denied',
    ]);
    const ofAws = await run({ provider: 'aws_key' });
    expect(ofAws.lines.slice(0, 3)).toEqual([
      'endpoint passed',
      'credentials passed',
      'list failed access_denied',
    ]);
  });

  it.each([
    [
      'GetObject',
      's3:GetObject',
      ['read failed access_denied', 'write passed', 'read_back failed access_denied', 'delete passed'],
    ],
    [
      'PutObject',
      's3:PutObject',
      ['read passed', 'write failed access_denied', 'read_back skipped', 'delete skipped'],
    ],
    [
      'DeleteObject',
      's3:DeleteObject',
      ['read passed', 'write passed', 'read_back passed', 'delete failed access_denied'],
    ],
  ])('says that %s is denied, and which action is missing', async (operation, action, rest) => {
    const { lines, failed } = await run({}, faults.only({ operation }, faults.denies(action)));
    expect(lines).toEqual(['endpoint passed', 'credentials passed', 'list passed', ...rest]);
    expect(failed?.message).toContain(action);
    expect(failed?.message).toContain('bucket/');
    // Only where deleting is what is denied does the probe stay, and then it is named.
    if (operation === 'DeleteObject') expect(failed?.message).toContain('.sluice-connection-test-probe-id');
    else expect(keys()).toEqual(['in/a.pdf']);
  });

  it('tells a key of the encryption from a permission of the bucket', async () => {
    const { lines, failed } = await run({}, faults.only({ operation: 'PutObject' }, faults.kmsDenies));
    expect(lines[4]).toBe('write failed encryption_denied');
    expect(failed?.message).toContain('kms:GenerateDataKey');
  });

  it.each<[string, Fault, string]>([
    ['a web page', faults.htmlPage(200), 'endpoint failed endpoint_not_s3'],
    [
      'a redirect to another host',
      faults.redirects('us-east-1', 'bucket.s3.example.com'),
      'endpoint failed addressing_wrong',
    ],
    ['a connection that breaks', faults.drops, 'endpoint failed endpoint_unreachable'],
  ])('blames the endpoint for %s', async (_, fault, line) => {
    const { lines } = await run({}, fault);
    expect(lines[0]).toBe(line);
    expect(lines.slice(1)).toEqual(['credentials skipped', 'list skipped', ...REST_SKIPPED]);
  });

  it('blames the endpoint when nobody is there', async () => {
    const closed = await startFakeS3({ buckets: ['bucket'] });
    await closed.stop();
    const { test } = await testConnection(closed);
    expect(summary(test)[0]).toBe('endpoint failed endpoint_unreachable');
  });

  it('blames a redirect to another region on the region', async () => {
    const { lines } = await run({}, faults.redirects('eu-west-1', 's3.eu-west-1.amazonaws.com'));
    expect(lines[2]).toBe('list failed region_wrong');
  });

  it('blames a clock that is wrong on the signing in', async () => {
    const { lines } = await run({ client: { clock: () => Date.now() - 3_600_000 } });
    expect(lines.slice(0, 2)).toEqual(['endpoint passed', 'credentials failed clock_skew']);
  });

  it.each(['vault_unavailable', 'credentials_missing', 'role_not_assumable'] as const)(
    'does not claim to have reached an endpoint it never asked (%s)',
    async (code) => {
      const { lines } = await run({ open: async () => Promise.reject(new SluiceError(code)) });
      expect(lines).toEqual([
        'endpoint skipped',
        `credentials failed ${code}`,
        'list skipped',
        ...REST_SKIPPED,
      ]);
    },
  );

  it('blames an endpoint that is refused before anything is sent', async () => {
    const { lines } = await run({ client: { egress: { mode: 'strict' } } });
    expect(lines[0]).toBe('endpoint failed endpoint_refused');
    expect(fake.requests).toEqual([]);
  });

  it('does not fail for an object that is archived or gone: it tries another', async () => {
    for (const key of ['in/0-archived.pdf', 'in/1-gone.pdf']) {
      fake.bucket('bucket').put(key, Buffer.from('x'), {}, Date.now());
    }
    fake.addFault(faults.only({ keyPrefix: 'in/0-' }, faults.fails(403, 'InvalidObjectState')));
    const { lines } = await run({}, faults.only({ keyPrefix: 'in/1-' }, faults.fails(404, 'NoSuchKey')));
    expect(lines).toEqual(ALL_PASSED);
  });

  it('deletes the probe also when reading it back fails, or when the answer to writing it is lost', async () => {
    fake.addFault(
      faults.only({ operation: 'GetObject', keyPrefix: 'accessible/' }, faults.fails(500, 'InternalError')),
    );
    expect((await run()).lines.slice(4)).toEqual([
      'write passed',
      'read_back failed upstream_unavailable',
      'delete passed',
    ]);
    expect(keys()).toEqual(['in/a.pdf']);
    fake.clearFaults();
    expect((await run({}, faults.only({ operation: 'PutObject' }, faults.loses))).lines[4]).toContain(
      'write failed',
    );
    expect(keys()).toEqual(['in/a.pdf']);
  });
});
