import type { Bucket, ObjectHead, ObjectSummary, PutInput } from '@sluice/core';
import { SluiceError } from '@sluice/shared';
import type { Kernel } from '../time/kernel.ts';
import type { SeededRandom } from '../time/random.ts';
import type { History } from '../world/history.ts';
import { Listing, type ListingHabits } from './listing.ts';

export interface StoredObject {
  readonly summary: ObjectSummary;
  /** Of what we wrote. */
  readonly text: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly isCorrupt: boolean;
}

export interface BucketHabits extends ListingHabits {
  /** How far the provider's clock is ahead. */
  readonly skewMs: number;
  /** Dates in whole seconds, as most have it. */
  readonly isInWholeSeconds: boolean;
}

/** What a customer puts. */
export interface CustomerObject {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly backdatedMs: number;
  readonly isCorrupt: boolean;
}

/** A change of the bucket, as its provider tells of it. */
export interface Change {
  readonly object: ObjectSummary;
  /** When it happened, by the provider's clock, in milliseconds. */
  readonly at: number;
  readonly sequence: number;
}

/** A customer's bucket: what is in it, who may enter, and everything that was ever in it. */
export class SimBucket {
  readonly integrationId: string;
  readonly habits: BucketHabits;
  readonly #kernel: Kernel;
  readonly #history: History;
  readonly #objects = new Map<string, StoredObject>();
  readonly #listing: Listing;
  /** Versions of the credentials that are let in. */
  accepted = new Set([1]);
  /** Told of every write, ours too. */
  onChange: (change: Change) => void = () => undefined;
  #sequence = 0;

  constructor(
    kernel: Kernel,
    history: History,
    random: SeededRandom,
    integrationId: string,
    habits: BucketHabits,
  ) {
    this.#kernel = kernel;
    this.#history = history;
    this.integrationId = integrationId;
    this.habits = habits;
    this.#listing = new Listing(random, habits, this.#objects);
  }

  get objects(): ReadonlyMap<string, StoredObject> {
    return this.#objects;
  }

  /** Every page as it should be, from now on. */
  calm(): void {
    this.#listing.calm();
  }

  customerPuts({ key, etag, sizeBytes, backdatedMs, isCorrupt }: CustomerObject): void {
    const toldAt = this.#providersTime();
    const now = toldAt - backdatedMs;
    const lastModified = this.habits.isInWholeSeconds ? Math.floor(now / 1000) * 1000 : now;
    const summary = { key, etag, sizeBytes, lastModified: new Date(lastModified).toISOString() };
    this.#note({ kind: 'put', key, etag, sizeBytes, lastModified, toldAt, isOurs: false, isCorrupt });
    this.#store({ summary, text: '', metadata: {}, isCorrupt });
  }

  /** Copies one of our results, metadata and all, to where documents are looked for. */
  customerCopies(from: string, to: string): void {
    const stored = this.#objects.get(from);
    if (stored === undefined || this.#objects.has(to)) return;
    const { etag, sizeBytes } = stored.summary;
    const lastModified = this.#providersTime();
    const dates = { lastModified, toldAt: lastModified };
    this.#note({ kind: 'put', key: to, etag, sizeBytes, ...dates, isOurs: true, isCorrupt: false });
    const summary = { key: to, etag, sizeBytes, lastModified: new Date(lastModified).toISOString() };
    this.#store({ ...stored, summary });
  }

  customerDeletes(key: string): void {
    if (!this.#objects.delete(key)) return;
    this.#note({ kind: 'deleted', key });
  }

  /** The bucket as whoever holds this version of the credentials sees it. */
  as(version: number): Bucket {
    const enter = (): void => {
      if (!this.accepted.has(version)) {
        throw new SluiceError('credentials_unknown', {
          providerStatus: 403,
          providerCode: 'InvalidAccessKeyId',
        });
      }
    };
    const find = (key: string): StoredObject => {
      enter();
      const stored = this.#objects.get(key);
      if (stored === undefined) throw new SluiceError('object_not_found', { providerStatus: 404 });
      return stored;
    };
    return {
      listPage: async (input) => {
        enter();
        return this.#listing.page(input);
      },
      head: async (key) => headOf(find(key)),
      get: async (key) => ({ head: headOf(find(key)), body: new ReadableStream() }),
      put: async (input) => {
        enter();
        return this.#put(input);
      },
      delete: async (key) => {
        enter();
        this.#objects.delete(key);
      },
      presignGet: async (key, expiresInSeconds) => {
        const expires = this.#kernel.now() + expiresInSeconds * 1000;
        return `https://sim.example/${this.integrationId}?key=${encodeURIComponent(key)}&expires=${expires}&version=${version}`;
      },
    };
  }

  async #put(input: PutInput): Promise<{ etag: string; versionId: null }> {
    const before = this.#objects.get(input.key);
    if (input.ifAbsent === true && before !== undefined) throw new SluiceError('object_exists');
    if (input.ifMatch !== undefined && input.ifMatch !== before?.summary.etag)
      throw new SluiceError('object_changed');
    const text = await textOf(input.body);
    if (text.length !== input.sizeBytes) throw new SluiceError('upstream_invalid');
    const metadata = input.metadata ?? {};
    this.#note({
      kind: 'written',
      key: input.key,
      text,
      jobId: metadata['sluice-job-id'] ?? '',
      isOverCustomers: before !== undefined && !('sluice-job-id' in before.metadata),
    });
    const etag = `out-${text}`;
    const lastModified = new Date(this.#providersTime()).toISOString();
    this.#store({
      summary: { key: input.key, etag, sizeBytes: text.length, lastModified },
      text,
      metadata,
      isCorrupt: false,
    });
    return { etag, versionId: null };
  }

  #store(stored: StoredObject): void {
    this.#objects.set(stored.summary.key, stored);
    this.#sequence += 1;
    this.onChange({ object: stored.summary, at: this.#providersTime(), sequence: this.#sequence });
  }

  #providersTime(): number {
    return Math.floor(this.#kernel.now() + this.habits.skewMs);
  }

  #note(fact: DistributiveOmit<Parameters<History['add']>[0], 'at' | 'integrationId'>): void {
    this.#history.add({ ...fact, at: this.#kernel.now(), integrationId: this.integrationId });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const headOf = ({ summary, metadata }: StoredObject): ObjectHead => ({
  etag: summary.etag,
  sizeBytes: summary.sizeBytes,
  lastModified: summary.lastModified,
  contentType: null,
  contentEncoding: null,
  versionId: null,
  metadata,
});

const textOf = async (body: PutInput['body']): Promise<string> => {
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
};
