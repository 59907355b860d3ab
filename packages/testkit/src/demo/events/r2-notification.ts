import type { Receiver } from '@sluice/core';
import type { WrittenObject } from '../../stack/notifier/notifying-proxy.ts';
import type { S3Coordinates } from '../../stack/stack-types.ts';
import { openCustomerBucket } from '../customer-bucket.ts';

/** What R2 puts on a queue when an object was written. */
export interface R2Notification {
  readonly account: string;
  readonly action: WrittenObject['action'];
  readonly bucket: string;
  readonly object: { readonly key: string; readonly size: number; readonly eTag: string };
  readonly eventTime: string;
}

const NO_ACCOUNT = '0'.repeat(32);

/** Whether R2 would tell the receiver's queue of it. */
export const matchesRule = (
  { bucket, rules }: Pick<Receiver, 'bucket' | 'rules'>,
  written: Pick<WrittenObject, 'bucket' | 'key'>,
): boolean =>
  written.bucket === bucket &&
  rules.some(({ prefix, suffix }) => written.key.startsWith(prefix) && written.key.endsWith(suffix));

/** The bucket is asked, because the answers to a copy and to parts put together do not say the size. */
export const notificationOf = async (
  s3: S3Coordinates,
  { bucket, key, action, at }: WrittenObject,
): Promise<R2Notification> => {
  const { etag, sizeBytes } = await openCustomerBucket(s3, bucket).head(key);
  return {
    account: NO_ACCOUNT,
    action,
    bucket,
    object: { key, size: sizeBytes, eTag: etag },
    eventTime: at,
  };
};
