/** What one batch of a replay did. */
export interface ReplayBatch {
  readonly replayId: string;
  readonly integrationId: string;
  readonly tenantId: string;
  readonly examined: number;
  readonly replayed: number;
  /** Left alone because a newer version of the key has come. */
  readonly superseded: number;
  readonly isEnded: boolean;
}

/** Replays as the sweep runs them. */
export interface ReplayLedger {
  /**
   * Runs one batch of the replay that has waited longest, in one transaction. Looks at `scan` objects at most, takes up
   * `limit` of them; an integration with `maxWaiting` objects waiting already is passed over. Null: nothing to do.
   */
  runBatch(input: { limit: number; scan: number; maxWaiting: number }): Promise<ReplayBatch | null>;
}
