import {
  type Bucket,
  type IntegrationConfig,
  type OpenBucket,
  testS3Connection,
  type Wait,
} from '@sluice/core';
import { openBucket, type S3Options } from '@sluice/s3';
import type { ConnectionTest } from '@sluice/shared';
import { FAKE_IDENTITY, type FakeS3 } from '@sluice/testkit/fake-s3';
import { MemoryDatabase, VirtualClock } from '@sluice/testkit/memory';

export interface TestOptions {
  readonly client?: Partial<S3Options>;
  readonly integration?: Partial<IntegrationConfig>;
  readonly open?: OpenBucket;
  readonly wait?: Wait;
  readonly clock?: { now(): number };
  readonly wrap?: (bucket: Bucket) => Bucket;
}

/** Runs the connection test of an integration on a fake S3 server, with the real client. Also gives what was recorded. */
export const testConnection = async (
  fake: Pick<FakeS3, 'endpoint'>,
  { client = {}, integration: changes = {}, wrap = (bucket) => bucket, ...more }: TestOptions = {},
): Promise<{ test: ConnectionTest; recorded: ConnectionTest[] }> => {
  const database = new MemoryDatabase(new VirtualClock());
  const integration = database.addIntegration({
    inputPrefix: 'in/',
    outputPrefix: 'accessible/',
    ...changes,
  });
  const recorded: ConnectionTest[] = [];
  const open: OpenBucket = async () =>
    wrap(
      openBucket({
        provider: { provider: 'generic', endpoint: fake.endpoint },
        bucket: 'bucket',
        credentials: FAKE_IDENTITY,
        egress: { mode: 'allow-loopback' },
        retry: { maxAttempts: 1 },
        ...client,
      }),
    );
  const test = await testS3Connection(
    {
      actorId: 'actor',
      integrations: {
        getWithSecrets: async () => ({ integration, sealed: {}, configuration: '' }),
        recordConnectionTest: async (_, __, result) => {
          recorded.push(result);
        },
      },
      openBucket: more.open ?? open,
      clock: more.clock ?? { now: () => Date.now() },
      newId: () => 'probe-id',
      principalArn: 'arn:aws:iam::999999999999:user/sluice',
      ...(more.wait === undefined ? {} : { wait: more.wait }),
    },
    integration.id,
  );
  return { test, recorded };
};

const line = ({ name, outcome, code }: ConnectionTest['checks'][number]): string =>
  [name, outcome, code].filter((part) => part !== null).join(' ');

/** `endpoint passed`, `list failed access_denied`, … in order. */
export const summary = ({ checks }: ConnectionTest): string[] => checks.map(line);

/** The same of what failed or warns alone. */
export const problems = ({ checks }: ConnectionTest): string[] =>
  checks.filter(({ outcome }) => outcome === 'failed' || outcome === 'warning').map(line);
