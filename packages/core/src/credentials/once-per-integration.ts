import { type ErrorCode, SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { OpenBucket } from '../ports/engine.ts';
import type { IntegrationWithSecrets } from '../ports/ledger.ts';

/** What is wrong with a whole bucket, or the way to it, and not with one object in it. */
const BUCKET_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'endpoint_refused',
  'endpoint_unreachable',
  'tls_failed',
  'credentials_unknown',
  'credentials_wrong_secret',
  'credentials_expired',
  'role_not_assumable',
  'bucket_not_found',
  'region_wrong',
  'addressing_wrong',
  'clock_skew',
  'upstream_timeout',
]);

/**
 * Opens each integration's bucket once for a batch: one unsealing, one signing key, one role session.
 *
 * A bucket that has failed as a whole is not opened again: whoever comes later in the batch gets the same error at once,
 * so that a bucket that hangs costs the batch one wait and not one for each object.
 */
export const oncePerIntegration = (
  openBucket: OpenBucket,
  integrations: Readonly<Record<string, IntegrationWithSecrets>>,
): ((integrationId: string) => Promise<Bucket>) => {
  const opened = new Map<string, Promise<Bucket>>();
  const failures = new Map<string, SluiceError>();
  return (integrationId) => {
    const failure = failures.get(integrationId);
    if (failure !== undefined) return Promise.reject(failure);
    let bucket = opened.get(integrationId);
    if (bucket === undefined) {
      const integration = integrations[integrationId];
      bucket =
        integration === undefined
          ? Promise.reject(new SluiceError('internal', { detail: 'The integration was not loaded.' }))
          : openBucket(integration).then((plain) =>
              watched(plain, (error) => {
                if (error instanceof SluiceError && BUCKET_CODES.has(error.code)) {
                  failures.set(integrationId, error);
                }
              }),
            );
      opened.set(integrationId, bucket);
    }
    return bucket;
  };
};

/** The bucket, telling of every call that failed. */
const watched = (bucket: Bucket, onFailure: (error: unknown) => void): Bucket => {
  const watch = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
  return {
    listPage: (input) => watch(bucket.listPage(input)),
    head: (key) => watch(bucket.head(key)),
    get: (key, options) => watch(bucket.get(key, options)),
    put: (input) => watch(bucket.put(input)),
    delete: (key, signal) => watch(bucket.delete(key, signal)),
    presignGet: (key, expiresInSeconds) => watch(bucket.presignGet(key, expiresInSeconds)),
  };
};
