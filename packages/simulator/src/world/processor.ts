import type { Staging } from '@sluice/core';
import type { ProcessJob, ProcessResult } from '@sluice/shared';
import type { SimBucket } from '../bucket/sim-bucket.ts';
import type { Kernel } from '../time/kernel.ts';
import type { SeededRandom } from '../time/random.ts';
import type { History } from './history.ts';
import type { Weather } from './weather.ts';

const KINDS = ['pdf', 'html'] as const;

/** What a result of a version looks like: the history can tell what was made of what. */
export const outputText = (kind: (typeof KINDS)[number], etag: string): string => `${kind} of ${etag}`;

/** Pages of a version. */
const pagesOf = (sizeBytes: number): number => 1 + (sizeBytes % 9);

/** The working bucket. */
export class SimStaging implements Staging {
  readonly #contents = new Map<string, Uint8Array>();

  async get(stagingKey: string): ReturnType<Staging['get']> {
    const bytes = this.#contents.get(stagingKey);
    if (bytes === undefined) return null;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          controller.enqueue(bytes);
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return { body, sizeBytes: bytes.byteLength };
  }

  async delete(stagingKeys: readonly string[]): Promise<void> {
    for (const key of stagingKeys) this.#contents.delete(key);
  }

  put(stagingKey: string, text: string): number {
    const bytes = new TextEncoder().encode(text);
    this.#contents.set(stagingKey, bytes);
    return bytes.byteLength;
  }

  /** Something goes that was not to go. */
  loseOne(random: SeededRandom): void {
    const keys = [...this.#contents.keys()];
    if (keys.length > 0) this.#contents.delete(random.pick(keys));
  }
}

/** A processor with a process of its own: whoever asked it may be gone when it is done. */
export class SimProcessor {
  readonly #kernel: Kernel;
  readonly #weather: Weather;
  readonly #random: SeededRandom;
  readonly #history: History;
  readonly #staging: SimStaging;
  readonly #buckets: ReadonlyMap<string, SimBucket>;

  constructor(
    kernel: Kernel,
    weather: Weather,
    random: SeededRandom,
    history: History,
    staging: SimStaging,
    buckets: ReadonlyMap<string, SimBucket>,
  ) {
    this.#kernel = kernel;
    this.#weather = weather;
    this.#random = random;
    this.#history = history;
    this.#staging = staging;
    this.#buckets = buckets;
  }

  async run(job: ProcessJob): Promise<ProcessResult> {
    const { kernel, random } = { kernel: this.#kernel, random: this.#random };
    const link = new URL(job.source.url);
    const bucket = this.#buckets.get(link.pathname.slice(1));
    const key = link.searchParams.get('key') ?? '';
    await kernel.sleep(200 * random.next());
    if (bucket === undefined || kernel.now() > Number(link.searchParams.get('expires')))
      return { outcome: 'source_failed', status: 403, providerCode: 'AccessDenied' };
    if (!bucket.accepted.has(Number(link.searchParams.get('version'))))
      return { outcome: 'source_failed', status: 403, providerCode: 'InvalidAccessKeyId' };
    const stored = bucket.objects.get(key);
    if (stored === undefined) return { outcome: 'source_failed', status: 404, providerCode: 'NoSuchKey' };
    const { etag, sizeBytes } = stored.summary;
    if (etag !== job.source.etag) return { outcome: 'source_failed', status: 412, providerCode: null };
    if (stored.isCorrupt) return { outcome: 'refused', code: 'pdf_corrupt', detail: 'It has no pages.' };

    // A large document takes its time; and now and then a run never ends.
    const longestMs = random.chance(0.1) ? 200_000 : 20_000;
    await kernel.sleep(this.#weather.ownFault(0.01) ? 3_600_000 : longestMs * random.next() ** 3);
    const pages = pagesOf(sizeBytes);
    const outputs = KINDS.map((kind) => {
      const stagingKey = `${job.stagingPrefix}${kind}`;
      return {
        kind,
        stagingKey,
        sizeBytes: this.#staging.put(stagingKey, outputText(kind, etag)),
        sha256: 'ab'.repeat(32),
        contentType: kind === 'pdf' ? 'application/pdf' : 'text/html',
      };
    });
    this.#history.add({
      kind: 'processed',
      at: kernel.now(),
      integrationId: bucket.integrationId,
      jobId: job.jobId,
      key,
      etag,
      pages,
      isOurs: 'sluice-job-id' in stored.metadata,
    });
    const report = { processor: 'simulator', title: '', language: 'en', characters: 1, notices: [] };
    return { outcome: 'done', outputs, pages, report };
  }
}
