import { SluiceError } from '@sluice/shared';
import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3, xmlAnswer } from '@sluice/testkit/fake-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AssumeRoleInput, assumeRole, createRoleSession, signedFetch } from '../src/index.ts';

const ROLE_ARN = 'arn:aws:iam::222222222222:role/sluice-access';
const EXTERNAL_ID = 'tenant-7f3d external+id/&=';

let fake: FakeS3;
let nowMs = Date.parse('2026-11-21T08:00:00Z');
const clock = (): number => nowMs;

beforeAll(async () => {
  fake = await startFakeS3({
    buckets: ['b'],
    clock,
    roles: [{ roleArn: ROLE_ARN, trusts: FAKE_IDENTITY.accessKeyId, externalId: EXTERNAL_ID }],
  });
});
afterAll(() => fake.stop());
afterEach(() => {
  fake.clearFaults();
  fake.clearRequests();
});

const input = (): AssumeRoleInput => ({
  credentials: FAKE_IDENTITY,
  roleArn: ROLE_ARN,
  externalId: EXTERNAL_ID,
  sessionName: 'sluice',
  region: 'us-east-1',
  endpoint: `${fake.endpoint}/`,
  egress: { mode: 'allow-loopback' },
  clock,
});

const failure = async (promise: Promise<unknown>): Promise<SluiceError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SluiceError) return error;
  throw new Error('no SluiceError');
};

describe('assuming a role', () => {
  it('gives a session whose keys work', async () => {
    const session = await assumeRole(input());
    expect(session.expiresAtMs).toBe(nowMs + 3_600_000);
    const response = await signedFetch({
      credentials: session,
      service: 's3',
      region: 'us-east-1',
      method: 'GET',
      url: `${fake.endpoint}/b?list-type=2`,
      egress: { mode: 'allow-loopback' },
      clock,
    });
    expect(response.status).toBe(200);
  });

  it('names the role, and never external id or keys, when the external id is missing or wrong', async () => {
    for (const externalId of ['', 'another']) {
      const error = await failure(assumeRole({ ...input(), externalId }));
      expect(error).toMatchObject({
        code: 'role_not_assumable',
        providerCode: 'AccessDenied',
        providerStatus: 403,
      });
      expect(error.detail).toContain(ROLE_ARN);
      expect(error.detail).toContain('external id');
      expect(`${error.stack} ${JSON.stringify(error)}`).not.toMatch(/fakeSecret|another/);
    }
  });

  it.each([
    [400, 'ValidationError', 'role_not_assumable'],
    [400, 'MalformedPolicyDocument', 'role_not_assumable'],
    [403, 'RegionDisabledException', 'region_wrong'],
    [400, 'Throttling', 'throttled'],
    [500, 'InternalFailure', 'upstream_unavailable'],
    [403, 'InvalidClientTokenId', 'internal'],
    [403, 'SignatureDoesNotMatch', 'internal'],
    [400, 'RequestExpired', 'clock_skew'],
  ])('STS status %d %s is %s', async (status, code, expected) => {
    const secretEcho = `<ErrorResponse><Error><Code>${code}</Code><Message>fakeSecret/With</Message></Error></ErrorResponse>`;
    fake.addFault(faults.answers(xmlAnswer(status, secretEcho)));
    const error = await failure(assumeRole(input()));
    expect(error.code).toBe(expected);
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('fakeSecret');
  });

  it('refuses what is no role before asking, and answers that are no session', async () => {
    for (const roleArn of ['', 'sluice-access', 'arn:aws:iam::222222222222:user/x', `${ROLE_ARN}\nX`]) {
      expect((await failure(assumeRole({ ...input(), roleArn }))).code).toBe('role_not_assumable');
    }
    expect(fake.requests).toHaveLength(0);
    for (const body of ['<AssumeRoleResponse/>', '<html></html>', '']) {
      fake.clearFaults();
      fake.addFault(faults.answers(xmlAnswer(200, body)));
      expect((await failure(assumeRole(input()))).code).toBe('upstream_invalid');
    }
    fake.clearFaults();
    fake.addFault(faults.htmlPage(403));
    expect((await failure(assumeRole(input()))).code).toBe('upstream_invalid');
  });

  it('uses the endpoint of the region', async () => {
    const asked: string[] = [];
    const egress: AssumeRoleInput['egress'] = {
      mode: 'strict',
      fetch: async (url) => {
        asked.push(url);
        return new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 });
      },
    };
    const { endpoint: _, ...regional } = input();
    for (const region of ['eu-central-1', 'cn-north-1'])
      await failure(assumeRole({ ...regional, region, egress }));
    expect(asked).toEqual([
      'https://sts.eu-central-1.amazonaws.com/',
      'https://sts.cn-north-1.amazonaws.com.cn/',
    ]);
    expect((await failure(assumeRole({ ...regional, region: 'evil.example.com/', egress }))).code).toBe(
      'region_wrong',
    );
  });
});

describe('a role session', () => {
  it('asks once for calls that arrive together, and again five minutes before the end', async () => {
    const session = createRoleSession(input());
    const [first, second] = await Promise.all([session(), session()]);
    expect(second).toBe(first);
    expect(fake.requests).toHaveLength(1);
    nowMs += 3_600_000 - 5 * 60_000 - 1;
    expect(await session()).toBe(first);
    nowMs += 1;
    expect(await session()).not.toBe(first);
    expect(fake.requests).toHaveLength(2);
  });

  it('does not keep a failure', async () => {
    fake.addFault(faults.only({ times: 1 }, faults.slowsDown()));
    const session = createRoleSession(input());
    const failed = await Promise.allSettled([session(), session()]);
    expect(failed.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(fake.requests).toHaveLength(1);
    expect((await session()).accessKeyId).toMatch(/^ASIA/);
  });
});
