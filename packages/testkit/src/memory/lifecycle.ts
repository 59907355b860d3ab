import type { ReplayLedger, RollBackCredentials, SealedRecord } from '@sluice/core';
import type { ObjectState } from '@sluice/shared';
import type { MemoryDatabase } from './database.ts';
import { MemoryReplays } from './replays.ts';

const MICROS = 1_000_000;

/** What somebody may have mended outside (`private.revive_objects`). */
const MENDABLE: ReadonlySet<string> = new Set([
  'object_archived',
  'output_taken',
  'unsupported_by_provider',
  'object_too_large',
  'quota_exceeded',
]);

/** What people do to integrations, and what is left of it for the engine. */
export class MemoryLifecycle {
  readonly #database: MemoryDatabase;
  readonly #replays: MemoryReplays;
  readonly replays: ReplayLedger;

  constructor(database: MemoryDatabase) {
    this.#database = database;
    this.#replays = new MemoryReplays(database);
    this.replays = this.#replays;
  }

  /** As `update_s3_integration` does: taken up again, it is listed at once. */
  setStatus(integrationId: string, status: 'active' | 'paused'): void {
    const integration = this.#database.integration(integrationId);
    if (integration.config.status === status) return;
    integration.config.status = status;
    integration.revision += 1;
    if (status === 'paused') return;
    const now = this.#database.now();
    Object.assign(integration.poll, { nextPollAt: now, leaseId: null, leaseExpiresAt: null });
    if (integration.events.detectionMode !== 'event') return;
    integration.poll.isListingRequested = true;
    Object.assign(integration.events, { eventModeSince: now, sweepIntervalSeconds: null });
  }

  setDetectionMode(integrationId: string, mode: 'poll' | 'event'): void {
    const { events, poll } = this.#database.integration(integrationId);
    const now = this.#database.now();
    if (events.detectionMode === mode) return;
    this.#database.integration(integrationId).revision += 1;
    events.detectionMode = mode;
    if (mode === 'event') Object.assign(events, { eventModeSince: now, sweepIntervalSeconds: null });
    Object.assign(poll, { nextPollAt: Math.min(poll.nextPollAt, now), isListingRequested: true });
  }

  /** Credentials of a version, with those before to fall back to for a while. */
  rotate(integrationId: string, credentials: SealedRecord, keepSeconds: number): void {
    const integration = this.#database.integration(integrationId);
    const { credentials: before } = integration.sealed;
    integration.sealed = {
      credentials,
      ...(before === undefined ? {} : { previousCredentials: before }),
    };
    integration.overlapUntil = this.#database.now() + keepSeconds * MICROS;
    integration.revision += 1;
    this.#connectionWorks(integrationId);
  }

  /** As `record_s3_connection_test` of one that passed: what waited for it waits no longer. */
  #connectionWorks(integrationId: string): void {
    const { poll, config, circuits } = this.#database.integration(integrationId);
    circuits.clear();
    const now = this.#database.now();
    Object.assign(poll, { nextPollAt: Math.min(poll.nextPollAt, now), consecutiveFailures: 0 });
    for (const row of this.#database.rowsOf(integrationId)) {
      const isPending = row.state === 'found' || row.state === 'staged';
      if (isPending && row.leaseId === null && row.reason !== null && (row.dueAt ?? 0) > now) row.dueAt = now;
      const isStopped = row.state === 'dead' || (row.state === 'failed' && MENDABLE.has(row.reason ?? ''));
      if (!isStopped || !row.isCurrent || !row.key.startsWith(config.inputPrefix)) continue;
      Object.assign(row, {
        state: 'found',
        attempts: 0,
        obstacleOwner: null,
        dueAt: now,
        stagedOutputs: null,
        stateChangedAt: now,
        ...(this.#database.credits.has(row.jobId) && { jobId: this.#database.newId(), lostResults: 0 }),
      });
    }
  }

  readonly rollBack: RollBackCredentials = async (integrationId, version) => {
    const integration = this.#database.integration(integrationId);
    const { credentials, previousCredentials } = integration.sealed;
    if (previousCredentials === undefined || credentials?.version !== version) return false;
    integration.sealed = { credentials: previousCredentials };
    integration.overlapUntil = null;
    integration.revision += 1;
    integration.poll.nextPollAt = Math.min(integration.poll.nextPollAt, this.#database.now());
    return true;
  };

  /** Ends overlaps that are over. */
  async sweep(): Promise<number> {
    let ended = 0;
    const now = this.#database.now();
    for (const integration of this.#database.integrations.values()) {
      if (integration.overlapUntil === null || integration.overlapUntil > now) continue;
      const { credentials } = integration.sealed;
      integration.sealed = credentials === undefined ? {} : { credentials };
      integration.overlapUntil = null;
      ended += 1;
    }
    return ended;
  }

  /** Asks for what has settled in these states to be taken up again. Returns how many it chose. */
  replay(integrationId: string, states: readonly ObjectState[]): number {
    return this.#replays.begin(integrationId, states);
  }
}
