import type { IntegrationConfig, ListedObject, RecordedPage } from '@sluice/core';
import { compareKeys } from '@sluice/shared';
import {
  currentOf,
  identityOf,
  isText,
  type MemoryDatabase,
  type ObjectRow,
  refuseUnless,
} from './database.ts';
import { forgetDigest } from './forget-digest.ts';

const MICROS = 1_000_000;
const GONE = ['object_not_found', 'object_changed', 'outside_prefix'];

const check = (objects: readonly ListedObject[]): void => {
  refuseUnless(objects.length <= 1000, 'more than 1,000 objects');
  for (const { key, etag, sizeBytes, lastModified } of objects) {
    refuseUnless(isText(key) && Buffer.byteLength(key) <= 1100, `a key of ${Buffer.byteLength(key)} bytes`);
    refuseUnless(isText(etag) && etag.length <= 256, 'an ETag');
    refuseUnless(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, 'a size');
    const time = lastModified === null ? 0 : Date.parse(lastModified);
    refuseUnless(!Number.isNaN(time) && new Date(time).getUTCFullYear() >= 1, 'a date');
  }
};

/** `record_s3_objects`: nothing is written for what the ledger holds already. */
export const recordObjects = (
  database: MemoryDatabase,
  integration: IntegrationConfig,
  observedAt: number,
  objects: readonly ListedObject[],
): Omit<RecordedPage, 'observedAt'> => {
  check(objects);
  const now = database.now();
  // In the order of the keys, as PostgreSQL: the ids tell it, and a replay goes by them.
  const distinct = [...new Map(objects.map((object) => [object.key, object])).values()].toSorted((a, b) =>
    compareKeys(a.key, b.key),
  );
  const result = { inserted: 0, revived: 0, skipped: 0, deferred: 0 };
  for (const object of distinct) {
    const current = database.current.get(currentOf(integration.id, object.key));
    const isSame = current?.etag === object.etag && current.sizeBytes === object.sizeBytes;
    const isOld = current?.state === 'skipped' && current.reason === 'before_start';
    const isGone = isOld || (current?.state === 'skipped' && GONE.includes(current.reason ?? ''));
    const isStillOld = isOld && object.skipReason === 'before_start';
    if (current !== undefined && isSame && (!isGone || isStillOld)) continue;
    if (current !== undefined) {
      const laterThan = isSame
        ? current.stateChangedAt + 30 * MICROS * (current.revision - 1)
        : current.currentSince;
      if (laterThan > observedAt || isBeingWritten(database, integration.id, object, now)) {
        result.deferred += 1;
        continue;
      }
    }
    const policy =
      database.ruleFor(integration.id, object.key)?.overwritePolicy ?? integration.overwritePolicy;
    const isNothing = isGone && current?.outputs === null;
    const isIgnored = current !== undefined && !isNothing && !isSame && policy === 'ignore';
    const written = write(database, integration, object, isIgnored, now);
    if (written === null) continue;
    if (written.revision === 1) result.inserted += 1;
    else result.revived += 1;
    if (written.state === 'skipped') result.skipped += 1;
  }
  return result;
};

/** Its key has one writer at a time. */
const isBeingWritten = (
  database: MemoryDatabase,
  integrationId: string,
  { key, etag, sizeBytes }: ListedObject,
  now: number,
): boolean => {
  const row = database.identities.get(identityOf(integrationId, key, etag, sizeBytes));
  return row?.state === 'staged' && row.leaseId !== null && (row.dueAt ?? 0) > now;
};

const write = (
  database: MemoryDatabase,
  integration: IntegrationConfig,
  { key, etag, sizeBytes, skipReason, lastModified }: ListedObject,
  isIgnored: boolean,
  now: number,
): ObjectRow | null => {
  const identity = identityOf(integration.id, key, etag, sizeBytes);
  const known = database.identities.get(identity);
  const current = database.current.get(currentOf(integration.id, key));
  if (current !== undefined && current !== known && !isIgnored) {
    supersede(database, current, now);
    // Until its slice is saved: should this version be gone by then, what was listed before looks unchanged.
    forgetDigest(database, integration.id, key);
  }
  if (known !== undefined && isIgnored) return null;
  if (known !== undefined) database.creditLostResult(known);
  const reason = isIgnored ? 'overwrite_ignored' : skipReason;
  const row: ObjectRow = {
    id: known?.id ?? database.newId(),
    tenantId: integration.tenantId,
    integrationId: integration.id,
    key,
    etag,
    sizeBytes,
    foundAt: known?.foundAt ?? now,
    foundBy: known?.foundBy ?? 'poll',
    eventAt: known?.eventAt ?? null,
    sourceModifiedAt: microsOf(lastModified),
    sequencer: null,
    isCurrent: !isIgnored,
    currentSince: now,
    state: reason === null ? 'found' : 'skipped',
    reason,
    detail: null,
    providerCode: null,
    attempts: 0,
    attemptsInAll: known?.attemptsInAll ?? 0,
    outages: known?.outages ?? 0,
    lostResults: 0,
    obstacleOwner: known?.obstacleOwner ?? null,
    revision: (known?.revision ?? 0) + 1,
    jobId: database.newId(),
    ruleId: known?.ruleId ?? null,
    leaseId: null,
    dueAt: reason === null ? now : null,
    pages: known?.pages ?? null,
    report: known?.report ?? null,
    stagedOutputs: null,
    outputs: known?.outputs ?? null,
    stateChangedAt: now,
  };
  database.add(row);
  return row;
};

export const microsOf = (time: string | null): number | null =>
  time === null ? null : Date.parse(time) * 1000;

/** If nobody is working on what is current no longer, it never needs to be worked on. */
export const supersede = (database: MemoryDatabase, row: ObjectRow, now: number): void => {
  row.isCurrent = false;
  if (row.state !== 'found' && row.state !== 'queued') return;
  database.creditLostResult(row);
  Object.assign(row, { state: 'skipped', reason: 'superseded', dueAt: null, stateChangedAt: now });
};
