import type { Bucket, ObjectSummary } from '../ports/bucket.ts';
import { compareKeys } from './key-order.ts';
import { SliceDigest } from './slice-digest.ts';

/** How many pages of 1,000 keys make a slice. */
export const PAGES_PER_SLICE = 10;
export const OBJECTS_PER_SLICE = PAGES_PER_SLICE * 1000;

export interface SliceBounds {
  /** Exclusive. Empty for the beginning. */
  readonly startAfter: string;
  /** Inclusive. Null for the end of the bucket. */
  readonly end: string | null;
}

export interface ListedPage {
  /** The database's clock from before the page was requested. */
  readonly observedAt: string;
  readonly objects: readonly ObjectSummary[];
}

export interface ListedSlice extends SliceBounds {
  readonly objectCount: number;
  readonly digest: string;
  readonly pages: readonly ListedPage[];
}

/** The provider does not list in key order, or ignores `start-after`: anchors cannot be used on it. */
export class UnorderedListing extends Error {
  override readonly name = 'UnorderedListing';
}

export interface ListSliceOptions {
  readonly prefix: string;
  /** The newest instant of the database's clock we know; read before each request. */
  readonly observedAt: () => string;
  /** Called once a request. */
  readonly onCall: () => void;
  /**
   * The provider lists without order. Then there is one slice, the whole bucket, and it is never cut.
   * With order, `UnorderedListing` is thrown as soon as the listing proves it has none.
   */
  readonly isUnordered: boolean;
}

/**
 * Lists one slice and yields it whole, or, when it has grown past twice its size or has no end, in cuts of
 * {@link PAGES_PER_SLICE} pages. The cuts cover the slice without a gap: each begins where the one before ended.
 */
export async function* listSlice(
  bucket: Bucket,
  bounds: SliceBounds,
  options: ListSliceOptions,
): AsyncGenerator<ListedSlice> {
  const isCut = bounds.end === null && !options.isUnordered;
  let startAfter = bounds.startAfter;
  let last = bounds.startAfter;
  let token: string | null = null;
  let pages: ListedPage[] = [];
  let digest = new SliceDigest();
  let objectCount = 0;

  for (;;) {
    options.onCall();
    const observedAt = options.observedAt();
    const page = await bucket.listPage({
      prefix: options.prefix,
      ...(token === null ? { startAfter: bounds.startAfter } : { continuationToken: token }),
    });
    const objects = options.isUnordered ? page.objects : within(page.objects, last, bounds.end);
    const isPastEnd = objects.length < page.objects.length;
    last = page.objects.at(-1)?.key ?? last;
    for (const object of objects) digest.add(object);
    objectCount += objects.length;
    pages.push({ observedAt, objects });
    token = page.continuationToken;

    // The last key of a slice is its end: asking for one page more would only show the next slice.
    const isDone = token === null || isPastEnd || (bounds.end !== null && last === bounds.end);
    if (isDone) {
      yield { startAfter, end: bounds.end, objectCount, digest: digest.toString(), pages };
      return;
    }
    const isGrown = !options.isUnordered && pages.length >= 2 * PAGES_PER_SLICE;
    if ((isCut && pages.length >= PAGES_PER_SLICE) || isGrown) {
      yield { startAfter, end: last, objectCount, digest: digest.toString(), pages };
      startAfter = last;
      pages = [];
      digest = new SliceDigest();
      objectCount = 0;
    }
  }
}

/** The objects of a page up to `end`, having checked that they come in order after `last`. */
const within = (
  objects: readonly ObjectSummary[],
  last: string,
  end: string | null,
): readonly ObjectSummary[] => {
  let previous = last;
  for (const object of objects) {
    const order = compareKeys(previous, object.key);
    // The empty string before the first key is no key.
    if (order > 0 || (order === 0 && previous !== '')) throw new UnorderedListing();
    previous = object.key;
  }
  if (end === null || compareKeys(previous, end) <= 0) return objects;
  return objects.filter((object) => compareKeys(object.key, end) <= 0);
};
