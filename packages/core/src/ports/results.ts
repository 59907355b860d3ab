import type { ResultKind } from '@sluice/shared';
import type { IntegrationWithSecrets } from './ledger.ts';

/** Where a result lies, and what opens the bucket it lies in. */
export interface StoredResult extends IntegrationWithSecrets {
  readonly key: string;
}

/** Results of objects. Acts for a user, who has to be a member of the tenant. */
export interface ResultStore {
  /** Throws `not_found`, `result_not_written`. */
  getResult(
    actorId: string,
    integrationId: string,
    objectId: string,
    kind: ResultKind,
  ): Promise<StoredResult>;
}
