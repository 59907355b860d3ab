import type { DueObject, ObjectLedger, ObjectToProcess, ObjectToWrite } from '@sluice/core';
import { circuitsOf, isProbe, mindCircuit, notHeldBack } from './circuits.ts';
import { isText, type MemoryDatabase, type ObjectRow, refuseUnless } from './database.ts';
import { forgetDigest } from './forget-digest.ts';

const MICROS = 1_000_000;

/** {@link ObjectLedger} as supabase/migrations/*_add_object_verbs.sql has it. Each method is one transaction. */
export const memoryObjectLedger = (database: MemoryDatabase): ObjectLedger => ({
  claimDueObjects: async (input) => claim(database, input),

  beginProcessing: async (objectIds, leaseSeconds) => {
    const now = database.now();
    const queued = notHeldBack(database, rowsNamed(database, objectIds), 'queued', now).filter(
      (row) => row.state === 'queued',
    );
    // Their messages are used up.
    for (const row of queued.filter((one) => !isActive(database, one)))
      Object.assign(row, { state: 'found', stateChangedAt: now, dueAt: now });
    const rows = queued.filter((row) => isActive(database, row));
    const objects = rows.map((row): ObjectToProcess => {
      const rule = database.ruleFor(row.integrationId, row.key);
      row.state = 'processing';
      row.leasedAt = now;
      countAttempt(row);
      row.attempts += 1;
      row.dueAt = now + leaseSeconds * MICROS;
      row.stateChangedAt = now;
      row.ruleId = rule?.id ?? null;
      const { config } = database.integration(row.integrationId);
      return {
        ...leased(row, database.newId()),
        overwritePolicy: rule?.overwritePolicy ?? config.overwritePolicy,
        outputSubfolder: rule?.outputSubfolder ?? null,
        language: rule?.language ?? config.language,
        qualityTier: 'standard',
      };
    });
    return { objects, integrations: integrationsOf(database, objects) };
  },

  reportProgress: async ({ objectId, leaseId }, _, leaseSeconds) => {
    const row = held(database, objectId, leaseId);
    if (row?.state !== 'processing') return false;
    row.dueAt = Math.max(row.dueAt ?? 0, database.now() + leaseSeconds * MICROS);
    return true;
  },

  completeProcessing: async ({ objectId, leaseId }, result, visibilitySeconds) => {
    const row = held(database, objectId, leaseId);
    refuseUnless(isText(JSON.stringify(result.report).replaceAll('\\u0000', '\u0000')), 'a report');
    refuseUnless(Number.isInteger(result.pages) && result.pages >= 0, 'a number of pages');
    if (row?.state !== 'processing') return false;
    const now = database.now();
    Object.assign(row, {
      state: 'staged',
      stagedOutputs: result.outputs,
      pages: result.pages,
      report: result.report,
      leaseId: null,
      attempts: 0,
      obstacleOwner: null,
      reason: null,
      detail: null,
      providerCode: null,
      dueAt: now + visibilitySeconds * MICROS,
      stateChangedAt: now,
    });
    mindCircuit(database, row, 'processing', now);
    if (!database.costs.has(row.jobId)) {
      database.costs.set(row.jobId, { pages: result.pages, amountMicros: result.amountMicros });
    }
    return true;
  },

  beginWriteback: async (objectIds, leaseSeconds) => {
    const now = database.now();
    const objects: ObjectToWrite[] = [];
    const inTurn = notHeldBack(database, rowsNamed(database, objectIds), 'staged', now).toSorted(
      (a, b) => Number(b.isCurrent) - Number(a.isCurrent) || a.foundAt - b.foundAt,
    );
    for (const row of inTurn) {
      if (row.state !== 'staged' || row.leaseId !== null) continue;
      if (!isActive(database, row)) {
        row.dueAt = now;
        continue;
      }
      const rule = database.rules.find(({ id }) => id === row.ruleId);
      const policy = rule?.overwritePolicy ?? database.integration(row.integrationId).config.overwritePolicy;
      if (!row.isCurrent && policy !== 'keep_versions') {
        Object.assign(row, {
          state: 'skipped',
          reason: 'superseded',
          dueAt: null,
          stagedOutputs: null,
          stateChangedAt: now,
        });
      } else if (isBeingWritten(database, row, now)) {
        row.dueAt = now + 5 * MICROS;
      } else {
        row.leasedAt = now;
        countAttempt(row);
        row.attempts += 1;
        row.dueAt = now + leaseSeconds * MICROS;
        objects.push({
          ...leased(row, database.newId()),
          overwritePolicy: policy,
          outputSubfolder: rule?.outputSubfolder ?? null,
          qualityTier: 'standard',
          stagedOutputs: row.stagedOutputs ?? [],
          lostResults: row.lostResults,
        });
      }
    }
    return { objects, integrations: integrationsOf(database, objects) };
  },

  completeWriteback: async ({ objectId, leaseId }, outputs) => {
    const row = held(database, objectId, leaseId);
    if (row?.state !== 'staged') return false;
    const now = database.now();
    Object.assign(row, {
      state: 'written_back',
      lostResults: 0,
      outputs,
      stagedOutputs: null,
      leaseId: null,
      dueAt: null,
      reason: null,
      detail: null,
      providerCode: null,
      stateChangedAt: now,
    });
    mindCircuit(database, row, 'staged', now);
    return true;
  },

  settleAttempt: async ({ objectId, leaseId }, attempt) => {
    refuseUnless(attempt.detail === null || isText(attempt.detail), 'a detail');
    refuseUnless(attempt.providerCode === null || isText(attempt.providerCode), 'a provider code');
    refuseUnless(Number.isInteger(attempt.delaySeconds) && attempt.delaySeconds < 2 ** 31, 'a delay');
    const row = held(database, objectId, leaseId);
    if (row === null || (row.state !== 'processing' && row.state !== 'staged')) return null;
    const from = row.state;
    const isLost = row.state === 'staged' && attempt.reason === 'output_missing';
    const attempts = row.obstacleOwner === attempt.owner ? row.attempts : 1;
    const state =
      attempt.disposition !== 'retry'
        ? attempt.disposition
        : isLost
          ? 'found'
          : attempts >= attempt.maxAttempts || row.attemptsInAll >= attempt.maxAttemptsInAll
            ? 'dead'
            : row.state === 'staged'
              ? 'staged'
              : 'found';
    const now = database.now();
    const isPending = state === 'found' || state === 'staged';
    if (!isPending) database.creditLostResult(row);
    Object.assign(row, {
      state,
      attempts: isLost ? 0 : state === 'dead' ? Math.max(attempts, row.attemptsInAll) : attempts,
      lostResults: row.lostResults + (isLost ? 1 : 0),
      outages: row.outages + (attempt.owner === 'platform_outage' ? 1 : 0),
      obstacleOwner: attempt.owner,
      reason: attempt.reason,
      detail: attempt.detail,
      providerCode: attempt.providerCode,
      leaseId: null,
      stateChangedAt: now,
      dueAt: isPending ? now + attempt.delaySeconds * MICROS : null,
      stagedOutputs: state === 'staged' ? row.stagedOutputs : null,
    });
    mindCircuit(database, row, from, now);
    if (['object_not_found', 'object_changed'].includes(attempt.reason))
      forgetDigest(database, row.integrationId, row.key);
    return state;
  },
});

