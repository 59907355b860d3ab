import { CONNECTION_CHECKS, ConnectionTest, SluiceError } from '@sluice/shared';
import { type FakeS3, type Fault, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problems, summary, type TestOptions, testConnection } from '../support/connection-world.ts';

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
  return {
    test,
    lines: summary(test),
    told: problems(test),
    failed: test.checks.find((check) => check.outcome === 'failed'),
  };
};

/** As the setup says: only so is there nothing to warn of. */
const LEAST = faults.leastPrivilege('in/', 'accessible/');

describe('testS3Connection', () => {
  it('passes on a bucket that allows what it must, and leaves nothing behind', async () => {
    const { lines } = await run({}, LEAST);
    expect(lines).toEqual(
      CONNECTION_CHECKS.filter((name) => name !== 'external_id').map((name) => `${name} passed`),
    );
    expect(keys()).toEqual(['in/a.pdf']);
    const written = fake.requests.filter((request) => request.operation === 'PutObject');
    const probes = ['html', 'pdf'].map((name) => `accessible/sluice-connection-test-probe-id.${name}`);
    // Once to be there, and once on a condition that does not hold.
    expect(written.map(({ key }) => key).sort()).toEqual(probes.flatMap((key) => [key, key]));
  });

  it('makes no request that is not for its own folders or a name nobody has', async () => {
    await run();
    for (const { key, query, operation } of fake.requests) {
      const at = operation === 'ListObjectsV2' ? (query.get('prefix') ?? '') : key;
      if (operation !== 'GetBucketPolicy')
        expect(at).toMatch(/^in\/$|^in\/a\.pdf$|sluice-connection-test-probe-id/);
    }
  });

  it('tells apart what the credential may do too much, and what would be enough', async () => {
    const { test, told } = await run();
    expect(test.outcome).toBe('passed');
    expect(told).toEqual(['over_grants warning permissions_too_wide']);
    const check = test.checks.find(({ name }) => name === 'over_grants');
    for (const words of [
      'list what',
      'read what',
      'write outside',
      'write into the input',
      'read the policy',
    ]) {
      expect(check?.message).toContain(words);
    }
    expect(JSON.stringify(check?.statement)).toContain('arn:aws:s3:::bucket/accessible/*');
    expect(keys()).toEqual(['in/a.pdf']);
  });

  it('passes on an empty bucket, saying that there is nothing to read yet', async () => {
    fake.bucket('bucket').delete('in/a.pdf');
    const { test, told } = await run({}, LEAST);
    expect(told).toEqual([]);
    const read = test.checks.find((check) => check.name === 'read');
    expect(read?.outcome).toBe('skipped');
    expect(read?.message).toContain('no PDF under "in/"');
  });

  it('reads documents only, as a poll takes them', async () => {
    fake.bucket('bucket').put('in/0.secret', Buffer.from('x'), {}, Date.now());
    await run();
    expect(fake.requests.some(({ key }) => key === 'in/0.secret')).toBe(false);
  });

  it('does not take AccessDenied to everything for proof that a server knows the key', async () => {
    const denied = await run({}, faults.denies('s3:*'));
    expect(denied.lines.slice(0, 6)).toEqual([
      'endpoint passed',
      'credentials skipped',
      'region skipped',
      'addressing skipped',
      'bucket skipped',
      'list failed access_denied',
    ]);
    const ofAws = await run({ integration: { provider: 'aws_key' } });
    expect(ofAws.lines.slice(0, 2)).toEqual(['endpoint passed', 'credentials passed']);
  });

  it('tries everything else when only listing is denied, and so learns that the way is clear', async () => {
    const { lines, failed } = await run(
      {},
      faults.only({ operation: 'ListObjectsV2' }, faults.denies('s3:ListBucket')),
    );
    expect(lines.slice(0, 11)).toEqual([
      'endpoint passed',
      'credentials passed',
      'region passed',
      'addressing passed',
      'bucket passed',
      'list failed access_denied',
      'read skipped',
      'write passed',
      'read_back passed',
      'conditions passed',
      'delete passed',
    ]);
    expect(failed).toMatchObject({ providerCode: 'AccessDenied', owner: 'customer_config' });
    expect(keys()).toEqual(['in/a.pdf']);
  });

  it.each(['vault_unavailable', 'credentials_missing', 'role_not_assumable'] as const)(
    'does not claim to have reached an endpoint it never asked (%s)',
    async (code) => {
      const { lines } = await run({ open: async () => Promise.reject(new SluiceError(code)) });
      expect(lines.slice(0, 3)).toEqual(['endpoint skipped', `credentials failed ${code}`, 'region skipped']);
    },
  );

  it('blames an endpoint that is refused before anything is sent', async () => {
    const { lines } = await run({ client: { egress: { mode: 'strict' } } });
    expect(lines[0]).toBe('endpoint failed endpoint_refused');
    expect(fake.requests).toEqual([]);
  });

  it('does not fail for a document that is archived or gone: it tries another', async () => {
    for (const key of ['in/0-archived.pdf', 'in/1-gone.pdf']) {
      fake.bucket('bucket').put(key, Buffer.from('x'), {}, Date.now());
    }
    fake.addFault(faults.only({ keyPrefix: 'in/0-' }, faults.fails(403, 'InvalidObjectState')));
    const { lines } = await run({}, faults.only({ keyPrefix: 'in/1-' }, faults.fails(404, 'NoSuchKey')));
    expect(lines).toContain('read passed');
  });

  it('deletes the probes also when reading them back fails, or when the answer to writing one is lost', async () => {
    fake.addFault(
      faults.only({ operation: 'GetObject', keyPrefix: 'accessible/' }, faults.fails(500, 'InternalError')),
    );
    expect((await run()).lines).toEqual(
      expect.arrayContaining(['write passed', 'read_back failed upstream_unavailable', 'delete passed']),
    );
    expect(keys()).toEqual(['in/a.pdf']);
    fake.clearFaults();
    const lost = await run({}, faults.only({ operation: 'PutObject', times: 1 }, faults.loses));
    expect(lost.told[0]).toContain('write failed');
    expect(keys()).toEqual(['in/a.pdf']);
  });
});
