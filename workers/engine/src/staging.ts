import type { Staging } from '@sluice/core';

/** The working bucket as the core's port. R2 deletes at most 1,000 keys a call; an object has a few. */
export const r2Staging = (bucket: R2Bucket): Staging => ({
  get: async (stagingKey) => {
    const object = await bucket.get(stagingKey);
    return object === null ? null : { body: object.body, sizeBytes: object.size };
  },
  delete: async (stagingKeys) => bucket.delete([...stagingKeys]),
});

/**
 * Deletes what has waited longer than it may, whatever became of it. Looks at no more than `maxPages` thousand objects a
 * run; staged results are normally deleted when they are written back.
 *
 * @returns how many objects were deleted.
 */
export const deleteExpired = async (bucket: R2Bucket, olderThan: Date, maxPages: number): Promise<number> => {
  let deleted = 0;
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const listed = await bucket.list({ prefix: 'staging/', ...(cursor === undefined ? {} : { cursor }) });
    const expired = listed.objects
      .filter((object) => object.uploaded < olderThan)
      .map((object) => object.key);
    if (expired.length > 0) await bucket.delete(expired);
    deleted += expired.length;
    if (!listed.truncated) break;
    cursor = listed.cursor;
  }
  return deleted;
};
