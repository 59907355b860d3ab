import type { SealedRecord } from '@sluice/core';
import {
  MemoryDatabase,
  MemoryLifecycle,
  memoryEventLedger,
  memoryObjectLedger,
  memoryPollLedger,
} from '@sluice/testkit/memory';
import type { Kernel } from '../time/kernel.ts';
import type { Backend } from './backend.ts';

export interface MemoryBackend extends Backend {
  readonly database: MemoryDatabase;
}

/** The ledger in memory; contract tests hold it to the real one. */
export const memoryBackend = (kernel: Kernel): MemoryBackend => {
  const database = new MemoryDatabase(kernel);
  const lifecycle = new MemoryLifecycle(database);
  const tenantId = database.newId();
  // A version that was rolled back does not come again.
  const versions = new Map<string, number>();
  // PostgreSQL would have refused it then and there; at the end it may be gone again.
  const refused = new Set<string>();
  const checked = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const answer: unknown = await Reflect.apply(value, of, args);
          for (const violation of database.violations()) refused.add(`after ${String(name)}: ${violation}`);
          return answer;
        };
      },
    });
  return {
    database,
    polls: checked(memoryPollLedger(database)),
    objects: checked(memoryObjectLedger(database)),
    events: checked(memoryEventLedger(database)),
    replays: lifecycle.replays,
    rollBack: lifecycle.rollBack,
    sweepSecrets: () => lifecycle.sweep(),

    addIntegration: async ({ detectionMode, startFrom, ...wish }) => {
      const { id } = database.addIntegration({
        ...wish,
        tenantId,
        bucket: 'bucket',
        startFrom: startFrom === null ? null : new Date(startFrom).toISOString(),
      });
      database.integration(id).sealed = { credentials: sealedAs(1) };
      lifecycle.setDetectionMode(id, detectionMode);
      return id;
    },
    setStatus: async (id, status) => lifecycle.setStatus(id, status),
    setDetectionMode: async (id, mode) => lifecycle.setDetectionMode(id, mode),
    rotate: async (id, keepSeconds) => {
      const version = (versions.get(id) ?? 1) + 1;
      versions.set(id, version);
      lifecycle.rotate(id, sealedAs(version), keepSeconds);
      return version;
    },
    credentialsVersion: async (id) => database.integration(id).sealed['credentials']?.version ?? 0,
    replay: async (id, states) => lifecycle.replay(id, states),

    books: async (id) => ({
      rows: database.rowsOf(id).map((row) => ({
        ...row,
        isDue: row.dueAt !== null,
        isLeased: row.leaseId !== null,
      })),
      charges: [...database.costs].map(([jobId, cost]) => ({
        jobId,
        ...cost,
        isCredited: database.credits.has(jobId),
      })),
      discrepancies: [...refused],
    }),
    nextDueAt: async () => {
      const times = [...database.integrations.values()]
        .filter(({ config }) => config.status === 'active')
        .map(({ poll }) => Math.max(poll.nextPollAt, poll.leaseExpiresAt ?? 0));
      for (const { dueAt } of database.objects.values()) if (dueAt !== null) times.push(dueAt);
      return times.length === 0 ? null : Math.min(...times) / 1000;
    },
  };
};

const sealedAs = (version: number): SealedRecord => ({
  version,
  formatVersion: 1,
  keyId: 'simulated',
  kmsKeyVersion: 1,
  dataKeyCiphertext: '\\x00',
  secretCiphertext: '\\x00',
});
