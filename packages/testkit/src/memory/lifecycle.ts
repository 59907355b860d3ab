import type { ReplayBatch, ReplayLedger, RollBackCredentials, SealedRecord } from '@sluice/core';
import type { ObjectState } from '@sluice/shared';
import type { MemoryDatabase, ObjectRow } from './database.ts';

const MICROS = 1_000_000;

/** What can never be taken up again (`private.is_replayable`). */
const NEVER: ReadonlySet<string> = new Set([
  'own_output',
  'folder_marker',
  'object_name_unusable',
  'upstream_invalid',
  'not_pdf',
  'empty_object',
  'oversize',
]);

/** What somebody may have mended outside (`private.revive_objects`). */
const MENDABLE: ReadonlySet<string> = new Set([
  'object_archived',
  'output_taken',
  'unsupported_by_provider',
  'object_too_large',
  'quota_exceeded',
]);

interface Replay {
  readonly id: string;
  readonly integrationId: string;
  readonly states: readonly ObjectState[];
  readonly asOf: number;
  remaining: string[];
}

/** What people do to integrations, and what is left of it for the engine. */
export class MemoryLifecycle {
  readonly #database: MemoryDatabase;
  readonly #replays: Replay[] = [];

  constructor(database: MemoryDatabase) {
    this.#database = database;
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
        jobId: this.#database.credits.has(row.jobId) ? this.#database.newId() : row.jobId,
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
    const asOf = this.#database.now();
    const chosen = this.#database
      .rowsOf(integrationId)
      .filter((row) => states.includes(row.state) && row.isCurrent && this.#isReplayable(row));
    if (chosen.length === 0) return 0;
    const remaining = chosen.toSorted((a, b) => b.foundAt - a.foundAt).map(({ id }) => id);
    this.#replays.push({ id: this.#database.newId(), integrationId, states, asOf, remaining });
    return chosen.length;
  }

  readonly replays: ReplayLedger = {
    runBatch: async ({ limit }): Promise<ReplayBatch | null> => {
      const replay = this.#replays.find(
        ({ integrationId, remaining }) =>
          remaining.length > 0 && this.#database.integration(integrationId).config.status === 'active',
      );
      if (replay === undefined) return null;
      const now = this.#database.now();
      const looked = replay.remaining.splice(0, limit);
      const rows = looked.flatMap((id) => this.#database.objects.get(id) ?? []);
      const taken = rows.filter(
        (row) =>
          replay.states.includes(row.state) &&
          row.stateChangedAt <= replay.asOf &&
          row.isCurrent &&
          this.#isReplayable(row),
      );
      for (const row of taken)
        Object.assign(row, {
          state: 'found',
          reason: null,
          detail: null,
          providerCode: null,
          attempts: 0,
          revision: row.revision + 1,
          jobId: this.#database.newId(),
          stagedOutputs: null,
          dueAt: now,
          stateChangedAt: now,
        });
      const { tenantId } = this.#database.integration(replay.integrationId).config;
      return {
        replayId: replay.id,
        integrationId: replay.integrationId,
        tenantId,
        examined: looked.length,
        replayed: taken.length,
        superseded: rows.filter((row) => !row.isCurrent).length,
        isEnded: replay.remaining.length === 0,
      };
    },
  };

  #isReplayable(row: ObjectRow): boolean {
    const { config } = this.#database.integration(row.integrationId);
    return (
      row.key.startsWith(config.inputPrefix) &&
      !row.key.startsWith(config.outputPrefix) &&
      !(row.state === 'skipped' && NEVER.has(row.reason ?? ''))
    );
  }
}
