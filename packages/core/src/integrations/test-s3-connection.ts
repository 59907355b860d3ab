import { asSluiceError, type ConnectionCheck, type ConnectionTest, type SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { Clock, OpenBucket } from '../ports/engine.ts';
import type { IntegrationStore } from '../ports/integrations.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';

export interface TestS3ConnectionContext {
  readonly actorId: string;
  readonly integrations: Pick<IntegrationStore, 'getWithSecrets' | 'recordConnectionTest'>;
  /** Opens the bucket for a test: without retries and with short time limits. */
  readonly openBucket: OpenBucket;
  readonly clock: Clock;
  readonly newId: () => string;
}

type CheckName = ConnectionCheck['name'];

/** Faults of these kinds were met on the way to the bucket, so they are the answer to that check, not to the operation's. */
const BLAME: Partial<Record<string, CheckName>> = {
  endpoint_refused: 'endpoint',
  endpoint_unreachable: 'endpoint',
  endpoint_not_s3: 'endpoint',
  addressing_wrong: 'endpoint',
  upstream_timeout: 'endpoint',
  credentials_unknown: 'credentials',
  credentials_wrong_secret: 'credentials',
  credentials_expired: 'credentials',
  credentials_missing: 'credentials',
  role_not_assumable: 'credentials',
  clock_skew: 'credentials',
  vault_unavailable: 'credentials',
};

/**
 * Tries, on the real prefixes, everything the integration will have to do: reach the endpoint, sign in, list, read, write,
 * read back, delete. A refused bucket is no error here: it is a check that failed, with its reason and remedy.
 *
 * @throws SluiceError `not_found`, `forbidden`.
 */
export const testS3Connection = async (
  context: TestS3ConnectionContext,
  integrationId: string,
): Promise<ConnectionTest> => {
  const stored = await context.integrations.getWithSecrets(context.actorId, integrationId);
  const checks = await runChecks(context, stored.integration, () => context.openBucket(stored));
  const test: ConnectionTest = {
    outcome: checks.every((check) => check.outcome !== 'failed') ? 'passed' : 'failed',
    testedAt: new Date(context.clock.now()).toISOString(),
    checks,
  };
  await context.integrations.recordConnectionTest(context.actorId, integrationId, test);
  return test;
};

const runChecks = async (
  { clock, newId }: TestS3ConnectionContext,
  { inputPrefix, outputPrefix, bucket: bucketName }: IntegrationConfig,
  open: () => Promise<Bucket>,
): Promise<ConnectionCheck[]> => {
  const checks: ConnectionCheck[] = [];
  const attempt = async <T>(name: CheckName, done: string, work: () => Promise<T>): Promise<T | null> => {
    const startedAt = clock.now();
    try {
      const value = await work();
      checks.push(passed(name, clock.now() - startedAt, done));
      return value;
    } catch (thrown) {
      checks.push(failed(name, clock.now() - startedAt, asSluiceError(thrown)));
      return null;
    }
  };

  // The first call proves the way to the bucket as well as the permission to list it.
  const startedAt = clock.now();
  let bucket: Bucket | null = null;
  let firstKey: string | null = null;
  try {
    bucket = await open();
    const page = await bucket.listPage({ prefix: inputPrefix, maxKeys: 10 });
    firstKey = page.objects.find((object) => !object.key.endsWith('/'))?.key ?? null;
    checks.push(
      passed('endpoint', clock.now() - startedAt, 'The endpoint answers like S3.'),
      passed('credentials', 0, 'The credentials are accepted.'),
      passed('list', 0, `Objects under "${inputPrefix}" can be listed.`),
    );
  } catch (thrown) {
    const error = asSluiceError(thrown);
    const blamed = BLAME[error.code] ?? 'list';
    for (const name of ['endpoint', 'credentials', 'list'] as const) {
      if (name === blamed) {
        checks.push(failed(name, clock.now() - startedAt, error));
        break;
      }
      checks.push(
        passed(
          name,
          0,
          name === 'endpoint' ? 'The endpoint answers like S3.' : 'The credentials are accepted.',
        ),
      );
    }
    // Without the way to the bucket nothing else can be told; without the right to list, the rest still can.
    if (blamed !== 'list' || error.code === 'bucket_not_found' || error.code === 'region_wrong')
      bucket = null;
  }
  if (bucket === null) return [...checks, ...skippedAfter(checks)];

  const open_ = bucket;
  if (firstKey === null) {
    checks.push(skipped('read', `There is no object under "${inputPrefix}" yet to read.`));
  } else {
    const key = firstKey;
    await attempt('read', `Objects under "${inputPrefix}" can be read.`, async () => {
      const { body } = await open_.get(key);
      await body.cancel();
    });
  }

  const probeKey = `${outputPrefix}.sluice-connection-test-${newId()}`;
  const probe = new TextEncoder().encode('Sluice wrote this to test the connection. It may be deleted.\n');
  const written = await attempt('write', `Results can be written under "${outputPrefix}".`, async () => {
    await open_.put({
      key: probeKey,
      body: probe,
      sizeBytes: probe.length,
      contentType: 'text/plain; charset=utf-8',
    });
    return true;
  });
  if (written !== null) {
    await attempt('read_back', 'What was written can be read back.', async () => {
      const { body } = await open_.get(probeKey);
      await body.cancel();
    });
    await attempt('delete', `The probe was deleted from "${bucketName}" again.`, () =>
      open_.delete(probeKey),
    );
  }
  return [...checks, ...skippedAfter(checks)];
};

const ORDER: readonly CheckName[] = [
  'endpoint',
  'credentials',
  'list',
  'read',
  'write',
  'read_back',
  'delete',
];

const skippedAfter = (checks: readonly ConnectionCheck[]): ConnectionCheck[] =>
  ORDER.filter((name) => !checks.some((check) => check.name === name)).map((name) =>
    skipped(name, 'Not tried, because an earlier check failed.'),
  );

const blank = { code: null, providerCode: null, owner: null, remedy: null };

const passed = (name: CheckName, durationMs: number, message: string): ConnectionCheck => ({
  name,
  outcome: 'passed',
  durationMs,
  message,
  ...blank,
});

const skipped = (name: CheckName, message: string): ConnectionCheck => ({
  name,
  outcome: 'skipped',
  durationMs: 0,
  message,
  ...blank,
});

const failed = (name: CheckName, durationMs: number, error: SluiceError): ConnectionCheck => ({
  name,
  outcome: 'failed',
  durationMs,
  code: error.code,
  providerCode: error.providerCode ?? null,
  message: error.message,
  owner: error.entry.owner,
  remedy: error.entry.remedy,
});
