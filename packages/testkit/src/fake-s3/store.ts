import { createHash } from 'node:crypto';
import { escapeXml } from './answer.ts';

export interface StoredObject {
  readonly key: string;
  /** Null for synthetic objects: they can be listed, not read. */
  readonly body: Buffer | null;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModified: string;
  /** Content-Type, Cache-Control, x-amz-meta-*, …: sent back as they came. */
  readonly headers: Readonly<Record<string, string>>;
}

/** AWS's way: a space is `+`, a slash stays. */
export const urlEncodeAws = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');

const render = (object: StoredObject): string =>
  `<Contents><Key>${escapeXml(urlEncodeAws(object.key))}</Key><LastModified>${object.lastModified}</LastModified>` +
  `<ETag>&quot;${object.etag}&quot;</ETag><Size>${object.sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`;

const md5 = (data: Buffer | string): string => createHash('md5').update(data).digest('hex');

/** One bucket in memory, its listing kept sorted (UTF-8 byte order) and rendered. */
export class FakeBucket {
  readonly #objects = new Map<string, StoredObject>();
  #sorted: string[] | null = null;
  #rendered: string[] | null = null;
  readonly #pages = new Map<string, Buffer>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  put(
    key: string,
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    nowMs: number,
    etag = md5(body),
  ): StoredObject {
    const lastModified = new Date(nowMs).toISOString();
    const object = { key, body, sizeBytes: body.byteLength, etag, lastModified, headers };
    this.#set(object);
    return object;
  }

  /** Many objects that can be listed but not read: 100,000 take no time and little memory. */
  addSynthetic(count: number, keyOf: (index: number) => string, sizeBytes = 12_345): void {
    for (let index = 0; index < count; index += 1) {
      const key = keyOf(index);
      this.#set({
        key,
        body: null,
        sizeBytes,
        etag: md5(key),
        lastModified: '2026-11-01T00:00:00.000Z',
        headers: {},
      });
    }
  }

  delete(key: string): boolean {
    this.#sorted = null;
    this.#pages.clear();
    return this.#objects.delete(key);
  }

  #set(object: StoredObject): void {
    this.#objects.set(object.key, object);
    this.#sorted = null;
    this.#pages.clear();
  }

  /** All keys in the order of S3. */
  keys(): readonly string[] {
    if (this.#sorted !== null) return this.#sorted;
    const ascii = [...this.#objects.keys()];
    // UTF-16 order is UTF-8 order as long as there are no surrogates, and much faster to sort by.
    if (ascii.some((key) => /[\ud800-\udfff]/.test(key))) {
      ascii.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    } else {
      ascii.sort((a, b) => (a < b ? -1 : 1));
    }
    this.#sorted = ascii;
    this.#rendered = null;
    return ascii;
  }

  /** Index of the first key greater than `after` (`orEqual`: not less). */
  indexAfter(after: string, orEqual = false): number {
    const keys = this.keys();
    const target = Buffer.from(after);
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = Buffer.compare(Buffer.from(keys[middle] ?? ''), target);
      if (order < 0 || (order === 0 && !orEqual)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** `<Contents>` elements of keys `from` to `to`; kept, so a bucket that does not change is rendered once. */
  renderRange(from: number, to: number): Buffer {
    const name = `${from}:${to}`;
    const known = this.#pages.get(name);
    if (known !== undefined) return known;
    const keys = this.keys();
    this.#rendered ??= keys.map((key) => {
      const object = this.#objects.get(key);
      return object === undefined ? '' : render(object);
    });
    const page = Buffer.from(this.#rendered.slice(from, to).join(''));
    this.#pages.set(name, page);
    return page;
  }

  renderKeys(keys: readonly string[]): string {
    return keys
      .map((key) => this.#objects.get(key))
      .map((object) => (object === undefined ? '' : render(object)))
      .join('');
  }
}
