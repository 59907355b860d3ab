import type { SluiceError } from '@sluice/shared';
import type { BucketWorkContext } from '../credentials/bucket-work.ts';
import type { Clock } from '../ports/engine.ts';
import type { PollLedger } from '../ports/ledger.ts';

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
  /** Default {@link OBJECTS_PER_SLICE}. Tests cut finer. */
  readonly objectsPerSlice?: number;
}

export interface PollContext extends BucketWorkContext {
  readonly ledger: PollLedger;
  readonly clock: Clock;
  readonly settings: PollSettings;
}

/** Whether a poll found anything that waits to be processed. What it recorded as skipped does not. */
export const hasFoundWork = (outcome: PollOutcome): boolean =>
  'inserted' in outcome && outcome.inserted + outcome.revived > outcome.skipped;

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
