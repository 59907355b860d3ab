import type { PollLedger, SliceChanges } from '@sluice/core';
import { SluiceError } from '@sluice/shared';
import { isText, type MemoryDatabase, type MemoryIntegration, refuseUnless } from './database.ts';
import { forgetDigest } from './forget-digest.ts';
import { recordObjects } from './record-objects.ts';

const MICROS = 1_000_000;
const MAX_SWEEP_SECONDS = 3600;

/** {@link PollLedger} as supabase/migrations/*_add_polling_verbs.sql has it. Each method is one transaction. */
export const memoryPollLedger = (database: MemoryDatabase): PollLedger => {
  const hold = (integrationId: string, leaseId: string, leaseSeconds: number): MemoryIntegration => {
    const integration = database.integrations.get(integrationId);
    if (integration?.poll.leaseId !== leaseId || integration.config.status !== 'active') {
      throw new SluiceError('conflict', { detail: 'The poll lease was lost.' });
    }
    const now = database.now();
    if ((integration.poll.leaseExpiresAt ?? 0) < now + (leaseSeconds * MICROS) / 2) {
      integration.poll.leaseExpiresAt = now + leaseSeconds * MICROS;
    }
    return integration;
  };

  const saveSlices = (
    { slices, poll, config, events }: MemoryIntegration,
    { upserts, removed }: SliceChanges,
  ): void => {
    for (const { startAfter, objectCount, digest } of upserts) {
      refuseUnless(isText(startAfter) && Buffer.byteLength(startAfter) < 2700, 'an anchor');
      refuseUnless(Number.isInteger(objectCount) && objectCount >= 0 && objectCount < 2 ** 31, 'a count');
      refuseUnless(digest === null || /^[0-9a-f]{32}$/.test(digest), 'a digest');
    }
    refuseUnless(
      new Set(upserts.map((slice) => slice.startAfter)).size === upserts.length,
      'to change a slice twice',
    );
    for (const startAfter of removed) slices.delete(startAfter);
    for (const { startAfter, objectCount, digest, isListed } of upserts) {
      slices.set(startAfter, { startAfter, objectCount, digest, cycle: poll.cycle - (isListed ? 0 : 1) });
    }
    // Put aside or given up since the cycle began: perhaps after it was listed, so its slice is compared again.
    for (const [key, at] of events.putAside) {
      if (poll.cycleStartedAt !== null && at < poll.cycleStartedAt) events.putAside.delete(key);
      else forgetDigest(database, config.id, key);
    }
    for (const row of database.rowsOf(config.id)) {
      const isGone = row.reason === 'object_not_found' || row.reason === 'object_changed';
      if (!row.isCurrent || row.state !== 'skipped' || !isGone) continue;
      if (poll.cycleStartedAt !== null && row.stateChangedAt >= poll.cycleStartedAt)
        forgetDigest(database, row.integrationId, row.key);
    }
  };

  return {
    claimDuePolls: async (limit, leaseSeconds) => {
      const now = database.now();
      const turns = new Map<string, number>();
      const due = [...database.integrations.values()]
        .filter(
          ({ config, poll }) =>
            config.status === 'active' &&
            poll.nextPollAt <= now &&
            (poll.leaseExpiresAt === null || poll.leaseExpiresAt <= now),
        )
        .toSorted((a, b) => a.poll.nextPollAt - b.poll.nextPollAt)
        .map((integration) => {
          const turn = (turns.get(integration.config.tenantId) ?? 0) + 1;
          turns.set(integration.config.tenantId, turn);
          return { integration, turn };
        })
        .toSorted((a, b) => a.turn - b.turn)
        .slice(0, limit);
      return due.map(({ integration: { config, poll } }) => {
        poll.leaseId = database.newId();
        poll.leaseExpiresAt = now + leaseSeconds * MICROS;
        return { integrationId: config.id, leaseId: poll.leaseId };
      });
    },

    beginPoll: async (integrationId, leaseId, leaseSeconds) => {
      const integration = database.integrations.get(integrationId);
      if (integration?.poll.leaseId !== leaseId || integration.config.status !== 'active') return null;
      const { poll, slices } = integration;
      const now = database.now();
      poll.leaseId = database.newId();
      poll.leaseExpiresAt = now + leaseSeconds * MICROS;
      if (poll.cycleStartedAt === null || poll.isUnordered) {
        poll.cycle += 1;
        poll.cycleStartedAt = now;
        poll.isListingRequested = false;
      }
      return {
        ...database.withSecrets(integrationId),
        leaseId: poll.leaseId,
        cycle: poll.cycle,
        isUnordered: poll.isUnordered,
        observedAt: instant(database.now()),
        slices: [...slices.values()]
          .toSorted((a, b) => Buffer.compare(Buffer.from(a.startAfter), Buffer.from(b.startAfter)))
          .map(({ startAfter, objectCount, digest, cycle }) => ({
            startAfter,
            objectCount,
            digest,
            isListed: cycle === poll.cycle,
          })),
      };
    },

    recordObjects: async (lease, observedAt, objects) => {
      const integration = hold(lease.integrationId, lease.leaseId, lease.leaseSeconds);
      const recorded = recordObjects(database, integration.config, Number(observedAt), objects);
      settleDeferred(database, integration, new Set(objects.map(({ key }) => key)));
      return { ...recorded, observedAt: instant(database.now()) };
    },

    savePollProgress: async (lease, changes) => {
      saveSlices(hold(lease.integrationId, lease.leaseId, lease.leaseSeconds), changes);
    },

    completePoll: async (integrationId, leaseId, result) => {
      const integration = hold(integrationId, leaseId, 60);
      saveSlices(integration, result);
      const { poll } = integration;
      if (result.isFinished) {
        const begunAt = poll.cycleStartedAt ?? 0;
        settleDeferred(database, integration);
        integration.events.deferred = integration.events.deferred.filter(({ toldAt }) => toldAt >= begunAt);
      }
      const intervalSeconds = result.isFinished
        ? nextSweepSeconds(database, integration, result.intervalSeconds)
        : result.intervalSeconds;
      const now = database.now();
      Object.assign(poll, {
        leaseId: null,
        leaseExpiresAt: null,
        isUnordered: result.isUnordered,
        consecutiveFailures: 0,
        lastErrorCode: null,
        nextPollAt: now,
      });
      if (!result.isFinished) return;
      Object.assign(poll, {
        cycleStartedAt: null,
        lastCompletedAt: now,
        lastListedObjects: result.listedObjects,
        lastListCalls: result.listCalls,
        nextPollAt: poll.isListingRequested ? now : now + intervalSeconds * MICROS,
      });
    },

    failPoll: async (integrationId, leaseId, failure) => {
      const { poll } = hold(integrationId, leaseId, 60);
      refuseUnless(isText(failure.detail), 'a detail');
      const waitSeconds = Math.min(
        failure.intervalSeconds * 2 ** Math.min(poll.consecutiveFailures, 20),
        failure.maxIntervalSeconds,
      );
      Object.assign(poll, {
        leaseId: null,
        leaseExpiresAt: null,
        consecutiveFailures: poll.consecutiveFailures + 1,
        lastErrorCode: failure.code,
        nextPollAt: database.now() + waitSeconds * MICROS,
      });
    },
  };
};