const claim = (
  database: MemoryDatabase,
  input: Parameters<ObjectLedger['claimDueObjects']>[0],
): DueObject[] => {
  const now = database.now();
  const rows = [...database.objects.values()].filter((row) => isActive(database, row));
  const circuits = new Map(
    [...database.integrations].map(([id, integration]) => [id, circuitsOf(integration, now)]),
  );
  const circuitOf = ({ integrationId }: ObjectRow) => circuits.get(integrationId);
  const isTried = (row: ObjectRow) =>
    circuitOf(row)?.[row.state === 'staged' ? 'isWriteTried' : 'isTried'] === true;
  const isInFlight = ({ state }: ObjectRow) => state === 'queued' || state === 'processing';
  const candidates: { readonly row: ObjectRow; readonly turn: number }[] = [];
  for (const tenantId of new Set(rows.map((row) => row.tenantId))) {
    const own = rows.filter((row) => row.tenantId === tenantId);
    const inFlight = own.filter(isInFlight);
    const free = Math.max(0, input.inFlightPerTenant - inFlight.length);
    const waitedFor = new Set(
      inFlight.filter((row) => isProbe(row, now)).map(({ integrationId }) => integrationId),
    );
    const due = own.filter((row) => row.dueAt !== null && row.dueAt <= now);
    const inTurn = (of: readonly ObjectRow[], held: readonly ObjectRow[]) =>
      inPlaces(of, input.perIntegration, isTried, held).map((row, index) => ({ row, turn: index + 1 }));
    const fresh = due.filter(
      (row) =>
        row.state === 'found' &&
        (!isTried(row) || !(circuitOf(row)?.isOpen === true || waitedFor.has(row.integrationId))),
    );
    const overdue = due.filter((row) => {
      if (row.state === 'found') return false;
      const circuit = circuitOf(row);
      return row.state === 'staged' ? circuit?.isWriteOpen !== true : circuit?.isOpen !== true;
    });
    candidates.push(...inTurn(fresh, inFlight).slice(0, free));
    candidates.push(...inTurn(overdue, []));
  }
  const picked = candidates.toSorted((a, b) => a.turn - b.turn).slice(0, input.limit);
  return picked.map(({ row }): DueObject => {
    const isDead = row.leaseId !== null && row.attempts >= input.maxAttempts;
    row.leaseId = null;
    if (isDead) {
      database.creditLostResult(row);
      Object.assign(row, { state: 'dead', reason: 'retries_exhausted', dueAt: null, stateChangedAt: now });
      return { objectId: row.id, target: 'dead' };
    }
    row.dueAt = now + input.visibilitySeconds * MICROS;
    if (row.state === 'staged') return { objectId: row.id, target: 'writeback' };
    if (row.state !== 'queued') row.stateChangedAt = now;
    row.state = 'queued';
    return { objectId: row.id, target: 'process' };
  });
};

