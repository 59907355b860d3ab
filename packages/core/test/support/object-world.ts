import type { ProcessContext, Processor, WritebackContext } from '@sluice/core';
import { processObjects, writeBackObjects } from '@sluice/core';
import type { ObjectMessage, ProcessJob, ProcessResult } from '@sluice/shared';
import {
  type FaultPlan,
  MemoryBucket,
  MemoryDatabase,
  MemoryLog,
  MemoryQueue,
  MemoryStaging,
  memoryObjectLedger,
  memoryPollLedger,
  VirtualClock,
  withFaults,
} from '@sluice/testkit/memory';
import { expect } from 'vitest';
import { toLedgerObject } from '../../src/finding/ledger-object.ts';

const SHA256 = 'ab'.repeat(32);

/** Objects of one integration on their way from found to written back, in memory, with faults at every port. */
export class ObjectWorld {
  readonly clock = new VirtualClock();
  readonly database = new MemoryDatabase(this.clock);
  readonly bucket = new MemoryBucket({ now: () => this.clock.now() });
  readonly staging = new MemoryStaging();
  readonly log = new MemoryLog();
  readonly processQueue = new MemoryQueue<ObjectMessage>();
  readonly writebackQueue = new MemoryQueue<ObjectMessage>();
  readonly integrationId = this.database.addIntegration({ inputPrefix: 'in/' }).id;
  readonly plainLedger = memoryObjectLedger(this.database);
  readonly jobs: ProcessJob[] = [];
  /** Calls that ended a lease: the objects, and the leases. */
  readonly endings: string[] = [];
  readonly endedLeases: string[] = [];
  faults: FaultPlan = () => null;
  /** What the processor does instead of its work. */
  misbehaviour: ((...asked: Parameters<Processor>) => Promise<unknown>) | null = null;

  /** Puts objects into the bucket and the ledger, as a poll would. */
  async find(...keys: string[]): Promise<void> {
    for (const key of keys) this.bucket.set(key, `etag of ${key.slice(-40)}`, 1000);
    await this.record();
  }

  /** Records the bucket as it is now. */
  async record(): Promise<void> {
    const { poll } = this.database.integration(this.integrationId);
    poll.leaseId = 'of the poll';
    const objects = this.bucket.objects
      .filter((object) => object.key.startsWith('in/'))
      .map((object) => toLedgerObject(object, 'accessible/'));
    await memoryPollLedger(this.database).recordObjects(
      { integrationId: this.integrationId, leaseId: 'of the poll', leaseSeconds: 60 },
      String(this.database.now()),
      objects,
    );
  }

  /** Claims what is due, as the sweep does; the ids by where they go. */
  async claimAll(): Promise<{ process: string[]; writeback: string[] }> {
    const due = await this.plainLedger.claimDueObjects({
      limit: 1000,
      perIntegration: 1000,
      inFlightPerTenant: 1000,
      visibilitySeconds: 900,
      maxAttempts: 10,
    });
    const of = (target: string) => due.filter((one) => one.target === target).map((one) => one.objectId);
    return { process: of('process'), writeback: of('writeback') };
  }

  async claim(target: 'process' | 'writeback' = 'process'): Promise<string[]> {
    return (await this.claimAll())[target];
  }

  readonly processor: Processor = async (job, onProgress) => {
    this.jobs.push(job);
    if (this.misbehaviour !== null) return (await this.misbehaviour(job, onProgress)) as ProcessResult;
    return this.work(job);
  };

  /** What a good processor does. */
  work(job: ProcessJob): ProcessResult {
    const outputs = (['pdf', 'html'] as const).map((kind) => {
      const stagingKey = `${job.stagingPrefix}${kind}`;
      const bytes = new TextEncoder().encode(`${kind} of ${job.source.fileName}`);
      this.staging.contents.set(stagingKey, bytes);
      return {
        kind,
        stagingKey,
        sizeBytes: bytes.length,
        sha256: SHA256,
        contentType: kind === 'pdf' ? 'application/pdf' : 'text/html',
      };
    });
    const report = { processor: 'test', title: 'T', language: 'en', characters: 1, notices: [] };
    return { outcome: 'done', outputs, pages: 3, report };
  }

