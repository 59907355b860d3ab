import type { DeliveryToRecord, EventLedger, EventObjectToRecord, RecordedDelivery } from '@sluice/core';
import { compareKeys, SluiceError } from '@sluice/shared';
import {
  currentOf,
  identityOf,
  type MemoryDatabase,
  type MemoryIntegration,
  type ObjectRow,
} from './database.ts';
import { forgetDigest } from './forget-digest.ts';
import { microsOf, supersede } from './record-objects.ts';

const MICROS = 1_000_000;

/**
 * {@link EventLedger} as supabase/migrations/*_add_event_verbs.sql has it. Each method is one transaction. There is one event secret,
 * of version 1, and it is always valid.
 */
export const memoryEventLedger = (database: MemoryDatabase): EventLedger => ({
  source: async (integrationId) => {
    const integration = database.integrations.get(integrationId);
    if (integration === undefined || integration.config.status === 'deleted') return null;
    return {
      ...database.withSecrets(integrationId),
      integration: {
        ...integration.config,
        detectionMode: integration.events.detectionMode,
        revision: integration.revision,
      },
      eventSecrets: [],
      retiredSecrets: [],
    };
  },

  record: async (delivery) => recordDelivery(database, delivery),

  recordAll: async (deliveries) => deliveries.map((delivery) => recordDelivery(database, delivery)),

  refuse: async () => undefined,
});

const recordDelivery = (database: MemoryDatabase, delivery: DeliveryToRecord): RecordedDelivery => {
  const { integrationId, deliveryId, revision, objects, leftKeys } = delivery;
  const integration = database.integrations.get(integrationId);
  if (
    integration === undefined ||
    integration.config.status !== 'active' ||
    integration.events.detectionMode !== 'event' ||
    integration.revision !== revision
  )
    return { outcome: 'stale', recorded: 0, deferred: 0 };
  const { events, poll } = integration;
  if (events.deliveries.has(deliveryId)) return { outcome: 'replayed', recorded: 0, deferred: 0 };
  if (new Set(objects.map(({ key }) => key)).size !== objects.length)
    throw new SluiceError('internal', { detail: 'Two objects of one key.' });
  events.deliveries.add(deliveryId);
  const now = database.now();
  if (
    objects.length + leftKeys.length > 0 &&
    (events.lastReceivedAt === null || events.lastReceivedAt < now - 10 * MICROS)
  )
    events.lastReceivedAt = now;

  let recorded = 0;
  const left: { readonly key: string; readonly etag: string | null }[] = leftKeys.map((key) => ({
    key,
    etag: null,
  }));
  for (const told of objects.toSorted((a, b) => compareKeys(a.key, b.key))) {
    const known = database.identities.get(identityOf(integrationId, told.key, told.etag, told.sizeBytes));
    if (known !== undefined && known.foundBy === 'poll') known.eventAt ??= now;
    const action = judge(database, integration, told, known);
    if (action === 'compare') left.push(told);
    if (action === 'known' || action === 'compare') continue;
    recorded += 1;
    if (action === 'revive' && known !== undefined) revive(database, known, told, now);
    else recordNew(database, integration, told, action, now);
  }
  if (left.length > 0) {
    const isNew = (one: { readonly key: string; readonly etag: string | null }): boolean =>
      !left.some(({ key, etag }) => key === one.key && etag === one.etag);
    events.deferred = [
      ...events.deferred.filter(isNew),
      ...left.map(({ key, etag }) => ({ key, etag, toldAt: now })),
    ];
    if (poll.consecutiveFailures === 0) poll.nextPollAt = Math.min(poll.nextPollAt, now);
    poll.isListingRequested = true;
  }
  return { outcome: 'recorded', recorded, deferred: left.length - leftKeys.length };
};

type Action = 'record' | 'outdated' | 'ignored' | 'revive' | 'compare' | 'known';

