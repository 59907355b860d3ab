import { compareKeys, SluiceError } from '@sluice/shared';
import type { Bucket, ListPage, ObjectSummary } from '../ports/bucket.ts';
import type { Clock } from '../ports/engine.ts';
import { isBeforeStart } from './classify-object.ts';
import { canHoldKey } from './ledger-object.ts';
import type { PlannedSlice } from './plan-slices.ts';
import { SliceDigest } from './slice-digest.ts';

/** So many pages in a row that hold nothing and yet are not the last, or so long of them: the server is not going to end. */
const MAX_EMPTY_PAGES = 1_000;
const MAX_EMPTY_MS = 15_000;

export interface ListedPage {
  readonly kind: 'page';
  /** The database's clock from before the page was requested. */
  readonly observedAt: string;
  readonly objects: readonly ObjectSummary[];
}

export interface ListedSlice {
  readonly kind: 'slice';
  /** Exclusive. */
  readonly startAfter: string;
  /** Inclusive. Null for the end of the bucket. */
  readonly end: string | null;
  readonly objectCount: number;
  readonly digest: string;
  /** It is as it was stored; its pages were not yielded. */
  readonly isUnchanged: boolean;
}

/** The provider does not list in key order, or ignores `start-after`: anchors cannot be used on it. */
export class UnorderedListing extends Error {
  override readonly name = 'UnorderedListing';
}

export interface ListSliceOptions {
  readonly prefix: string;
  readonly objectsPerSlice: number;
  /** The newest instant of the database's clock we know; read before each request. */
  readonly observedAt: () => string;
  readonly clock: Clock;
  /** Called before each request. */
  readonly beforeCall: () => Promise<void>;
  /**
   * The provider lists without order. Then there is one slice, the whole bucket, and it is never cut.
   * With order, `UnorderedListing` is thrown as soon as a page is out of order twice.
   */
  readonly isUnordered: boolean;
  /** What is older counts as another version of itself: written again with the same content, it is looked at again. */
  readonly startFrom?: string | null;
  readonly signal: AbortSignal;
}

/**
 * Lists one slice: first its pages, as far as they have to be compared with the ledger, then the slice itself. Pages are
 * held back only as long as the slice may still turn out as it was stored.
 *
 * A slice that has grown past twice its size, or has no end, comes in several cuts. They cover it without a gap: each
 * begins where the one before ended. The last has the end of the planned slice.
 *
 * @throws UnorderedListing, or what the bucket throws.
 */
export async function* listSlice(
  bucket: Pick<Bucket, 'listPage'>,
  planned: PlannedSlice,
  options: ListSliceOptions,
): AsyncGenerator<ListedPage | ListedSlice> {
  const { objectsPerSlice, isUnordered, startFrom = null } = options;
  const cutAt = planned.end === null ? objectsPerSlice : 2 * objectsPerSlice;
  const pages = new Pages(bucket, planned.startAfter, options);
  let cut = new Cut(planned.startAfter, planned.stored, 3 * objectsPerSlice, startFrom);
  let last = planned.startAfter;

  for (;;) {
    let observedAt = options.observedAt();
    let page = await pages.next();
    let objects = isUnordered ? page.objects : within(page.objects, last, planned.end);
    if (objects === null) {
      // One bad answer costs a large bucket its anchors: believed only when it is given twice.
      observedAt = options.observedAt();
      page = await pages.again();
      objects = within(page.objects, last, planned.end);
      if (objects === null) throw new UnorderedListing();
    }
    const beyond = page.objects[objects.length]?.key;
    const lastWithin = objects.at(-1)?.key ?? last;
    last = page.objects.at(-1)?.key ?? last;
    yield* cut.add({ kind: 'page', observedAt, objects });
    const isSeamOpen = beyond !== undefined && planned.end !== null && lastWithin !== planned.end;
    if (isSeamOpen && !(await isSeamless(bucket, options, lastWithin, planned.end ?? '', beyond)))
      throw new UnorderedListing();

    // The last key of a slice is its end: asking for one page more would only show the next slice.
    const isDone =
      page.continuationToken === null ||
      beyond !== undefined ||
      (planned.end !== null && last === planned.end);
    if (isDone) {
      yield* cut.finish(planned.end);
      return;
    }
    if (!isUnordered && cut.objectCount >= cutAt && canHoldKey(last)) {
      yield* cut.finish(last);
      cut = new Cut(last, null, 0, startFrom);
    }
  }
}

/** What has been listed since the last cut. */
class Cut {
  objectCount = 0;
  readonly #startAfter: string;
  readonly #startFrom: string | null;
  readonly #digest = new SliceDigest();
  /** What the slice was, while it may still be that. */
  #known: { readonly digest: string | null; readonly objectCount: number } | null;
  #held: ListedPage[] = [];

  constructor(
    startAfter: string,
    stored: PlannedSlice['stored'] | null,
    maxHeld: number,
    startFrom: string | null,
  ) {
    this.#startAfter = startAfter;
    this.#startFrom = startFrom;
    this.#known = stored?.digest == null || stored.objectCount > maxHeld ? null : stored;
  }

