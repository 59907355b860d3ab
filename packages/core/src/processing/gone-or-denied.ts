import { asSluiceError, SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';

/**
 * Whether an object that was denied is not listed any more; null where that cannot be told, because listing is denied, too.
 *
 * AWS and Ceph say that an object is missing only to who may list the whole bucket, and deny it to who may list one folder, as in the
 * policies we give. That folder's listing tells the two apart.
 */
export const isGone = async (bucket: Bucket, key: string): Promise<boolean | null> => {
  try {
    const { objects, continuationToken } = await bucket.listPage({ prefix: key });
    if (objects.some((object) => object.key === key)) return false;
    return continuationToken === null ? true : null;
  } catch {
    return null;
  }
};

/**
 * What really keeps us from an object: `object_not_found` in place of an `access_denied` when it is not listed any more, and otherwise
 * `thrown` as it is.
 */
export const goneOrDenied = async (bucket: Bucket, key: string, thrown: unknown): Promise<unknown> => {
  const denial = asSluiceError(thrown);
  if (denial.code !== 'access_denied') return thrown;
  return (await isGone(bucket, key)) === true
    ? new SluiceError('object_not_found', { cause: denial })
    : thrown;
};
