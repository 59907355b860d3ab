import { type ErrorCode, SluiceError } from '@sluice/shared';
import { UnorderedListing } from './list-slice.ts';

/** What may be wrong with one page of a listing and right with the next. */
const CONFINED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'upstream_invalid',
  'upstream_timeout',
  'upstream_unavailable',
]);

/**
 * What went wrong in a run. A fault that may lie in one slice leaves the others to be listed, so that one bad page does
 * not hide the rest of a bucket; a few of those, or any other, stop the run.
 */
export class PollFailures {
  readonly #stop = new AbortController();
  readonly #limit: number;
  readonly #errors: unknown[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(error: unknown): void {
    // What others report once the run is stopped is only that.
    if (this.isStopped) return;
    this.#errors.push(error);
    if (!isConfined(error) || this.#errors.length >= this.#limit) this.#stop.abort();
  }

  get count(): number {
    return this.#errors.length;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Cancels requests under way. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get isLeaseLost(): boolean {
    return this.#errors.some((error) => error instanceof SluiceError && error.code === 'conflict');
  }

  /** The one to report: the one that stopped the run, else the first. */
  worst(): { readonly error: unknown } | null {
    if (this.#errors.length === 0) return null;
    return { error: this.#errors.find((error) => !isConfined(error)) ?? this.#errors[0] };
  }
}

const isConfined = (error: unknown): boolean =>
  !(error instanceof UnorderedListing) && error instanceof SluiceError && CONFINED.has(error.code);