  *add(page: ListedPage): Generator<ListedPage> {
    for (const object of page.objects) {
      this.#digest.add(
        isBeforeStart(object, this.#startFrom)
          ? { ...object, etag: `${object.etag}\u0000before_start` }
          : object,
      );
    }
    this.objectCount += page.objects.length;
    this.#held.push(page);
    if (this.#known !== null && this.objectCount > this.#known.objectCount) this.#known = null;
    if (this.#known === null) yield* this.#release();
  }

  *finish(end: string | null): Generator<ListedPage | ListedSlice> {
    const digest = this.#digest.toString();
    const isUnchanged =
      this.#known !== null && this.#known.digest === digest && this.#known.objectCount === this.objectCount;
    if (!isUnchanged) yield* this.#release();
    const { objectCount } = this;
    yield { kind: 'slice', startAfter: this.#startAfter, end, objectCount, digest, isUnchanged };
  }

  *#release(): Generator<ListedPage> {
    this.#known = null;
    const held = this.#held;
    this.#held = [];
    for (const page of held) if (page.objects.length > 0) yield page;
  }
}

/** The pages of a listing, one after another, as long as they lead anywhere. */
class Pages {
  readonly #bucket: Pick<Bucket, 'listPage'>;
  readonly #startAfter: string;
  readonly #options: ListSliceOptions;
  #token: string | null = null;
  /** What the last page was asked for with. */
  #askedWith: string | null = null;
  #emptyPages = 0;
  #emptySinceMs = 0;
  readonly #seenTokens = new Set<string>();

  constructor(bucket: Pick<Bucket, 'listPage'>, startAfter: string, options: ListSliceOptions) {
    this.#bucket = bucket;
    this.#startAfter = startAfter;
    this.#options = options;
  }

  next(): Promise<ListPage> {
    this.#askedWith = this.#token;
    return this.#ask();
  }

  /** The last page once more. */
  again(): Promise<ListPage> {
    return this.#ask();
  }

  async #ask(): Promise<ListPage> {
    const { prefix, signal, isUnordered, clock } = this.#options;
    await this.#options.beforeCall();
    if (this.#emptyPages === 0) this.#emptySinceMs = clock.now();
    const page = await this.#bucket.listPage({
      prefix,
      signal,
      ...(this.#askedWith === null
        ? { startAfter: this.#startAfter }
        : { continuationToken: this.#askedWith }),
    });
    this.#token = page.continuationToken;
    this.#emptyPages = page.objects.length === 0 ? this.#emptyPages + 1 : 0;
    const isStuck =
      this.#emptyPages > MAX_EMPTY_PAGES ||
      (this.#emptyPages > 1 && clock.now() - this.#emptySinceMs > MAX_EMPTY_MS);
    if (isStuck && this.#token !== null) throw endless('page after page is empty');
    // With order a circle shows by its keys.
    if (isUnordered && this.#token !== null) {
      if (this.#seenTokens.has(this.#token)) throw endless('its continuation tokens go in a circle');
      this.#seenTokens.add(this.#token);
    }
    return page;
  }
}

/** Pages that hold something, after which a key that is not among them will not come. */
const MAX_SEAM_PAGES = 3;

/**
 * Whether what was shown past the end of a slice, `beyond`, is what the next slice begins with. A provider with an order of its own may
 * show a key on this side that belongs to the other, and on the other not at all. Only where the end is no object any more: one that
 * is there is shown before whatever is past it. Not so is believed only twice: the bucket may change between two questions.
 */
const isSeamless = async (
  bucket: Pick<Bucket, 'listPage'>,
  options: ListSliceOptions,
  lastWithin: string,
  end: string,
  beyond: string,
): Promise<boolean> => {
  const firstPast = async (startAfter: string): Promise<string | undefined> => {
    const pages = new Pages(bucket, startAfter, options);
    for (let asked = 0; asked < MAX_SEAM_PAGES; ) {
      const { objects, continuationToken } = await pages.next();
      const past = objects.find(({ key }) => compareKeys(key, end) > 0);
      if (past !== undefined || continuationToken === null) return past?.key;
      if (objects.length > 0) asked += 1;
    }
    return undefined;
  };
  if ((await firstPast(end)) === beyond) return true;
  return (await firstPast(lastWithin)) === (await firstPast(end));
};

const endless = (why: string): SluiceError =>
  new SluiceError('upstream_invalid', { detail: `The listing does not end: ${why}.` });

/** The objects of a page up to `end`; null when they do not come in order after `last`. */
const within = (
  objects: readonly ObjectSummary[],
  last: string,
  end: string | null,
): readonly ObjectSummary[] | null => {
  let previous = last;
  for (const object of objects) {
    const order = compareKeys(previous, object.key);
    // The empty string before the first key is no key.
    if (order > 0 || (order === 0 && previous !== '')) return null;
    previous = object.key;
  }
  if (end === null || compareKeys(previous, end) <= 0) return objects;
  return objects.filter((object) => compareKeys(object.key, end) <= 0);
};
