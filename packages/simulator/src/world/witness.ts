import type { BegunPoll, ObjectLedger, ObjectToProcess, ObjectToWrite, PollLedger } from '@sluice/core';
import type { Kernel } from '../time/kernel.ts';
import type { Believed, History, Leased } from './history.ts';

/** What the ledgers do with leases, written down where it happens: whatever becomes of their answers. */
export class Witness {
  readonly #kernel: Kernel;
  readonly #history: History;
  /** Whose objects they are. */
  readonly #owners = new Map<string, string>();

  constructor(kernel: Kernel, history: History) {
    this.#kernel = kernel;
    this.#history = history;
  }

  objects(ledger: ObjectLedger): ObjectLedger {
    const give = (
      objects: readonly (ObjectToProcess | ObjectToWrite)[],
      stage: Leased['stage'],
      leaseSeconds: number,
    ): void => {
      for (const { objectId, integrationId, leaseId, key, jobId } of objects) {
        this.#owners.set(objectId, integrationId);
        this.#leased(objectId, { integrationId, leaseId, stage, key, jobId }, leaseSeconds);
      }
    };
    return {
      claimDueObjects: async (input) => {
        const due = await ledger.claimDueObjects(input);
        for (const { objectId } of due) this.#reclaimed(objectId);
        return due;
      },
      beginProcessing: async (ids, leaseSeconds) => {
        const begun = await ledger.beginProcessing(ids, leaseSeconds);
        give(begun.objects, 'process', leaseSeconds);
        return begun;
      },
      reportProgress: (...told) => ledger.reportProgress(...told),
      completeProcessing: async (lease, result, visibilitySeconds) => {
        const isOurs = await ledger.completeProcessing(lease, result, visibilitySeconds);
        if (isOurs) this.#believed(lease.objectId, lease.leaseId, 'staged');
        return isOurs;
      },
      beginWriteback: async (ids, leaseSeconds) => {
        const begun = await ledger.beginWriteback(ids, leaseSeconds);
        give(begun.objects, 'write', leaseSeconds);
        return begun;
      },
      completeWriteback: async (lease, outputs) => {
        const isOurs = await ledger.completeWriteback(lease, outputs);
        if (isOurs) this.#believed(lease.objectId, lease.leaseId, 'written_back');
        return isOurs;
      },
      settleAttempt: async (lease, attempt) => {
        const state = await ledger.settleAttempt(lease, attempt);
        const isLost = state === 'found' && attempt.reason === 'output_missing';
        if (state !== null) this.#believed(lease.objectId, lease.leaseId, isLost ? 'lost' : state);
        return state;
      },
    };
  }

  polls(ledger: PollLedger): PollLedger {
    const lists = (integrationId: string, leaseId: string, leaseSeconds: number): void => {
      this.#owners.set(integrationId, integrationId);
      const lease = { integrationId, leaseId, stage: 'list' as const, key: null, jobId: null };
      this.#leased(integrationId, lease, leaseSeconds);
    };
    return {
      claimDuePolls: async (limit, leaseSeconds) => {
        const due = await ledger.claimDuePolls(limit, leaseSeconds);
        for (const { integrationId, leaseId } of due) lists(integrationId, leaseId, leaseSeconds);
        return due;
      },
      beginPoll: async (integrationId, leaseId, leaseSeconds) => {
        const begun: BegunPoll | null = await ledger.beginPoll(integrationId, leaseId, leaseSeconds);
        if (begun === null) return null;
        this.#believed(integrationId, leaseId, null);
        lists(integrationId, begun.leaseId, leaseSeconds);
        return begun;
      },
      recordObjects: async (lease, observedAt, objects) => {
        const recorded = await ledger.recordObjects(lease, observedAt, objects);
        this.#believed(lease.integrationId, lease.leaseId, null, false);
        return recorded;
      },
      savePollProgress: async (lease, changes) => {
        await ledger.savePollProgress(lease, changes);
        this.#believed(lease.integrationId, lease.leaseId, null, false);
      },
      completePoll: async (integrationId, leaseId, result) => {
        await ledger.completePoll(integrationId, leaseId, result);
        this.#believed(integrationId, leaseId, null);
      },
      failPoll: async (integrationId, leaseId, failure) => {
        await ledger.failPoll(integrationId, leaseId, failure);
        this.#believed(integrationId, leaseId, null);
      },
    };
  }

  #leased(work: string, lease: Omit<Leased, 'kind' | 'at' | 'work' | 'until'>, leaseSeconds: number): void {
    const at = this.#kernel.now();
    this.#history.add({ kind: 'leased', at, work, until: at + leaseSeconds * 1000, ...lease });
  }

  #believed(work: string, leaseId: string, outcome: Believed['outcome'], isEnd = true): void {
    const integrationId = this.#owners.get(work) ?? '';
    const at = this.#kernel.now();
    this.#history.add({ kind: 'believed', at, integrationId, work, leaseId, isEnd, outcome });
  }

  #reclaimed(work: string): void {
    const integrationId = this.#owners.get(work) ?? '';
    this.#history.add({ kind: 'reclaimed', at: this.#kernel.now(), integrationId, work });
  }
}
