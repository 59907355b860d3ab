import type { DryRunMessage, DryRunResult, OverwritePolicy } from '@sluice/shared';
import type { TallyState } from '../dry-run/tally.ts';
import type { Queue } from './engine.ts';
import type { IntegrationWithSecrets } from './ledger.ts';

/** What a folder rule means to a dry run. */
export interface DryRunRule {
  readonly id: string;
  readonly prefix: string;
  readonly overwritePolicy: OverwritePolicy | null;
  readonly outputSubfolder: string | null;
}

/** Of documents of the tenant that were processed before. */
export interface PageSizes {
  readonly documents: number;
  readonly bytes: number;
  readonly pages: number;
  /** Quartiles. */
  readonly lowBytesPerPage: number;
  readonly highBytesPerPage: number;
}

export interface BegunDryRun extends IntegrationWithSecrets {
  readonly leaseId: string;
  readonly dryRunId: string;
  readonly startFrom: string | null;
  /** The provider's token of the page to go on with; null at the beginning. */
  readonly cursor: string | null;
  readonly tally: TallyState | null;
  /** Steps in a row that came to an obstacle. */
  readonly attempts: number;
  readonly listCalls: number;
  readonly rules: readonly DryRunRule[];
  /** Null when nothing was processed yet. */
  readonly pageSizes: PageSizes | null;
}

export interface DryRunProgress {
  /** `yields` lets go of it, so that the next step may be anybody's. */
  readonly outcome: 'continues' | 'yields' | 'completed';
  readonly cursor: string | null;
  readonly tally: TallyState;
  readonly result: DryRunResult;
  readonly listedObjects: number;
  readonly listCalls: number;
  readonly isComplete: boolean;
}

/** Dry runs in the database: each method one transaction. */
export interface DryRunLedger {
  /** @returns its id. Throws `dry_run_running` when one is under way, `quota_reached` when too many of the tenant's are. */
  start(actorId: string, integrationId: string, startFrom: string | null): Promise<string>;
  claimDue(limit: number, visibilitySeconds: number): Promise<readonly string[]>;
  /** Null when there is nothing to do. */
  begin(dryRunId: string, leaseSeconds: number): Promise<BegunDryRun | null>;
  /** Throws `conflict` when the lease was lost. */
  save(
    lease: { readonly dryRunId: string; readonly leaseId: string; readonly leaseSeconds: number },
    progress: DryRunProgress,
  ): Promise<void>;
  /** `delaySeconds` null: for good. Null when the lease was lost. */
  fail(
    lease: { readonly dryRunId: string; readonly leaseId: string },
    failure: { readonly code: string; readonly detail: string; readonly delaySeconds: number | null },
  ): Promise<string | null>;
}

export type DryRunQueue = Queue<DryRunMessage>;
