import { SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { BegunPoll, StoredSlice } from '../ports/ledger.ts';
import { toLedgerObject } from './ledger-object.ts';
import { type ListedPage, type ListedSlice, listSlice, UnorderedListing } from './list-slice.ts';
import { mergeSmallSlices, OBJECTS_PER_SLICE, type PlannedSlice } from './plan-slices.ts';
import { PollFailures } from './poll-failures.ts';
import type { PollContext, PollOutcome } from './poll-types.ts';
import { SliceBook } from './slice-book.ts';

/** How much may be listed and not yet stored: it is listed again after a kill. */
const MAX_UNSAVED_UNCHANGED = 200;
const MAX_UNSAVED_CHANGED = 1;

/** Every so many cycles a provider without order is believed to have one: it may have been mended. */
const ORDER_TRIAL_CYCLES = 20;

/** One run of a poll: what it has listed so far, and what of that is stored. */
export class PollRun {
  listed = 0;
  readonly #context: PollContext;
  readonly #poll: BegunPoll;
  readonly #objectsPerSlice: number;
  readonly #startedAt: number;
  readonly #book: SliceBook;
  readonly #failures: PollFailures;
  #observedAt: string;
  /** When the database last heard of us: the lease is renewed by every call. */
  #contactAt: number;
  #listCalls = 0;
  #listedSlices = 0;
  #databaseCalls = 0;
  #inserted = 0;
  #revived = 0;
  #skipped = 0;
  #saving: Promise<void> | null = null;

  constructor(context: PollContext, poll: BegunPoll) {
    this.#context = context;
    this.#poll =
      poll.isUnordered && poll.cycle % ORDER_TRIAL_CYCLES === 0 ? { ...poll, isUnordered: false } : poll;
    this.#objectsPerSlice = context.settings.objectsPerSlice ?? OBJECTS_PER_SLICE;
    this.#observedAt = poll.observedAt;
    this.#startedAt = context.clock.now();
    this.#contactAt = this.#startedAt;
    // Without order there are no anchors: the whole bucket is one slice.
    this.#book = new SliceBook(
      this.#poll.isUnordered ? poll.slices.filter((slice) => slice.startAfter === '') : poll.slices,
    );
    this.#failures = new PollFailures(context.settings.concurrency);
  }

  /** @throws SluiceError `conflict` when the lease was lost, and whatever kept a part from being listed. */
  async list(bucket: Bucket): Promise<PollOutcome> {
    const todo = this.#book.unlisted();
    const queue = todo.values();
    const worker = async () => {
      for (const slice of queue) {
        // The first slice is always begun, so that every run gets on, however late it starts.
        if (this.#failures.isStopped || (this.#listCalls > 0 && this.#isSpent())) return;
        await this.#listOne(bucket, slice);
      }
    };
    await Promise.all(Array.from({ length: this.#context.settings.concurrency }, worker));

    const failure = this.#failures.worst();
    if (failure === null) {
      return await this.#complete(this.#book.unlisted().length === 0, this.#poll.isUnordered);
    }
    if (failure.error instanceof UnorderedListing) return await this.#complete(false, true);
    await this.#keepWhatIsListed(todo.length);
    throw failure.error;
  }

  /** Takes a slice as it comes, listing the next page while recording the last. Failures are noted, not thrown. */
  async #listOne(bucket: Bucket, planned: PlannedSlice): Promise<void> {
    const parts = listSlice(bucket, planned, {
      prefix: this.#poll.integration.inputPrefix,
      objectsPerSlice: this.#objectsPerSlice,
      observedAt: () => this.#observedAt,
      clock: this.#context.clock,
      beforeCall: () => this.#beforeListCall(),
      isUnordered: this.#poll.isUnordered,
      startFrom: this.#poll.integration.startFrom,
      signal: this.#failures.signal,
    });
    let next = parts.next();
    let deferred = 0;
    try {
      for (;;) {
        const part = await next;
        if (part.done === true) return;
        const { value } = part;
        const isStopping =
          value.kind === 'slice' &&
          value.end !== planned.end &&
          (this.#failures.isStopped || this.#isSpent());
        next = isStopping ? parts.return(undefined) : parts.next();
        // Awaited in the next turn; until then its failure must not count as unhandled.
        next.catch(() => undefined);
        if (value.kind === 'page') deferred += await this.#record(value);
        else {
          await this.#takeSlice(planned, value, deferred);
          deferred = 0;
        }
      }
    } catch (error) {
      this.#failures.add(error);
    } finally {
      // Waits for the page under way, so that nothing of this slice is when the run ends.
      await parts.return(undefined);
    }
  }

  /** Counts a LIST call, and keeps the lease while listing is slow and there is nothing to record. */
  async #beforeListCall(): Promise<void> {
    this.#listCalls += 1;
    if (this.#context.clock.now() - this.#contactAt > this.#context.settings.leaseSeconds * 300) {
      await this.#save();
    }
  }

  async #record({ observedAt, objects }: ListedPage): Promise<number> {
    const { integration } = this.#poll;
    this.#databaseCalls += 1;
    const recorded = await this.#context.ledger.recordObjects(
      this.#lease(),
      observedAt,
      objects.map((object) => toLedgerObject(object, integration.outputPrefix, integration.startFrom)),
    );
    this.#contactAt = this.#context.clock.now();
    this.#observedAt = recorded.observedAt;
    this.#inserted += recorded.inserted;
    this.#revived += recorded.revived;
    this.#skipped += recorded.skipped;
    if (this.#poll.isUnordered && this.#isSpent()) {
      // Without anchors the next run would begin at the beginning and come no further.
      throw new SluiceError('unsupported_by_provider', {
        detail: `The provider lists without order, and the bucket holds more than one listing can read: everything past the first ${this.#listCalls * 1000} objects or so is not seen. Use an input prefix that holds less.`,
      });
    }
    return recorded.deferred;
  }

  async #takeSlice(planned: PlannedSlice, slice: ListedSlice, deferred: number): Promise<void> {
    this.listed += slice.objectCount;
    this.#listedSlices += 1;
    this.#book.store({
      startAfter: slice.startAfter,
      objectCount: slice.objectCount,
      digest: deferred > 0 ? null : slice.digest,
      isListed: true,
    });
    // The rest of a slice that was cut is a slice of its own, still to be listed.
    if (slice.end !== null && slice.end !== planned.end) {
      this.#book.store({ startAfter: slice.end, objectCount: 0, digest: null, isListed: false });
    }
    const limit = slice.isUnchanged ? MAX_UNSAVED_UNCHANGED : MAX_UNSAVED_CHANGED;
    if (this.#book.unsavedCount > limit) await this.#save();
  }

  /** What was listed whole stays listed; the rest is asked for again. */
  async #keepWhatIsListed(todoCount: number): Promise<void> {
    if (this.#failures.isLeaseLost) return;
    // All that was left has failed, and might for ever: the next run begins anew, so that what is new in the rest of
    // the bucket is found all the same.
    if (this.#failures.count === todoCount && this.#listedSlices === 0) this.#book.beginAnew();
    if (this.#book.unsavedCount === 0) return;
    try {
      await this.#save();
    } catch (error) {
      // What stopped the run says more than that this could not be kept; a lost lease overrules both.
      if (error instanceof SluiceError && error.code === 'conflict') throw error;
    }
  }

  async #save(): Promise<void> {
    // One at a time: two workers may have come here together, and the second finds it done.
    if (this.#saving !== null) return this.#saving;
    this.#contactAt = this.#context.clock.now();
    this.#databaseCalls += 1;
    this.#saving = this.#context.ledger
      .savePollProgress(this.#lease(), { upserts: this.#book.takeUnsaved(), removed: [] })
      .finally(() => {
        this.#saving = null;
      });
    return this.#saving;
  }

  async #complete(isFinished: boolean, isUnordered: boolean): Promise<PollOutcome> {
    const { integration, leaseId, slices } = this.#poll;
    const merged = isFinished
      ? mergeSmallSlices(this.#book.inOrder(), this.#objectsPerSlice)
      : { upserts: [], removed: [] };
    // An order that was not there takes its anchors with it.
    const isDiscarded = isUnordered && !this.#poll.isUnordered;
    // A trial of the order that was killed leaves some too.
    const leftOver = this.#poll.isUnordered ? slices.filter((slice) => slice.startAfter !== '') : [];
    const known = [...slices, ...this.#book.inOrder()].map((slice) => slice.startAfter);
    await this.#context.ledger.completePoll(integration.id, leaseId, {
      upserts: isDiscarded
        ? []
        : latestByAnchor([...this.#book.takeUnsaved(), ...merged.upserts], merged.removed),
      removed: isDiscarded
        ? [...new Set(known)]
        : [...merged.removed, ...leftOver.map((slice) => slice.startAfter)],
      isFinished,
      isUnordered,
      // Of the whole cycle, which may have taken several runs.
      listedObjects: this.#book.inOrder().reduce((sum, slice) => sum + slice.objectCount, 0),
      listCalls: this.#listCalls,
      intervalSeconds: this.#context.settings.intervalSeconds,
    });
    return {
      outcome: isFinished ? 'finished' : 'continues',
      listCalls: this.#listCalls,
      listed: this.listed,
      inserted: this.#inserted,
      revived: this.#revived,
      skipped: this.#skipped,
    };
  }

  #lease(): { integrationId: string; leaseId: string; leaseSeconds: number } {
    const { integration, leaseId } = this.#poll;
    return { integrationId: integration.id, leaseId, leaseSeconds: this.#context.settings.leaseSeconds };
  }

  #isSpent(): boolean {
    const { budgetMs, budgetCalls } = this.#context.settings;
    return (
      this.#context.clock.now() - this.#startedAt > budgetMs ||
      this.#listCalls + this.#databaseCalls > budgetCalls
    );
  }
}

const latestByAnchor = (slices: readonly StoredSlice[], removed: readonly string[] = []): StoredSlice[] => {
  const latest = new Map(slices.map((slice) => [slice.startAfter, slice]));
  for (const anchor of removed) latest.delete(anchor);
  return [...latest.values()];
};
