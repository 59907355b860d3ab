import { asSluiceError, SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';

/**
 * What really keeps us from an object: `object_not_found` in place of an `access_denied` when it is not listed any more, and otherwise
 * `thrown` as it is.
 *
 * AWS says that an object is missing only to who may list the whole bucket, and denies it to who may list one folder, as in the policies we
 * give. That folder's listing tells the two apart.
 */
export const goneOrDenied = async (bucket: Bucket, key: string, thrown: unknown): Promise<unknown> => {
  const denial = asSluiceError(thrown);
  if (denial.code !== 'access_denied') return thrown;
  try {
    const { objects, continuationToken } = await bucket.listPage({ prefix: key });
    const isGone = continuationToken === null && objects.every((object) => object.key !== key);
    return isGone ? new SluiceError('object_not_found', { cause: denial }) : thrown;
  } catch {
    return thrown;
  }
};
