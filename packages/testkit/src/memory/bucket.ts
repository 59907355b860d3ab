import type { Bucket, ListPage, ListPageInput, ObjectHead, ObjectSummary, PutInput } from '@sluice/core';
import { SluiceError } from '@sluice/shared';

interface Stored {
  readonly summary: ObjectSummary;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface MemoryBucketOptions {
  /** Most keys of a page. Default 1000. */
  readonly pageSize?: number | (() => number);
  /**
   * `unordered` lists by a hash; `deaf` lists in order and does not know start-after; `collated` lists as people sort names, start-after
   * and all. Default `ordered`.
   */
  readonly listing?: keyof typeof RANKS;
  readonly now?: () => number;
}

/** A bucket as the core's port sees it, listing as S3 does: by the bytes of UTF-8, in pages, after a key. */
export class MemoryBucket implements Bucket {
  readonly #objects = new Map<string, Stored>();
  readonly #options: MemoryBucketOptions;
  #sorted: readonly { readonly key: string; readonly rank: Buffer }[] | null = null;
  /** Every listing asked for, in order. */
  readonly listCalls: ListPageInput[] = [];

  constructor(options: MemoryBucketOptions = {}) {
    this.#options = options;
  }

  /** Puts an object as a customer does. `etag` stands for its content. */
  set(key: string, etag: string, sizeBytes = 1000, metadata: Readonly<Record<string, string>> = {}): void {
    if (!this.#objects.has(key)) this.#sorted = null;
    const lastModified = new Date(this.#options.now?.() ?? 0).toISOString();
    const summary = { key, etag, sizeBytes, lastModified };
    this.#objects.set(key, {
      summary,
      body: new Uint8Array(0),
      contentType: 'application/pdf',
      metadata,
    });
  }

  remove(key: string): void {
    if (this.#objects.delete(key)) this.#sorted = null;
  }

  get objects(): readonly ObjectSummary[] {
    return [...this.#objects.values()].map((stored) => stored.summary);
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  body(key: string): Uint8Array | null {
    return this.#objects.get(key)?.body ?? null;
  }

  #inOrder(): readonly { readonly key: string; readonly rank: Buffer }[] {
    this.#sorted ??= [...this.#objects.keys()]
      .map((key) => ({ key, rank: this.#rank(key) }))
      .sort((a, b) => Buffer.compare(a.rank, b.rank));
    return this.#sorted;
  }

  #rank(key: string): Buffer {
    return RANKS[this.#options.listing ?? 'ordered'](key);
  }

  async listPage(input: ListPageInput): Promise<ListPage> {
    this.listCalls.push(input);
    // As over a network: never in the same turn.
    await Promise.resolve();
    if (input.signal?.aborted === true) throw new SluiceError('unavailable', { detail: 'Cancelled.' });
    const { pageSize = 1000, listing = 'ordered' } = this.#options;
    const wanted = typeof pageSize === 'function' ? pageSize() : pageSize;
    const limit = Math.max(1, Math.min(wanted, input.maxKeys ?? 1000));
    const knowsStartAfter = listing === 'ordered' || listing === 'collated';
    const after = input.continuationToken ?? (knowsStartAfter ? (input.startAfter ?? '') : '');
    const afterRank = this.#rank(after);
    const inOrder = this.#inOrder();
    const page: ObjectSummary[] = [];
    let isMore = false;
    for (let at = after === '' ? 0 : firstAfter(inOrder, afterRank); at < inOrder.length; at += 1) {
      const key = inOrder[at]?.key ?? '';
      const stored = this.#objects.get(key);
      if (stored === undefined || !key.startsWith(input.prefix)) continue;
      isMore = page.length === limit;
      if (isMore) break;
      page.push(stored.summary);
    }
    return { objects: page, continuationToken: isMore ? (page.at(-1)?.key ?? null) : null };
  }

  #find(key: string): Stored {
    const stored = this.#objects.get(key);
    if (stored === undefined) throw new SluiceError('object_not_found', { providerStatus: 404 });
    return stored;
  }

  async head(key: string): Promise<ObjectHead> {
    const { summary, contentType, metadata } = this.#find(key);
    const { etag, sizeBytes, lastModified } = summary;
    return { etag, sizeBytes, lastModified, contentType, contentEncoding: null, versionId: null, metadata };
  }

  async get(
    key: string,
    options: { readonly ifMatch?: string } = {},
  ): Promise<{ head: ObjectHead; body: ReadableStream<Uint8Array> }> {
    const { body, summary } = this.#find(key);
    if (options.ifMatch !== undefined && options.ifMatch !== summary.etag) {
      throw new SluiceError('object_changed', { providerStatus: 412 });
    }
    return { head: await this.head(key), body: new Blob([Uint8Array.from(body)]).stream() };
  }

  async put(input: PutInput): Promise<{ etag: string; versionId: string | null }> {
    const body = new Uint8Array(await new Response(Uint8Array.from(await bytesOf(input.body))).arrayBuffer());
    if (body.byteLength !== input.sizeBytes) throw new SluiceError('upstream_invalid');
    const there = this.#objects.get(input.key);
    if (input.ifAbsent === true && there !== undefined) throw new SluiceError('object_exists');
    if (input.ifMatch !== undefined && input.ifMatch !== there?.summary.etag)
      throw new SluiceError('object_changed');
    const etag = `put-${Buffer.from(body).toString('hex').slice(0, 32)}`;
    this.set(input.key, etag, body.byteLength, input.metadata ?? {});
    const stored = this.#find(input.key);
    this.#objects.set(input.key, { ...stored, body, contentType: input.contentType });
    return { etag, versionId: null };
  }

  async delete(key: string): Promise<void> {
    this.remove(key);
  }

  async presignGet(key: string, expiresInSeconds: number): Promise<string> {
    return `https://bucket.example/${encodeURIComponent(key)}?X-Amz-Expires=${expiresInSeconds}&X-Amz-Signature=${PRESIGN_CANARY}`;
  }
}

/** In every link a MemoryBucket presigns: where it turns up, a link has leaked. */
export const PRESIGN_CANARY = 'canary5ecret5ignature0123456789abcdefcanary';

const bytesOf = async (body: PutInput['body']): Promise<Uint8Array> =>
  body instanceof Uint8Array ? body : new Uint8Array(await new Response(body).arrayBuffer());

/** FNV-1a: an order that is none. */
const scramble = (key: string): Buffer => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return Buffer.concat([Buffer.from((hash >>> 0).toString(16).padStart(8, '0')), Buffer.from(key)]);
};

const RANKS = {
  ordered: (key: string): Buffer => Buffer.from(key),
  deaf: (key: string): Buffer => Buffer.from(key),
  unordered: scramble,
  collated: (key: string): Buffer => Buffer.from(`${key.toLowerCase()}\u0000${key}`),
};

const firstAfter = (inOrder: readonly { readonly rank: Buffer }[], rank: Buffer): number => {
  let [low, high] = [0, inOrder.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(inOrder[middle]?.rank ?? rank, rank) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
};
