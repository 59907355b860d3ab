import { asSluiceError, type ErrorCode } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { RollBackCredentials } from '../ports/credentials.ts';
import type { Log, OpenBucket } from '../ports/engine.ts';
import type { IntegrationWithSecrets } from '../ports/ledger.ts';
import { oncePerIntegration } from './once-per-integration.ts';

/** How a provider says that these credentials may not. */
const DENIALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'credentials_unknown',
  'credentials_wrong_secret',
  'credentials_expired',
  'access_denied',
  'encryption_denied',
]);

/** With these nobody can tell whether the other credentials would have been let through. */
const INCONCLUSIVE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...DENIALS,
  'credentials_missing',
  'vault_unavailable',
  'endpoint_refused',
  'endpoint_unreachable',
  'tls_failed',
  'endpoint_not_s3',
  'bucket_not_found',
  'region_wrong',
  'addressing_wrong',
  'clock_skew',
  'throttled',
  'upstream_invalid',
  'upstream_timeout',
  'upstream_unavailable',
  // Of ours, and found before the bucket was asked.
  'output_missing',
  'conflict',
  'unavailable',
  'internal',
]);

export interface BucketWorkContext {
  readonly openBucket: OpenBucket;
  readonly rollBack: RollBackCredentials;
  readonly log: Log;
}

/** Does a piece of work on the bucket of an integration. The work must bear being done again from its beginning. */
export type BucketWork = <T>(integrationId: string, work: (bucket: Bucket) => Promise<T>) => Promise<T>;

/**
 * Work on the buckets of a batch, each opened once. While a rotation overlaps, what the new credentials are denied is
 * done again with the old ones; if those are let through, the denial is the new credentials' own and the rotation is
 * rolled back. What both are denied (a policy of the bucket, one object's own grants, an old key that is deleted already)
 * says nothing against the new ones.
 *
 * Work may take minutes after the bucket let it through, and the old key may be deleted meanwhile, as the new one was taken over.
 * So the old ones are asked once more before the rotation is rolled back to them.
 */
export const bucketWork = (
  { openBucket, rollBack, log }: BucketWorkContext,
  integrations: Readonly<Record<string, IntegrationWithSecrets>>,
): BucketWork => {
  const before = withOldCredentials(integrations);
  const openNew = oncePerIntegration(openBucket, integrations);
  const openOld = oncePerIntegration(openBucket, before);
  /** Of those the new credentials are not asked again in this batch. */
  const fallenBack = new Set<string>();

  return async (integrationId, work) => {
    if (fallenBack.has(integrationId)) return work(await openOld(integrationId));
    try {
      return await work(await openNew(integrationId));
    } catch (thrown) {
      const denial = asSluiceError(thrown);
      if (before[integrationId] === undefined || !DENIALS.has(denial.code)) throw thrown;
      const last: { again?: AskAgain } = {};
      const again = await attempt(async () => work(remembering(await openOld(integrationId), last)));
      if (!isLetThrough(again)) throw thrown;
      const isStill = last.again !== undefined && isLetThrough(await attempt(last.again));
      if (isStill) fallenBack.add(integrationId);
      const version = integrations[integrationId]?.sealed['credentials']?.version ?? 0;
      const names = { integrationId, version, code: denial.code, detail: denial.detail };
      try {
        log.warn('credentials_fell_back', {
          ...names,
          isRolledBack: isStill && (await rollBack(integrationId, version, denial)),
        });
      } catch (error) {
        // The work is done all the same; the next denial rolls back.
        log.error('rollback_failed', { ...names, error });
      }
      if (!again.ok) throw again.thrown;
      return again.value;
    }
  };
};

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly thrown: unknown };

const attempt = async <T>(work: () => Promise<T>): Promise<Attempt<T>> => {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    return { ok: false, thrown };
  }
};

const isLetThrough = (tried: Attempt<unknown>): boolean =>
  tried.ok || !INCONCLUSIVE.has(asSluiceError(tried.thrown).code);

/** Asks for little, of what the last call asked for much. */
type AskAgain = () => Promise<unknown>;

/** The bucket, and in `last` how to ask it again for what it was asked for last. To sign a link asks nothing. */
const remembering = (bucket: Bucket, last: { again?: AskAgain }): Bucket => {
  const of = (key: string): void => {
    last.again = () => bucket.head(key);
  };
  return {
    listPage: (input) => {
      last.again = () => bucket.listPage({ prefix: input.prefix, maxKeys: 1 });
      return bucket.listPage(input);
    },
    head: (key, options) => {
      of(key);
      return bucket.head(key, options);
    },
    get: (key, options) => {
      of(key);
      return bucket.get(key, options);
    },
    put: (input) => {
      of(input.key);
      return bucket.put(input);
    },
    delete: (key, signal) => {
      of(key);
      return bucket.delete(key, signal);
    },
    presignGet: (key, expiresInSeconds) => bucket.presignGet(key, expiresInSeconds),
  };
};

/** The integrations that have credentials to fall back to, with those. */
const withOldCredentials = (
  integrations: Readonly<Record<string, IntegrationWithSecrets>>,
): Readonly<Record<string, IntegrationWithSecrets>> =>
  Object.fromEntries(
    Object.entries(integrations).flatMap(([id, { integration, sealed }]) => {
      const previous = sealed['previousCredentials'];
      return previous === undefined ? [] : [[id, { integration, sealed: { credentials: previous } }]];
    }),
  );
