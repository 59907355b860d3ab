import type { ConnectionCheck, ErrorCode, SluiceError } from '@sluice/shared';
import { isUsableName } from '../finding/classify-object.ts';
import type { Bucket } from '../ports/bucket.ts';
import type { Clock, Wait } from '../ports/engine.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import { systemWait } from '../within-time.ts';
import { CheckList, type CheckName } from './check-list.ts';

/** Kept back from writing and reading, so that what was written can be deleted again. */
const DELETE_RESERVE_MS = 1_500;

/** How many objects are tried, should one be gone or archived: that is its own affair. */
const READ_CANDIDATES = 3;
const OWN_AFFAIR: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'object_not_found',
  'object_changed',
  'object_archived',
]);

/** Faults of these kinds were met on the way to the bucket, so they are the answer to that check, not to the listing's. */
const BLAME: Partial<Record<ErrorCode, CheckName>> = {
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

/** Found out before the endpoint was asked anything. */
const BEFORE_CONTACT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'credentials_missing',
  'role_not_assumable',
  'vault_unavailable',
]);

/** With these there is no bucket to try anything else on. */
const NO_BUCKET: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['bucket_not_found', 'region_wrong']);

const ANSWERS = 'The endpoint answers like S3.';
const ACCEPTED = 'The credentials are accepted.';

export interface ConnectionCheckContext {
  readonly clock: Clock;
  readonly wait?: Wait;
  readonly newId: () => string;
}

/** Runs the checks of a connection test, in order, within their time. Never throws; leaves nothing behind if it can. */
export const runConnectionChecks = async (
  { clock, newId, wait = systemWait }: ConnectionCheckContext,
  integration: IntegrationConfig,
  open: () => Promise<Bucket>,
): Promise<readonly ConnectionCheck[]> => {
  const checks = new CheckList(clock, wait);
  const reached = await checkWay(checks, integration, open);
  if (reached === null) return checks.finish();
  await checkRead(checks, integration, reached);
  await checkWrite(checks, integration, reached.bucket, newId());
  // A server may refuse to list without saying whether it knows the key; anything that worked says that it does.
  if (checks.hasPassed('read', 'write')) {
    checks.passed('endpoint', ANSWERS, reached.durationMs);
    checks.passed('credentials', ACCEPTED);
  }
  return checks.finish();
};

interface Reached {
  readonly bucket: Bucket;
  /** Null when nothing could be listed. */
  readonly keys: readonly string[] | null;
  readonly durationMs: number;
}

/** The first call proves the way to the bucket as well as the permission to list it. Null: nothing else can be told. */
const checkWay = async (
  checks: CheckList,
  { inputPrefix, provider }: IntegrationConfig,
  open: () => Promise<Bucket>,
): Promise<Reached | null> => {
  const opened = await checks.attempt(open);
  if (!opened.ok) {
    const blamed = opened.error.code === 'upstream_timeout' ? 'credentials' : BLAME[opened.error.code];
    checks.failed(
      blamed ?? (NO_BUCKET.has(opened.error.code) ? 'list' : 'credentials'),
      opened.error,
      opened.durationMs,
    );
    return null;
  }
  const bucket = opened.value;
  const listed = await checks.attempt((signal) =>
    bucket.listPage({ prefix: inputPrefix, maxKeys: 20, signal }),
  );
  const durationMs = opened.durationMs + listed.durationMs;
  if (listed.ok) {
    checks.passed('endpoint', ANSWERS, durationMs);
    checks.passed('credentials', ACCEPTED);
    checks.passed('list', `Objects under "${inputPrefix}" can be listed.`);
    const keys = listed.value.objects.map((object) => object.key);
    return { bucket, keys: keys.filter((key) => !key.endsWith('/') && isUsableName(key)), durationMs };
  }
  const { error } = listed;
  const blamed = BLAME[error.code] ?? 'list';
  checks.failed(blamed, error, durationMs);
  if (blamed === 'endpoint') return null;
  if (error.providerStatus !== undefined && !BEFORE_CONTACT.has(error.code)) {
    checks.passed('endpoint', ANSWERS, durationMs);
  } else checks.skipped('endpoint', 'Not told: it did not come to an answer of the endpoint.');
  if (blamed === 'credentials') return null;
  if (provesCredentials(error, provider)) checks.passed('credentials', ACCEPTED);
  else checks.skipped('credentials', 'Not told: the provider did not say whether it knows the credentials.');
  return NO_BUCKET.has(error.code) ? null : { bucket, keys: null, durationMs };
};

