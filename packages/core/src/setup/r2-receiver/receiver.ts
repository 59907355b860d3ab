import { type R2ReceiverNames, type S3Integration, SluiceError } from '@sluice/shared';
import type { R2Bucket } from '../../ports/cloudflare.ts';
import { r2AccountOf } from '../r2-account.ts';

/** What a receiver is made from. */
export interface ReceiverTarget {
  readonly integrationId: string;
  readonly provider: S3Integration['provider'];
  readonly bucket: string;
  readonly endpoint: string | null;
  /** Empty, or ending in `/`. */
  readonly inputPrefix: string;
  /** Where deliveries of the integration's events go. */
  readonly eventsUrl: string;
}

/** Everything that is special about one integration's receiver. */
export interface Receiver {
  readonly names: R2ReceiverNames;
  readonly bucket: string;
  /** Null when the endpoint does not say, as behind a domain of the customer's. */
  readonly accountId: string | null;
  readonly jurisdiction: string | null;
  readonly eventsUrl: string;
  /** One notification rule each. R2 compares as written, and refuses rules that overlap. */
  readonly rules: readonly { readonly prefix: string; readonly suffix: string }[];
}

/** How files that are processed end. Other spellings are found by listing. */
const SUFFIXES = ['.pdf', '.PDF'] as const;

/**
 * The receiver of an integration as it is now; what is deployed twice is the same thing.
 *
 * @throws SluiceError `not_on_r2`
 */
export const receiverOf = (target: ReceiverTarget): Receiver => {
  const place = r2BucketOf(target);
  if (place === null) throw new SluiceError('not_on_r2');
  return {
    names: receiverNames(target.integrationId),
    bucket: target.bucket,
    accountId: r2AccountOf(target.endpoint)?.accountId ?? null,
    jurisdiction: place.jurisdiction,
    eventsUrl: target.eventsUrl,
    rules: SUFFIXES.map((suffix) => ({ prefix: target.inputPrefix, suffix })),
  };
};

/** The bucket as R2 knows it; null when it is not on R2. */
export const r2BucketOf = ({
  provider,
  bucket,
  endpoint,
}: Pick<ReceiverTarget, 'provider' | 'bucket' | 'endpoint'>): R2Bucket | null => {
  const account = r2AccountOf(endpoint);
  if (provider !== 'r2' && account === null) return null;
  return { bucket, jurisdiction: account?.jurisdiction ?? null };
};

/**
 * Made of what never changes: whatever becomes of the bucket, a receiver is found again. Cloudflare takes lower-case letters, digits and
 * hyphens, up to 63.
 */
export const receiverNames = (integrationId: string): R2ReceiverNames =>
  namesFrom(`sluice-r2-${integrationId.slice(0, 13)}`);

/** Those that an integration's receiver had while they were made of the bucket's name as well, as far as queues bear them. */
export const formerReceiverNames = (
  integrationId: string,
  queues: readonly string[],
): readonly R2ReceiverNames[] => {
  const former = new RegExp(`^(sluice-r2-(?:[a-z0-9-]+-)?${integrationId.slice(0, 8)})(?:-dlq)?$`);
  return [...new Set(queues.flatMap((queue) => former.exec(queue)?.[1] ?? []))].map(namesFrom);
};

const namesFrom = (name: string): R2ReceiverNames => ({
  worker: name,
  queue: name,
  deadLetterQueue: `${name}-dlq`,
});