/** `private.judge_told_objects`. */
const judge = (
  database: MemoryDatabase,
  { config }: MemoryIntegration,
  told: EventObjectToRecord,
  known: ObjectRow | undefined,
): Action => {
  const current = database.current.get(currentOf(config.id, told.key));
  const isSkipped = (...reasons: string[]): boolean =>
    current?.state === 'skipped' && reasons.includes(current.reason ?? '');
  const isGone = isSkipped('object_not_found', 'object_changed');
  const at = microsOf(told.lastModified) ?? 0;
  if (known?.isCurrent === true)
    return isGone && current !== undefined && at > current.stateChangedAt ? 'revive' : 'known';
  const isEarlier = current !== undefined && isEarlierThan(current, told, at);
  if (known !== undefined) return current === undefined || isEarlier ? 'compare' : 'known';
  if (current === undefined) return 'record';
  if (!isEarlier) return 'outdated';
  if (isUnclear(current, told, at)) return 'compare';
  const policy = database.ruleFor(config.id, told.key)?.overwritePolicy ?? config.overwritePolicy;
  const isLeftOut = isSkipped('before_start', 'outside_prefix');
  const isNothing = (isGone || isLeftOut) && current.outputs === null;
  return !isNothing && policy === 'ignore' ? 'ignored' : 'record';
};

/** Dated by a listing, which may round, or tell the beginning of a long upload. */
const isUnclear = (current: ObjectRow, told: EventObjectToRecord, at: number): boolean =>
  (told.sequencer === null || current.sequencer === null) &&
  current.eventAt !== current.currentSince &&
  at <= current.currentSince + 900 * MICROS;

const isEarlierThan = (current: ObjectRow, told: EventObjectToRecord, at: number): boolean =>
  told.sequencer !== null && current.sequencer !== null
    ? told.sequencer.padEnd(64, '0') > current.sequencer.padEnd(64, '0')
    : current.sourceModifiedAt === null || at >= current.sourceModifiedAt;

const revive = (database: MemoryDatabase, row: ObjectRow, told: EventObjectToRecord, now: number): void => {
  Object.assign(row, {
    currentSince: now,
    sourceModifiedAt: microsOf(told.lastModified),
    sequencer: told.sequencer,
    eventAt: now,
    state: told.skipReason === null ? 'found' : 'skipped',
    reason: told.skipReason,
    detail: null,
    providerCode: null,
    dueAt: told.skipReason === null ? now : null,
    attempts: 0,
    revision: row.revision + 1,
    jobId: database.newId(),
    lostResults: 0,
    leaseId: null,
    stagedOutputs: null,
    stateChangedAt: now,
  });
};

const recordNew = (
  database: MemoryDatabase,
  { config, events, poll }: MemoryIntegration,
  told: EventObjectToRecord,
  action: Action,
  now: number,
): void => {
  const { key, etag, sizeBytes, sequencer } = told;
  const before = database.current.get(currentOf(config.id, key));
  if (action === 'record' && before !== undefined) {
    supersede(database, before, now);
    // Should the event be wrong about which version is the latest, the next listing shows it.
    forgetDigest(database, config.id, key);
    if (poll.cycleStartedAt !== null) events.putAside.set(key, now);
  }
  const reason =
    action === 'outdated' ? 'superseded' : action === 'ignored' ? 'overwrite_ignored' : told.skipReason;
  const row: ObjectRow = {
    id: database.newId(),
    tenantId: config.tenantId,
    integrationId: config.id,
    key,
    etag,
    sizeBytes,
    foundAt: now,
    foundBy: 'event',
    eventAt: now,
    sourceModifiedAt: microsOf(told.lastModified),
    sequencer,
    isCurrent: action === 'record',
    currentSince: now,
    state: reason === null ? 'found' : 'skipped',
    reason,
    detail: null,
    providerCode: null,
    attempts: 0,
    attemptsInAll: 0,
    outages: 0,
    lostResults: 0,
    obstacleOwner: null,
    revision: 1,
    jobId: database.newId(),
    ruleId: null,
    leaseId: null,
    dueAt: reason === null ? now : null,
    pages: null,
    report: null,
    stagedOutputs: null,
    outputs: null,
    stateChangedAt: now,
  };
  database.add(row);
};