/**
 * So many of each integration, in turn, and later the more of it is held already. Of one that is tried, one: whose key comes first of those
 * due longest.
 */
const inPlaces = (
  rows: readonly ObjectRow[],
  limit: number,
  isTried: (row: ObjectRow) => boolean,
  held: readonly ObjectRow[],
): ObjectRow[] => {
  const heldOf = Map.groupBy(held, ({ integrationId }) => integrationId);
  const taken = new Map<string, number>();
  const next = (name: string): number => {
    const place = (taken.get(name) ?? 0) + 1;
    taken.set(name, place);
    return place;
  };
  return rows
    .toSorted((a, b) => byDue(a, b) || byText(a.key, b.key))
    .flatMap((row) => {
      if (next(row.integrationId) > limit) return [];
      const place = next(`${row.integrationId} ${row.state === 'staged'}`);
      if (isTried(row) && place > 1) return [];
      return [{ row, place: place + (heldOf.get(row.integrationId)?.length ?? 0) }];
    })
    .toSorted((a, b) => a.place - b.place || byDue(a.row, b.row))
    .map(({ row }) => row);
};

const byDue = (a: ObjectRow, b: ObjectRow): number => (a.dueAt ?? 0) - (b.dueAt ?? 0);

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const isActive = (database: MemoryDatabase, row: ObjectRow): boolean =>
  database.integrations.get(row.integrationId)?.config.status === 'active';

const rowsNamed = (database: MemoryDatabase, ids: readonly string[]): ObjectRow[] =>
  [...new Set(ids)].flatMap((id) => database.objects.get(id) ?? []);

const held = (database: MemoryDatabase, objectId: string, leaseId: string): ObjectRow | null => {
  const row = database.objects.get(objectId);
  return row !== undefined && row.leaseId === leaseId ? row : null;
};

/** What all attempts since anything came of it add up to; before the one that begins. */
const countAttempt = (row: ObjectRow): void => {
  if (row.attempts === 0) Object.assign(row, { attemptsInAll: 0, outages: 0 });
  row.attemptsInAll += 1;
};

const leased = (row: ObjectRow, leaseId: string) => {
  row.leaseId = leaseId;
  return {
    objectId: row.id,
    leaseId,
    jobId: row.jobId,
    integrationId: row.integrationId,
    tenantId: row.tenantId,
    key: row.key,
    etag: row.etag,
    sizeBytes: row.sizeBytes,
    attempts: row.attempts,
    attemptsInAll: row.attemptsInAll,
    outages: row.outages,
    obstacleOwner: row.obstacleOwner,
    ruleId: row.ruleId,
  };
};

const integrationsOf = (database: MemoryDatabase, objects: readonly { readonly integrationId: string }[]) =>
  Object.fromEntries(
    [...new Set(objects.map(({ integrationId }) => integrationId))].map((id) => [
      id,
      database.withSecrets(id),
    ]),
  );

const isBeingWritten = (database: MemoryDatabase, row: ObjectRow, now: number): boolean =>
  [...database.objects.values()].some(
    (other) =>
      other.integrationId === row.integrationId &&
      other.key === row.key &&
      other.id !== row.id &&
      other.state === 'staged' &&
      other.leaseId !== null &&
      (other.dueAt ?? 0) > now,
  );
