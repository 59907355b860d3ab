import type { Books } from '../backend/backend.ts';
import type { SimBucket } from '../bucket/sim-bucket.ts';
import type { IntegrationPlan, Plan } from '../plan/plan.ts';
import type { History } from '../world/history.ts';

/** A promise that was not kept. */
export interface Breach {
  readonly promise:
    | 'nothing is lost'
    | 'nothing is charged twice'
    | 'nothing is done twice'
    | 'the latest version wins'
    | 'the first version stays'
    | 'results are what they say'
    | 'nothing of the customer is overwritten'
    | 'results are never taken in'
    | 'the books balance'
    | 'one worker at a time'
    | 'everything comes to rest';
  readonly detail: string;
}

export interface IntegrationEvidence {
  readonly bucket: SimBucket;
  readonly wish: IntegrationPlan;
  /** Milliseconds since the epoch. */
  readonly startFrom: number;
  readonly books: Books;
}

/** All a checker knows: what the buckets held when, what was charged and written back, and the books. */
export interface Evidence {
  readonly plan: Plan;
  readonly history: History;
  readonly isAtRest: boolean;
  readonly priceMicros: number;
  readonly integrations: readonly IntegrationEvidence[];
}
