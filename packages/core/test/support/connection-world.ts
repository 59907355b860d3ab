import { type Bucket, type OpenBucket, testS3Connection, type Wait } from '@sluice/core';
import { openBucket, type S3Options } from '@sluice/s3';
import type { ConnectionTest } from '@sluice/shared';
import { FAKE_IDENTITY, type FakeS3 } from '@sluice/testkit/fake-s3';
import { MemoryDatabase, VirtualClock } from '@sluice/testkit/memory';

export interface TestOptions {
  readonly client?: Partial<S3Options>;
  readonly provider?: 'generic' | 'aws_key';
  readonly inputPrefix?: string;
  readonly open?: OpenBucket;
  readonly wait?: Wait;
  readonly clock?: { now(): number };
  readonly wrap?: (bucket: Bucket) => Bucket;
}

/** Runs the connection test of an integration on a fake S3 server, with the real client. Also gives what was recorded. */
export const testConnection = async (
  fake: Pick<FakeS3, 'endpoint'>,
  {
    client = {},
    provider = 'generic',
    inputPrefix = 'in/',
    wrap = (bucket) => bucket,
    ...more
  }: TestOptions = {},
): Promise<{ test: ConnectionTest; recorded: ConnectionTest[] }> => {
  const database = new MemoryDatabase(new VirtualClock());
  const integration = database.addIntegration({ provider, inputPrefix, outputPrefix: 'accessible/' });
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
      ...(more.wait === undefined ? {} : { wait: more.wait }),
    },
    integration.id,
  );
  return { test, recorded };
};

/** `endpoint passed`, `list failed access_denied`, … in order. */
export const summary = ({ checks }: ConnectionTest): string[] =>
  checks.map(({ name, outcome, code }) => [name, outcome, code].filter((part) => part !== null).join(' '));
