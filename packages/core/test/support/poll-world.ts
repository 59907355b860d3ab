import { type PollOutcome, type PollSettings, pollIntegration } from '@sluice/core';
import {
  type FaultPlan,
  MemoryBucket,
  type MemoryBucketOptions,
  MemoryDatabase,
  MemoryLog,
  memoryPollLedger,
  VirtualClock,
  withFaults,
} from '@sluice/testkit/memory';
import { expect } from 'vitest';
import { toLedgerObject } from '../../src/finding/ledger-object.ts';

export interface PollWorldOptions extends MemoryBucketOptions {
  readonly settings?: Partial<PollSettings>;
  readonly inputPrefix?: string;
}

/** A bucket, an integration of it and a ledger, in memory; polls happen when told to. */
export class PollWorld {
  readonly clock = new VirtualClock();
  readonly database = new MemoryDatabase(this.clock);
  readonly log = new MemoryLog();
  readonly bucket: MemoryBucket;
  readonly integrationId: string;
  readonly settings: PollSettings;
  readonly ledgerCalls: { readonly method: string; readonly args: readonly unknown[] }[] = [];
  ledgerFaults: FaultPlan = () => null;
  bucketFaults: FaultPlan = () => null;
  /** What opening the bucket takes. */
  openMs = 0;

  constructor({ settings = {}, inputPrefix = '', ...bucket }: PollWorldOptions = {}) {
    this.bucket = new MemoryBucket({ now: () => this.clock.now(), ...bucket });
    this.integrationId = this.database.addIntegration({ inputPrefix }).id;
    this.settings = {
      leaseSeconds: 180,
      intervalSeconds: 120,
      maxIntervalSeconds: 1800,
      concurrency: 5,
      budgetMs: 600_000,
      budgetCalls: 8_000,
      objectsPerSlice: 8,
      ...settings,
    };
  }

  /** Claims and polls once. Null when nothing was due; a crash of the poll is thrown. */
  async poll(): Promise<PollOutcome | null> {
    const plain = memoryPollLedger(this.database);
    const [lease] = await plain.claimDuePolls(1, this.settings.leaseSeconds);
    if (lease === undefined) return null;
    const ledger = withFaults(plain, async (call) => {
      this.ledgerCalls.push(call);
      return this.ledgerFaults(call);
    });
    const bucket = withFaults(this.bucket, (call) => this.bucketFaults(call));
    return pollIntegration(
      {
        ledger,
        openBucket: async () => {
          this.clock.advance(this.openMs);
          return bucket;
        },
        rollBack: async () => false,
        clock: this.clock,
        log: this.log,
        settings: this.settings,
      },
      { version: 1, ...lease },
    );
  }

  /** Polls until a cycle is complete, waiting as long as the ledger says. */
  async pollToEnd(maxRuns = 200): Promise<void> {
    for (let run = 0; run < maxRuns; run += 1) {
      const outcome = await this.poll();
      if (outcome?.outcome === 'finished') return;
      this.wait();
    }
    throw new Error(`The cycle is not complete after ${maxRuns} runs.`);
  }

  /** Until the next poll is due, whatever became of the last. */
  wait(): void {
    const { poll } = this.database.integration(this.integrationId);
    const until = Math.max(poll.nextPollAt, poll.leaseExpiresAt ?? 0) / 1000;
    this.clock.advance(Math.max(0, until - this.clock.now()) + 1);
  }

  forgetCalls(): void {
    this.ledgerCalls.length = 0;
    this.bucket.listCalls.length = 0;
  }

  callsOf(method: string): number {
    return this.ledgerCalls.filter((call) => call.method === method).length;
  }

  /** The version that the ledger takes for the latest. */
  etagOf(key: string): string | undefined {
    return this.database.rowsOf(this.integrationId).find((row) => row.isCurrent && row.key === key)?.etag;
  }

  /** The ledger holds the version that lies in the bucket, of every object, as current. */
  expectNothingLost(): void {
    const { config } = this.database.integration(this.integrationId);
    const current = this.database
      .rowsOf(this.integrationId)
      .filter((row) => row.isCurrent)
      .map((row) => JSON.stringify([row.key, row.etag, row.sizeBytes]));
    const held = new Set(current);
    const missing = this.bucket.objects
      .filter((object) => object.key.startsWith(config.inputPrefix))
      .map((object) => toLedgerObject(object, config.outputPrefix))
      .map((object) => JSON.stringify([object.key, object.etag, object.sizeBytes]))
      .filter((object) => !held.has(object));
    expect(missing).toEqual([]);
    expect(this.database.violations()).toEqual([]);
  }
}
