import { assumeRole, createRoleSession } from '@sluice/aws';
import { FAKE_IDENTITY, type Fault, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { describe, expect, it } from 'vitest';
import { problems, testConnection } from '../support/connection-world.ts';

const ROLE = 'arn:aws:iam::111111111111:role/sluice';
const EXTERNAL_ID = 'sluice-0123456789abcdef0123456789abcdef0123456789abcdef';

type Takes = string | ((given: string | null) => boolean);

/** A role that takes these external ids, tested with the real client against a fake STS. */
const testRole = async (
  externalId: Takes,
  { trusts = FAKE_IDENTITY.accessKeyId, fault }: { trusts?: string; fault?: Fault } = {},
) => {
  const fake = await startFakeS3({ buckets: ['bucket'], roles: [{ roleArn: ROLE, trusts, externalId }] });
  try {
    fake.bucket('bucket').put('in/a.pdf', Buffer.from('%PDF-1.7'), {}, Date.now());
    fake.addFault((request, proceed) =>
      request.bucket === '' ? proceed() : faults.leastPrivilege('in/', 'accessible/')(request, proceed),
    );
    if (fault !== undefined) fake.addFault(fault);
    const role = {
      credentials: FAKE_IDENTITY,
      roleArn: ROLE,
      externalId: EXTERNAL_ID,
      sessionName: 'sluice-test',
      region: 'us-east-1',
      endpoint: `${fake.endpoint}/`,
      egress: { mode: 'allow-loopback' },
    } as const;
    const { test } = await testConnection(fake, {
      integration: { provider: 'aws_role', roleArn: ROLE, externalId: EXTERNAL_ID },
      client: { credentials: createRoleSession(role) },
      wrap: (bucket) => ({
        ...bucket,
        ...(bucket.probes === undefined
          ? {}
          : {
              probes: {
                ...bucket.probes,
                assumeRole: async (other, signal) => {
                  await assumeRole({ ...role, externalId: other, signal });
                },
              },
            }),
      }),
    });
    const check = test.checks.find(({ name }) => name === 'external_id');
    return { test, told: problems(test), check, said: JSON.stringify(test.checks) };
  } finally {
    await fake.stop();
  }
};

describe('a connection test of a role', () => {
  it('passes when the role takes its own external id alone', async () => {
    const { told, check } = await testRole(EXTERNAL_ID);
    expect(told).toEqual([]);
    expect(check?.outcome).toBe('passed');
  });

  it.each<[string, Takes, RegExp]>([
    ['asks for none', () => true, /without one and with another/],
    ['takes any', (given) => given !== null, /assumed with another/],
    [
      'asks only when there is one',
      (given) => given === null || given === EXTERNAL_ID,
      /assumed without one/,
    ],
    ['takes all of a pattern', (given) => given?.startsWith('sluice-') === true, /assumed with another/],
  ])('fails for a role that %s, naming the condition', async (_, takes, words) => {
    const { told, check, test } = await testRole(takes);
    expect(told).toEqual(['external_id failed external_id_not_required']);
    expect(test.outcome).toBe('failed');
    expect(check?.message).toMatch(words);
    expect(check?.remedy).toContain('sts:ExternalId');
    expect(check?.statement).toMatchObject({
      Action: 'sts:AssumeRole',
      Principal: { AWS: 'arn:aws:iam::999999999999:user/sluice' },
      Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
    });
  });

  it.each<[string, Takes, string | undefined]>([
    ['asks for another external id', 'another', undefined],
    ['does not trust us', EXTERNAL_ID, 'AKIASOMEBODYELSE0001'],
  ])(
    'fails at the credentials when the role %s, with the trust policy it should have',
    async (_, takes, trusts) => {
      const { told, test } = await testRole(takes, trusts === undefined ? {} : { trusts });
      expect(told).toEqual(['credentials failed role_not_assumable']);
      const check = test.checks.find(({ name }) => name === 'credentials');
      expect(check?.statement).toMatchObject({
        Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
      });
    },
  );

  it('warns when STS does not say whether it would refuse', async () => {
    const { told } = await testRole(EXTERNAL_ID, {
      fault: (request, proceed) =>
        request.bucket === '' && !request.body.toString().includes(EXTERNAL_ID)
          ? faults.bare(503)(request, proceed)
          : proceed(),
    });
    expect(told).toEqual(['external_id warning upstream_unavailable']);
  });

  it('names the role in the statements for its policy', async () => {
    const { said } = await testRole(EXTERNAL_ID, {
      fault: faults.only({ operation: 'PutObject' }, faults.denies('s3:PutObject')),
    });
    expect(said).toContain('policy of the role');
    expect(said).toContain('arn:aws:s3:::bucket/accessible/*');
  });

  it('shows no key and no session', async () => {
    const { said } = await testRole(() => true);
    expect(said).not.toContain(FAKE_IDENTITY.secretAccessKey);
    expect(said).not.toMatch(/ASIA[0-9A-F]{16}/);
  });
});
