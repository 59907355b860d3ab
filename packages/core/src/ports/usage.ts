import type { CallKind } from '@sluice/shared';

/** Requests of one kind made on the account of one integration. */
export interface CountedCalls {
  readonly integrationId: string;
  readonly kind: CallKind;
  readonly calls: number;
  /** Of those, how many were refused or not answered. */
  readonly failed: number;
}

/** Figures that the database does not count by itself. */
export interface UsageStore {
  recordCalls(calls: readonly CountedCalls[]): Promise<void>;
  /** Folds what was counted into days; returns how many small differences, at most `limit`. */
  foldUsage(limit: number): Promise<number>;
}
