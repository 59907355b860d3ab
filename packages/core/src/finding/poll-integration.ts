import { asSluiceError, type PollMessage, type SluiceError } from '@sluice/shared';
import type { Clock, Log, OpenBucket } from '../ports/engine.ts';
import type { BegunPoll, PollLedger, StoredSlice } from '../ports/ledger.ts';
import { classifyObject, ledgerKey } from './classify-object.ts';
import { compareKeys } from './key-order.ts';
import { type ListedSlice, listSlice, UnorderedListing } from './list-slice.ts';
import { mergeSmallSlices, type PlannedSlice, planSlices } from './plan-slices.ts';

export interface PollSettings {
  readonly leaseSeconds: number;
  readonly intervalSeconds: number;
  /** The longest wait between attempts while a bucket refuses to be listed. */
  readonly maxIntervalSeconds: number;
  /** Slices listed at once. A Worker may wait for six responses; one is left for the database. */
  readonly concurrency: number;
  /** After this the run stops at the next slice and another goes on. Milliseconds. */
  readonly budgetMs: number;
  /** Likewise, for calls to the bucket and the database. */
  readonly budgetCalls: number;
}

export interface PollContext {
  readonly ledger: PollLedger;
  readonly openBucket: OpenBucket;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: PollSettings;
}

export type PollOutcome =
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'failed'; readonly error: SluiceError }
  | {
      readonly outcome: 'finished' | 'continues';
      readonly listCalls: number;
      readonly listed: number;
      readonly inserted: number;
      readonly revived: number;
      readonly skipped: number;
    };

/**
 * Lists an integration's bucket and records what is new in it.
 *
 * The listing is complete every time; what makes it cheap is that slices whose digest is unchanged are not compared with
 * the ledger. A slice is stored only after everything in it is recorded, so a kill at any point repeats work and loses
 * none; an error advances nothing but the next attempt.
 */
export const pollIntegration = async (context: PollContext, message: PollMessage): Promise<PollOutcome> => {
  const { ledger, log, settings } = context;
  const poll = await ledger.beginPoll(message.integrationId, message.leaseId, settings.leaseSeconds);
  if (poll === null) return { outcome: 'stale' };
  const run = new PollRun(context, poll);
  const names = { integrationId: poll.integration.id, tenantId: poll.integration.tenantId };
  try {
    const outcome = await run.list();
    log.info('poll_finished', {
      ...names,
      message: `listed ${run.listed} objects under prefix=${poll.integration.inputPrefix}`,
      ...outcome,
    });
    return outcome;
  } catch (thrown) {
    const error = asSluiceError(thrown);
    // Whoever has the lease now carries on.
    if (error.code === 'conflict') return { outcome: 'stale' };
    log.warn('poll_failed', { ...names, code: error.code, detail: error.detail, error: thrown });
    await ledger.failPoll(poll.integration.id, poll.leaseId, {
      code: error.code,
      detail: error.detail ?? '',
      intervalSeconds: settings.intervalSeconds,
      maxIntervalSeconds: settings.maxIntervalSeconds,
    });
    return { outcome: 'failed', error };
  }
};

/** One run of a poll: what it has listed so far, and what of that is stored. */
class PollRun {
  listed = 0;
  readonly #context: PollContext;
  readonly #poll: BegunPoll;
  readonly #startedAt: number;
  #observedAt: string;
  #savedAt: number;
  #listCalls = 0;
  #databaseCalls = 0;
  #inserted = 0;
  #revived = 0;
  #skipped = 0;
  #unsaved: StoredSlice[] = [];
  #saving: Promise<void> | null = null;
  readonly #slices: Map<string, StoredSlice>;

  constructor(context: PollContext, poll: BegunPoll) {
    this.#context = context;
    this.#poll = poll;
    this.#observedAt = poll.observedAt;
    this.#startedAt = context.clock.now();
    this.#savedAt = this.#startedAt;
    this.#slices = new Map(poll.slices.map((slice) => [slice.startAfter, slice]));
  }

