import type { SliceChanges, StoredSlice } from '../ports/ledger.ts';
import { addDigests } from './slice-digest.ts';

/** How many objects make a slice: ten pages of S3. */
export const OBJECTS_PER_SLICE = 10_000;

export interface PlannedSlice {
  /** Exclusive. Empty for the beginning. */
  readonly startAfter: string;
  /** Inclusive. Null for the end of the bucket. */
  readonly end: string | null;
  readonly stored: StoredSlice;
}

const WHOLE: StoredSlice = { startAfter: '', objectCount: 0, digest: null, isListed: false };

/** The slices of an integration with their bounds, covering the key space without gap. `stored` is sorted by anchor. */
export const planSlices = (stored: readonly StoredSlice[]): readonly PlannedSlice[] => {
  // Without a first slice the keys before the first anchor would belong to nobody.
  const slices = stored[0]?.startAfter === '' ? stored : [WHOLE, ...stored];
  return slices.map((slice, index) => ({
    startAfter: slice.startAfter,
    end: slices[index + 1]?.startAfter ?? null,
    stored: slice,
  }));
};

/**
 * Joins neighbours that together stay below the size of one slice, so that a bucket that shrank is not listed in crumbs.
 * Takes all slices in order; digests add up because they are order-free. What is joined is never so large that the next
 * listing would cut it again.
 */
export const mergeSmallSlices = (
  slices: readonly StoredSlice[],
  objectsPerSlice = OBJECTS_PER_SLICE,
): SliceChanges => {
  const upserts: StoredSlice[] = [];
  const removed: string[] = [];
  let open = null as StoredSlice | null;
  let isMerged = false;
  const close = () => {
    if (open !== null && isMerged) upserts.push(open);
  };
  for (const slice of slices) {
    if (
      open !== null &&
      open.digest !== null &&
      slice.digest !== null &&
      open.isListed &&
      slice.isListed &&
      open.objectCount + slice.objectCount < objectsPerSlice
    ) {
      open = {
        ...open,
        objectCount: open.objectCount + slice.objectCount,
        digest: addDigests(open.digest, slice.digest),
      };
      isMerged = true;
      removed.push(slice.startAfter);
    } else {
      close();
      open = slice;
      isMerged = false;
    }
  }
  close();
  return { upserts, removed };
};
