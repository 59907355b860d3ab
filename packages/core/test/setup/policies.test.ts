import { runSimulation } from '@cloud-copilot/iam-simulate';
import { assert, asyncProperty, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketPolicy } from '../../src/setup/bucket-policy.ts';
import { trustPolicy } from '../../src/setup/role-trust.ts';
import { EXTERNAL_ID, KMS_KEY, locations, PRINCIPAL, target } from './targets.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/sluice`;

interface Ask {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** What AWS would decide, for a role that has the policy and nothing else. */
const decide = async (
  policy: unknown,
  { action, resource, context = {} }: Ask,
  keyPolicy?: unknown,
): Promise<string> => {
  const simulated = await runSimulation(
    {
      request: {
        action,
        principal: ROLE,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: 'sluice', policy: JSON.parse(JSON.stringify(policy)) }],
      ...(keyPolicy === undefined ? {} : { resourcePolicy: keyPolicy }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (simulated.resultType === 'error') throw new Error(JSON.stringify(simulated.errors));
  return simulated.overallResult;
};

/** The policy a KMS key has unless it was changed: its account may use it by IAM. */
const DEFAULT_KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
  ],
};

const cases = (bucket: string, inputPrefix: string, outputPrefix: string) => {
  const arn = `arn:aws:s3:::${bucket}`;
  const list = (prefix?: string): Ask => ({
    action: 's3:ListBucket',
    resource: arn,
    ...(prefix === undefined ? {} : { context: { 's3:prefix': prefix } }),
  });
  const on = (action: string, key: string): Ask => ({ action, resource: `${arn}/${key}` });
  return {
    allowed: [
      list(inputPrefix === '' ? undefined : inputPrefix),
      on('s3:GetObject', `${inputPrefix}a/b.pdf`),
      on('s3:GetObject', `${outputPrefix}a/b.pdf`),
      on('s3:PutObject', `${outputPrefix}a/b.pdf.html`),
      on('s3:DeleteObject', `${outputPrefix}.sluice-connection-test-x`),
    ],
    denied: [
      on('s3:PutObject', `${inputPrefix}a.pdf`),
      on('s3:DeleteObject', `${inputPrefix}a.pdf`),
      on('s3:PutObject', 'elsewhere/a.pdf'),
      on('s3:PutObject', outputPrefix.slice(0, -1)),
      on('s3:DeleteObject', 'elsewhere/a.pdf'),
      on('s3:DeleteObjectVersion', `${outputPrefix}a.pdf`),
      on('s3:PutObjectAcl', `${outputPrefix}a.pdf`),
      on('s3:PutObject', `x${outputPrefix}a.pdf`),
      { action: 's3:DeleteBucket', resource: arn },
      { action: 's3:PutBucketPolicy', resource: arn },
      { action: 's3:GetObject', resource: `${arn}-other/${inputPrefix}a.pdf` },
      ...(inputPrefix === ''
        ? []
        : [
            list(),
            list(''),
            list(inputPrefix.slice(0, -1)),
            list(outputPrefix),
            on('s3:GetObject', 'elsewhere/a.pdf'),
            on('s3:GetObject', `x${inputPrefix}a.pdf`),
          ]),
    ],
  };
};

describe('the IAM policy, as a simulator of IAM decides', () => {
  test('allows what the product does, and nothing else', async () => {
    const policy = bucketPolicy(target(), 'aws');
    const { allowed, denied } = cases('acme-documents', 'incoming/', 'accessible/');
    for (const ask of allowed) expect(await decide(policy, ask), JSON.stringify(ask)).toBe('Allowed');
    for (const ask of denied) expect(await decide(policy, ask), JSON.stringify(ask)).toBe('ImplicitlyDenied');
  });

  test('does so for a whole bucket, which is listed without a prefix', async () => {
    const policy = bucketPolicy(target({ inputPrefix: '' }), 'aws');
    const { allowed, denied } = cases('acme-documents', '', 'accessible/');
    for (const ask of allowed) expect(await decide(policy, ask), JSON.stringify(ask)).toBe('Allowed');
    for (const ask of denied) expect(await decide(policy, ask), JSON.stringify(ask)).toBe('ImplicitlyDenied');
  });

  test('allows the key only by way of S3 in its region', async () => {
    const policy = bucketPolicy(target({ kmsKeyArn: KMS_KEY }), 'aws');
    const via = (service: string) => ({ 'kms:ViaService': service });
    const ask = (action: string, context: Record<string, string>, resource = KMS_KEY) =>
      decide(policy, { action, resource, context }, DEFAULT_KEY_POLICY);
    expect(await ask('kms:Decrypt', via('s3.eu-central-1.amazonaws.com'))).toBe('Allowed');
    expect(await ask('kms:GenerateDataKey', via('s3.eu-central-1.amazonaws.com'))).toBe('Allowed');
    expect(await ask('kms:Decrypt', {})).toBe('ImplicitlyDenied');
    expect(await ask('kms:Decrypt', via('ec2.eu-central-1.amazonaws.com'))).toBe('ImplicitlyDenied');
    expect(await ask('kms:Encrypt', via('s3.eu-central-1.amazonaws.com'))).toBe('ImplicitlyDenied');
    const another = KMS_KEY.replace('1234abcd', '9999abcd');
    expect(await ask('kms:Decrypt', via('s3.eu-central-1.amazonaws.com'), another)).toBe('ImplicitlyDenied');
  });

  test('holds for any names: wildcards and variables in a folder’s name mean themselves', async () => {
    const decideOn = async (location: Parameters<typeof target>[0], ask: Ask) =>
      decide(bucketPolicy(target(location), 'aws'), ask);
    await assert(
      asyncProperty(locations, async (location) => {
        const { bucket, inputPrefix, outputPrefix } = location;
        const arn = `arn:aws:s3:::${bucket}`;
        if (inputPrefix !== '') {
          const list = (prefix: string) =>
            decideOn(location, { action: 's3:ListBucket', resource: arn, context: { 's3:prefix': prefix } });
          expect(await list(inputPrefix)).toBe('Allowed');
          // The same folder, but for what a wildcard or a variable in its name could stand for.
          for (const [text, other] of [
            ['*', 'any'],
            ['*', ''],
            ['?', '!'],
            ['${aws:username}', 'somebody'],
          ] as const) {
            if (inputPrefix.includes(text))
              expect(await list(inputPrefix.replace(text, other))).toBe('ImplicitlyDenied');
          }
        }
        // The simulator reads `*` in the name of an object as any object.
        if (outputPrefix.includes('*')) return;
        const put = (prefix: string) =>
          decideOn(location, { action: 's3:PutObject', resource: `${arn}/${prefix}a.pdf` });
        expect(await put(outputPrefix)).toBe('Allowed');
        if (outputPrefix.includes('?'))
          expect(await put(outputPrefix.replace('?', '!'))).toBe('ImplicitlyDenied');
      }),
      { numRuns: 200 },
    );
  });
});

/** What of a pattern is a wildcard, the variables that stand for literal characters left out. */
const wildcardsOf = (pattern: string): string =>
  pattern.replaceAll(/\$\{[*?$]\}/g, '').replaceAll(/[^*?$]/g, '');

describe('the text of the policy', () => {
  test('has one wildcard for each folder, at its end, whatever the names', () => {
    assert(
      property(locations, (location) => {
        for (const { Resource, Condition } of bucketPolicy(target(location), 'aws').Statement) {
          const arn = `arn:aws:s3:::${location.bucket}`;
          const prefix = Condition?.['StringLike']?.['s3:prefix'];
          if (Resource === arn) {
            if (location.inputPrefix === '') expect(prefix).toBeUndefined();
            else expect([prefix?.endsWith('/*'), wildcardsOf(prefix ?? '')]).toEqual([true, '*']);
            continue;
          }
          const text = String(Resource);
          expect(text.startsWith(`${arn}/`) && text.endsWith('/*')).toBe(true);
          expect(wildcardsOf(text)).toBe('*');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('has no wildcard for many characters within a name where a server knows no other way', () => {
    assert(
      property(locations, (location) => {
        const statements = bucketPolicy(target(location), 's3_compatible').Statement;
        for (const { Resource, Condition } of statements) {
          for (const pattern of [String(Resource), Condition?.['StringLike']?.['s3:prefix'] ?? '']) {
            expect(pattern.slice(0, -1)).not.toContain('*');
            expect(pattern).not.toContain('${');
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['cn-north-1', 'arn:aws-cn:s3:::acme-documents'],
    ['us-gov-west-1', 'arn:aws-us-gov:s3:::acme-documents'],
  ])('names the AWS of %s', (region, arn) => {
    expect(bucketPolicy(target({ region }), 'aws').Statement[0]?.Resource).toBe(arn);
  });
});

test('the trust policy lets our principal in with the external id, and not with another or none', async () => {
  const trust = async (context: Record<string, string>, principal = PRINCIPAL): Promise<string> => {
    const simulated = await runSimulation(
      {
        request: {
          action: 'sts:AssumeRole',
          principal,
          resource: { resource: ROLE, accountId: ACCOUNT },
          contextVariables: context,
        },
        identityPolicies: [
          {
            name: 'ours',
            policy: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
            },
          },
        ],
        resourcePolicy: JSON.parse(JSON.stringify(trustPolicy(PRINCIPAL, EXTERNAL_ID))),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    if (simulated.resultType === 'error') throw new Error(JSON.stringify(simulated.errors));
    return simulated.overallResult;
  };
  expect(await trust({ 'sts:ExternalId': EXTERNAL_ID })).toBe('Allowed');
  expect(await trust({ 'sts:ExternalId': `${EXTERNAL_ID}x` })).toBe('ImplicitlyDenied');
  expect(await trust({})).toBe('ImplicitlyDenied');
  expect(await trust({ 'sts:ExternalId': EXTERNAL_ID }, `${PRINCIPAL}-other`)).toBe('ImplicitlyDenied');
});