/** `private.settle_deferred_events`: an event told of what a listing has found by now. */
const settleDeferred = (
  database: MemoryDatabase,
  { config, events }: MemoryIntegration,
  keys?: ReadonlySet<string>,
): void => {
  if (events.deferred.length === 0) return;
  for (const row of database.rowsOf(config.id)) {
    if (row.foundBy !== 'poll' || row.eventAt !== null || keys?.has(row.key) === false) continue;
    const told = events.deferred.find(
      ({ key, etag, toldAt }) =>
        key === row.key &&
        (etag === null
          ? row.isCurrent && row.sourceModifiedAt !== null && row.sourceModifiedAt <= toldAt + 900 * MICROS
          : etag === row.etag),
    );
    row.eventAt = told?.toldAt ?? null;
  }
};

/** `private.next_sweep_seconds`: while events are relied on, twice as long as the last time. */
const nextSweepSeconds = (
  database: MemoryDatabase,
  { config, poll, events }: MemoryIntegration,
  intervalSeconds: number,
): number => {
  if (events.detectionMode !== 'event') return intervalSeconds;
  const now = database.now();
  const isMissed = database
    .rowsOf(config.id)
    .some(
      (row) =>
        row.foundAt >= (poll.cycleStartedAt ?? 0) &&
        row.eventAt === null &&
        row.foundBy === 'poll' &&
        row.state !== 'skipped' &&
        row.sourceModifiedAt !== null &&
        row.sourceModifiedAt >= events.eventModeSince &&
        row.sourceModifiedAt < now - 60 * MICROS,
    );
  const isTrusted = events.lastReceivedAt !== null && events.lastReceivedAt >= events.eventModeSince;
  const seconds =
    isTrusted && !isMissed
      ? Math.max(
          intervalSeconds,
          Math.min((events.sweepIntervalSeconds ?? intervalSeconds) * 2, MAX_SWEEP_SECONDS),
        )
      : intervalSeconds;
  events.sweepIntervalSeconds = seconds;
  return seconds;
};

/** Opaque to the core: digits that sort. */
const instant = (micros: number): string => String(micros).padStart(20, '0');