  async list(): Promise<PollOutcome> {
    const { integration, isUnordered } = this.#poll;
    const bucket = await this.#context.openBucket(this.#poll);
    const planned = planSlices(isUnordered ? [] : this.#poll.slices);
    const todo = planned.filter((slice) => !slice.stored.isListed).values();
    const listOptions = {
      prefix: integration.inputPrefix,
      observedAt: () => this.#observedAt,
      onCall: () => {
        this.#listCalls += 1;
      },
      isUnordered,
    };
    let failure: unknown = null;

    const worker = async () => {
      for (const slice of todo) {
        if (failure !== null || this.#isSpent()) return;
        try {
          await this.#listOne(slice, listSlice(bucket, slice, listOptions));
        } catch (error) {
          failure ??= error;
        }
      }
    };
    await Promise.all(Array.from({ length: this.#context.settings.concurrency }, worker));

    if (failure instanceof UnorderedListing) return await this.#complete(false, true);
    if (failure !== null) {
      // What was listed whole stays listed; the rest is asked for again.
      await this.#save();
      throw failure;
    }
    const isFinished = [...planSlices(this.#inOrder())].every((slice) => slice.stored.isListed);
    return await this.#complete(isFinished, isUnordered);
  }

  /** Takes the cuts of one slice as they come, listing the next one while recording the last. */
  async #listOne(planned: PlannedSlice, cuts: AsyncGenerator<ListedSlice>): Promise<void> {
    let next = cuts.next();
    for (;;) {
      const cut = await next;
      if (cut.done === true) return;
      const isLast = cut.value.end === planned.end;
      const isStopping = !isLast && this.#isSpent();
      next = isStopping ? cuts.return(undefined) : cuts.next();
      // Awaited in the next turn; until then its failure must not count as unhandled.
      next.catch(() => undefined);
      await this.#takeCut(planned, cut.value, isLast);
      if (isStopping) return;
    }
  }

  async #takeCut(planned: PlannedSlice, cut: ListedSlice, isLast: boolean): Promise<void> {
    const isUnchanged =
      cut.startAfter === planned.startAfter &&
      isLast &&
      planned.stored.digest !== null &&
      planned.stored.digest === cut.digest &&
      planned.stored.objectCount === cut.objectCount;
    this.listed += cut.objectCount;
    let deferred = 0;
    if (!isUnchanged)
      for (const page of cut.pages) deferred += await this.#record(page.observedAt, page.objects);
    this.#store({
      startAfter: cut.startAfter,
      objectCount: cut.objectCount,
      digest: deferred > 0 ? null : cut.digest,
      isListed: true,
    });
    // The rest of a slice that was cut is a slice of its own, still to be listed.
    if (!isLast && cut.end !== null) {
      this.#store({ startAfter: cut.end, objectCount: 0, digest: null, isListed: false });
    }
    await this.#saveIfDue(isUnchanged ? 200 : 1);
  }

  async #record(observedAt: string, objects: ListedSlice['pages'][number]['objects']): Promise<number> {
    if (objects.length === 0) return 0;
    const { integration, leaseId } = this.#poll;
    this.#databaseCalls += 1;
    const recorded = await this.#context.ledger.recordObjects(
      { integrationId: integration.id, leaseId, leaseSeconds: this.#context.settings.leaseSeconds },
      observedAt,
      objects.map((object) => ({
        key: ledgerKey(object.key),
        etag: object.etag,
        sizeBytes: object.sizeBytes,
        lastModified: object.lastModified,
        skipReason: classifyObject(object, integration.outputPrefix),
      })),
    );
    this.#observedAt = recorded.observedAt;
    this.#inserted += recorded.inserted;
    this.#revived += recorded.revived;
    this.#skipped += recorded.skipped;
    return recorded.deferred;
  }

  #store(slice: StoredSlice): void {
    this.#slices.set(slice.startAfter, slice);
    this.#unsaved.push(slice);
  }

  #inOrder(): StoredSlice[] {
    return [...this.#slices.values()].sort((a, b) => compareKeys(a.startAfter, b.startAfter));
  }

  async #saveIfDue(unsavedLimit: number): Promise<void> {
    const isOld = this.#context.clock.now() - this.#savedAt > this.#context.settings.leaseSeconds * 300;
    if (this.#unsaved.length > unsavedLimit || isOld) await this.#save();
  }

  async #save(): Promise<void> {
    // One at a time: two workers may have come here together.
    while (this.#saving !== null) await this.#saving;
    if (this.#unsaved.length === 0) return;
    const upserts = latestByAnchor(this.#unsaved);
    this.#unsaved = [];
    this.#savedAt = this.#context.clock.now();
    this.#databaseCalls += 1;
    const { integration, leaseId } = this.#poll;
    this.#saving = this.#context.ledger
      .savePollProgress(
        { integrationId: integration.id, leaseId, leaseSeconds: this.#context.settings.leaseSeconds },
        { upserts, removed: [] },
      )
      .finally(() => {
        this.#saving = null;
      });
    await this.#saving;
  }

  async #complete(isFinished: boolean, isUnordered: boolean): Promise<PollOutcome> {
    const { integration, leaseId } = this.#poll;
    const merged = isFinished ? mergeSmallSlices(this.#inOrder()) : { upserts: [], removed: [] };
    // An order that was not there takes its anchors with it.
    const isDiscarded = isUnordered && !this.#poll.isUnordered;
    await this.#context.ledger.completePoll(integration.id, leaseId, {
      upserts: isDiscarded ? [] : latestByAnchor([...this.#unsaved, ...merged.upserts], merged.removed),
      removed: isDiscarded ? [...this.#slices.keys()] : merged.removed,
      isFinished,
      isUnordered,
      // Of the whole cycle, which may have taken several runs.
      listedObjects: this.#inOrder().reduce((sum, slice) => sum + slice.objectCount, 0),
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