  #ended({ objectId, leaseId }: { objectId: string; leaseId: string }): void {
    this.endings.push(objectId);
    this.endedLeases.push(leaseId);
  }

  /** The ledger, noting who ends which lease. */
  #ledger() {
    const { plainLedger: plain } = this;
    return withFaults(
      {
        ...plain,
        completeProcessing: async (...args: Parameters<typeof plain.completeProcessing>) => {
          const isOurs = await plain.completeProcessing(...args);
          if (isOurs) this.#ended(args[0]);
          return isOurs;
        },
        completeWriteback: async (...args: Parameters<typeof plain.completeWriteback>) => {
          const isOurs = await plain.completeWriteback(...args);
          if (isOurs) this.#ended(args[0]);
          return isOurs;
        },
        settleAttempt: async (...args: Parameters<typeof plain.settleAttempt>) => {
          const state = await plain.settleAttempt(...args);
          if (state !== null) this.#ended(args[0]);
          return state;
        },
      },
      (call) => this.faults(call),
    );
  }

  readonly #openBucket = async () => withFaults(this.bucket, (call) => this.faults(call));

  async process(ids: readonly string[], settings: Partial<ProcessContext['settings']> = {}): Promise<void> {
    const opener = withFaults({ open: this.#openBucket }, (call) => this.faults(call));
    const context: ProcessContext = {
      ledger: this.#ledger(),
      openBucket: () => opener.open(),
      rollBack: async () => false,
      processor: this.processor,
      writebackQueue: withFaults(this.writebackQueue, (call) => this.faults(call)),
      log: this.log,
      random: () => 0.5,
      wait: this.clock.wait,
      settings: {
        leaseSeconds: 1200,
        visibilitySeconds: 900,
        concurrency: 2,
        linkSeconds: 900,
        limitSeconds: 900,
        ...settings,
      },
    };
    await processObjects(context, ids);
  }

  async writeBack(ids: readonly string[]): Promise<void> {
    const opener = withFaults({ open: this.#openBucket }, (call) => this.faults(call));
    const context: WritebackContext = {
      ledger: this.#ledger(),
      openBucket: () => opener.open(),
      rollBack: async () => false,
      staging: withFaults(this.staging, (call) => this.faults(call)),
      log: this.log,
      random: () => 0.5,
      settings: { leaseSeconds: 1200, concurrency: 2 },
    };
    await writeBackObjects(context, ids);
  }

  /** Everything from found to the end, again and again, until nothing is due within a week. */
  async drain(): Promise<void> {
    for (let round = 0; round < 300; round += 1) {
      await this.step();
      const pending = this.rows().filter((row) => row.dueAt !== null);
      if (pending.length === 0) return;
      this.clock.advance(600_000);
    }
    throw new Error('The backlog never drains.');
  }

  /** One sweep, and what comes of it. */
  async step(): Promise<void> {
    const due = await this.claimAll();
    await this.process(due.process).catch(() => undefined);
    const sent = this.writebackQueue.take().map((message) => message.objectId);
    await this.writeBack([...due.writeback, ...sent]).catch(() => undefined);
  }

  rows() {
    return this.database.rowsOf(this.integrationId);
  }

  row(key: string) {
    const found = this.rows().find((one) => one.key === key && one.isCurrent);
    if (found === undefined) throw new Error(`The ledger has no ${key}.`);
    return found;
  }

  states(): Record<string, string> {
    return Object.fromEntries(this.rows().map((row) => [row.key, row.reason ?? row.state]));
  }

  /** Everything somebody could read later: log, ledger, queues. */
  everythingWritten(): string {
    return [
      this.log.text(),
      JSON.stringify(this.rows()),
      JSON.stringify([...this.database.costs]),
      JSON.stringify(this.processQueue.batches),
      JSON.stringify(this.writebackQueue.batches),
    ].join('\n');
  }

  expectSound(): void {
    expect(this.database.violations()).toEqual([]);
    expect(this.staging.openStreams).toBe(0);
  }
}

/** A world in which documents were processed and wait to be written back, and their ids. */
export const staged = async (...keys: string[]): Promise<{ world: ObjectWorld; ids: string[] }> => {
  const world = new ObjectWorld();
  await world.find(...keys);
  await world.process(await world.claim());
  world.endings.length = 0;
  return { world, ids: world.writebackQueue.take().map((message) => message.objectId) };
};

export const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);

/** Objects of these keys that were found, and claimed to be processed. */
export const claimedWorld = async (...keys: string[]): Promise<{ world: ObjectWorld; ids: string[] }> => {
  const made = new ObjectWorld();
  await made.find(...keys);
  return { world: made, ids: await made.claim() };
};