/** The large providers say of a bad key that it is bad; some servers say AccessDenied to everything. */
const provesCredentials = (error: SluiceError, provider: IntegrationConfig['provider']): boolean =>
  error.code === 'access_denied' && provider !== 'generic';

const checkRead = async (
  checks: CheckList,
  { inputPrefix }: IntegrationConfig,
  { bucket, keys }: Reached,
): Promise<void> => {
  if (keys === null)
    return checks.skipped('read', 'Not tried: without a listing no object is known to read.');
  for (const key of keys.slice(0, READ_CANDIDATES)) {
    if (checks.timeLeft(DELETE_RESERVE_MS) === 0) return checks.outOfTime('read');
    const read = await checks.attempt((signal) => readOne(bucket, key, signal));
    if (read.ok) return checks.passed('read', `Objects under "${inputPrefix}" can be read.`, read.durationMs);
    if (!OWN_AFFAIR.has(read.error.code)) return checks.failed('read', read.error, read.durationMs);
  }
  checks.skipped(
    'read',
    keys.length === 0
      ? `There is no object under "${inputPrefix}" yet to read.`
      : 'The objects tried are archived or gone, which says nothing about the others.',
  );
};

const checkWrite = async (
  checks: CheckList,
  { outputPrefix, bucket: bucketName }: IntegrationConfig,
  bucket: Bucket,
  id: string,
): Promise<void> => {
  const key = `${outputPrefix}.sluice-connection-test-${id}`;
  const body = new TextEncoder().encode('Sluice wrote this to test the connection. It may be deleted.\n');
  const limitMs = checks.timeLeft(DELETE_RESERVE_MS);
  if (limitMs === 0) return checks.outOfTime('write', 'read_back', 'delete');
  const written = await checks.attempt(
    (signal) =>
      bucket.put({
        key,
        body,
        sizeBytes: body.length,
        contentType: 'text/plain; charset=utf-8',
        signal,
      }),
    limitMs,
  );
  if (!written.ok) {
    checks.failed('write', written.error, written.durationMs);
    // Without an answer it may have been written all the same.
    if (isUncertain(written.error)) await checks.attempt((signal) => bucket.delete(key, signal));
    return;
  }
  checks.passed('write', `Results can be written under "${outputPrefix}".`, written.durationMs);

  const readLimitMs = checks.timeLeft(DELETE_RESERVE_MS);
  if (readLimitMs === 0) checks.outOfTime('read_back');
  else {
    const readBack = await checks.attempt((signal) => readOne(bucket, key, signal), readLimitMs);
    if (readBack.ok) checks.passed('read_back', 'What was written can be read back.', readBack.durationMs);
    else checks.failed('read_back', readBack.error, readBack.durationMs);
  }

  const deleted = await checks.attempt((signal) => bucket.delete(key, signal));
  if (deleted.ok) {
    checks.passed('delete', `The probe was deleted from "${bucketName}" again.`, deleted.durationMs);
  } else {
    checks.failed('delete', deleted.error, deleted.durationMs, ` The probe "${key}" may still be there.`);
  }
};

const isUncertain = (error: SluiceError): boolean =>
  error.providerStatus === undefined || error.providerStatus >= 500;

const readOne = async (bucket: Bucket, key: string, signal: AbortSignal): Promise<void> => {
  const { body } = await bucket.get(key, { signal });
  await body.cancel();
};
