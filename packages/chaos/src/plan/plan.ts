/** What faults are put before. `postgrest` is met by the engine alone, `postgres` by everybody, by way of PostgREST. */
export type Target = 's3' | 'postgrest' | 'postgres' | 'processor' | 'staging';

export type FaultKind =
  | 'latency'
  /** Cut before anything was done. */
  | 'reset'
  /** Done, and cut before the answer. */
  | 'lost_answer'
  | 'error_500'
  /** 503, as S3 words it. */
  | 'slow_down'
  /** Nothing can be written any more: 507, and for the staging bucket the error its binding throws. */
  | 'disk_full'
  /** Done, and the answer cut in its middle. */
  | 'partial_body'
  /** Nothing is done and nothing said for a while, then cut. */
  | 'hang';

/** While it lasts, `rate` of what comes to the target meets one of the kinds. */
export interface Storm {
  readonly target: Target;
  readonly kinds: readonly FaultKind[];
  readonly rate: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What gets kill -9. Postgres restarts itself when it is one of its backends; Miniflare restarts the workerd of the buckets; of
 * everything else the stack dies, and is started again on its data. `gateway` is the process that holds the stack together.
 */
export type Victim =
  | 'postgres'
  | 'postgres_backend'
  | 'postgrest'
  | 'workersWorkerd'
  | 'workersHost'
  | 'bucketsWorkerd'
  | 'bucketsHost'
  | 'gateway';

export interface Kill {
  readonly atMs: number;
  readonly victim: Victim;
}

export type Content = 'pdf' | 'text' | 'corrupt' | 'empty';

/** What a customer does. `document` counts per customer; to put one that is there is to overwrite it. */
export type Act =
  | { readonly kind: 'put'; readonly document: number; readonly content: Content }
  | { readonly kind: 'delete'; readonly document: number }
  | { readonly kind: 'replay' | 'pause' | 'resume' };

export interface PlannedAct {
  readonly atMs: number;
  /** Which of the customers, from 0. */
  readonly customer: number;
  readonly act: Act;
}

/** Everything that is decided beforehand. Times are milliseconds from the beginning of the trouble. */
export interface Plan {
  readonly seed: number;
  readonly durationMs: number;
  readonly storms: readonly Storm[];
  readonly kills: readonly Kill[];
  readonly acts: readonly PlannedAct[];
}
