import {
  type BegunDryRun,
  type DryRunContext,
  type DryRunLedger,
  type DryRunProgress,
  type IntegrationConfig,
  runDryRun,
} from '@sluice/core';
import type { DryRunMessage } from '@sluice/shared';
import { SluiceError } from '@sluice/shared';
import {
  type FaultPlan,
  MemoryBucket,
  type MemoryBucketOptions,
  MemoryDatabase,
  MemoryLog,
  VirtualClock,
  withFaults,
} from '@sluice/testkit/memory';

export interface DryRunWorldOptions extends MemoryBucketOptions {
  readonly integration?: Partial<IntegrationConfig>;
  readonly rules?: BegunDryRun['rules'];
  readonly startFrom?: string | null;
  readonly pageSizes?: BegunDryRun['pageSizes'];
  readonly settings?: Partial<DryRunContext['settings']>;
}

/** A bucket and one dry run of it, in memory. What the ledger stores goes through JSON, as it does through the database. */
export class DryRunWorld {
  readonly clock = new VirtualClock();
  readonly database = new MemoryDatabase(this.clock);
  readonly bucket: MemoryBucket;
  readonly integration: IntegrationConfig;
  readonly sent: DryRunMessage[] = [];
  bucketFaults: FaultPlan = () => null;
  ledgerFaults: FaultPlan = () => null;
  saved: DryRunProgress | null = null;
  failure: { code: string; detail: string; delaySeconds: number | null } | null = null;
  saves = 0;
  isCancelled = false;
  readonly #options: DryRunWorldOptions;
  #leaseId: string | null = null;
  #attempts = 0;

  constructor(options: DryRunWorldOptions = {}) {
    this.#options = options;
    this.bucket = new MemoryBucket({ now: () => this.clock.now(), ...options });
    this.integration = this.database.addIntegration(options.integration);
  }

  get isEnded(): boolean {
    return this.isCancelled || this.saved?.outcome === 'completed' || this.failure?.delaySeconds === null;
  }

  /** One step. A crash is thrown. */
  async step(): Promise<Awaited<ReturnType<typeof runDryRun>>> {
    return runDryRun(
      {
        ledger: withFaults(this.#ledger(), (call) => this.ledgerFaults(call)),
        queue: {
          sendBatch: async (messages) => {
            this.sent.push(...messages);
          },
        },
        openBucket: async () => withFaults(this.bucket, (call) => this.bucketFaults(call)),
        clock: this.clock,
        log: new MemoryLog(),
        settings: {
          leaseSeconds: 180,
          visibilitySeconds: 900,
          pollIntervalSeconds: 120,
          pagesPerSave: 2,
          budgetPages: 5,
          budgetMs: 60_000,
          ...this.#options.settings,
        },
      },
      { version: 1, dryRunId: 'a-dry-run' },
    );
  }

  /** Steps until it has ended, as the sweep would make it; crashes are overcome. */
  async run(maxSteps = 2_000): Promise<DryRunProgress> {
    for (let turn = 0; turn < maxSteps && !this.isEnded; turn += 1) {
      // The lease of who crashed has run out.
      this.#leaseId = null;
      await this.step().catch(() => undefined);
    }
    if (this.saved === null || !this.isEnded) throw new Error('the dry run has not ended');
    return this.saved;
  }

  #ledger(): DryRunLedger {
    const hold = (leaseId: string): boolean => !this.isEnded && this.#leaseId === leaseId;
    return {
      start: async () => 'a-dry-run',
      claimDue: async () => [],
      begin: async () => {
        if (this.isEnded || this.#leaseId !== null) return null;
        this.#leaseId = crypto.randomUUID();
        return {
          leaseId: this.#leaseId,
          dryRunId: 'a-dry-run',
          startFrom: this.#options.startFrom ?? null,
          cursor: this.saved?.cursor ?? null,
          tally: this.saved?.tally ?? null,
          attempts: this.#attempts,
          listCalls: this.saved?.listCalls ?? 0,
          rules: this.#options.rules ?? [],
          pageSizes: this.#options.pageSizes ?? null,
          integration: this.integration,
          sealed: {},
        };
      },
      save: async ({ leaseId }, progress) => {
        if (!hold(leaseId)) throw new SluiceError('conflict');
        this.saved = JSON.parse(JSON.stringify(progress)) as DryRunProgress;
        this.saves += 1;
        this.#attempts = 0;
        if (progress.outcome !== 'continues') this.#leaseId = null;
      },
      fail: async ({ leaseId }, failure) => {
        if (!hold(leaseId)) return null;
        this.failure = failure;
        this.#attempts += 1;
        this.#leaseId = null;
        return failure.delaySeconds === null ? 'failed' : 'running';
      },
    };
  }
}
