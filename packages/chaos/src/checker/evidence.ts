import type { ProcessorRun } from '../faults/fault.ts';
import type { Listed, Read } from '../world/buckets.ts';
import type { Memory } from '../world/customer.ts';
import type { Wish } from '../world/wishes.ts';

/** A promise that was not kept. */
export interface Breach {
  readonly promise:
    | 'nothing is lost'
    | 'the latest version wins'
    | 'nothing is charged twice'
    | 'every result is charged'
    | 'nothing of ours is taken in'
    | 'nothing of the customer is touched'
    | 'results are what they say'
    | 'the books balance'
    | 'the backlog is drained'
    | 'secrets stay secret';
  readonly detail: string;
}

/** A row of the ledger, read from its table. */
export interface Row {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly isCurrent: boolean;
  readonly state: string;
  readonly reason: string | null;
  readonly jobId: string;
}

export interface Charge {
  readonly jobId: string;
  readonly pages: number;
}

/** The sums as the API tells them. */
interface Ledger {
  readonly found: number;
  readonly pending: number;
  readonly writtenBack: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
}

/** All that is known of one customer when everything is over. */
export interface Evidence {
  readonly wish: Wish;
  readonly memory: Pick<Memory, 'versions' | 'live' | 'replays'>;
  /** The bucket as its customer sees it. */
  readonly listed: ReadonlyMap<string, Listed>;
  /** What lies below the output prefix. */
  readonly outputs: ReadonlyMap<string, Read>;
  readonly rows: readonly Row[];
  readonly charges: readonly Charge[];
  readonly ledger: Ledger;
  /** Of all customers, as the processor saw them: charges and results name jobs. */
  readonly runs: ReadonlyMap<string, ProcessorRun>;
}
