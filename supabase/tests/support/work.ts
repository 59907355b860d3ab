import type { ObjectToProcess, ObjectToWrite, ObstacleOwner } from '@sluice/core';
import { type Connection, LEASE_SECONDS, type Ledger, type ObjectRow, objectsOf } from './ledger.ts';

/** Generous to the engine's own settings, so that only what a test is about limits it. */
export const CLAIM = {
  limit: 1000,
  perIntegration: 1000,
  inFlightPerTenant: 1000,
  visibilitySeconds: 900,
  maxAttempts: 10,
} as const;

export const OUTPUTS = [
  {
    kind: 'pdf',
    stagingKey: 'staging/x/pdf',
    sizeBytes: 10,
    sha256: '0'.repeat(64),
    contentType: 'application/pdf',
  },
] as const;

/** Queues whatever is due. */
export const sweep = (ledger: Ledger, over: { [K in keyof typeof CLAIM]?: number } = {}) =>
  ledger.objects.claimDueObjects({ ...CLAIM, ...over });

/** Takes one object through the sweep into processing. */
export async function startProcessing(ledger: Ledger, row: Pick<ObjectRow, 'id'>): Promise<ObjectToProcess> {
  await sweep(ledger);
  const begun = await ledger.objects.beginProcessing([row.id], LEASE_SECONDS);
  const [object] = begun.objects;
  if (object === undefined) throw new Error('the object was not taken');
  return object;
}

export const completeProcessing = (ledger: Ledger, object: { objectId: string; leaseId: string }) =>
  ledger.objects.completeProcessing(
    object,
    { outputs: OUTPUTS, pages: 2, report: { pages: 2 }, amountMicros: 2000 },
    CLAIM.visibilitySeconds,
  );

/** Takes one object through processing, so that its results are staged. */
export async function stage(ledger: Ledger, row: Pick<ObjectRow, 'id'>): Promise<ObjectToProcess> {
  const object = await startProcessing(ledger, row);
  if (!(await completeProcessing(ledger, object))) throw new Error('the object was not staged');
  return object;
}

export async function startWriteback(ledger: Ledger, row: Pick<ObjectRow, 'id'>): Promise<ObjectToWrite> {
  const begun = await ledger.objects.beginWriteback([row.id], LEASE_SECONDS);
  const [object] = begun.objects;
  if (object === undefined) throw new Error('the object was not taken for writing');
  return object;
}

export const completeWriteback = (ledger: Ledger, object: { objectId: string; leaseId: string }) =>
  ledger.objects.completeWriteback(object, [{ kind: 'pdf', key: 'out/x.pdf', etag: 'o1', sizeBytes: 10 }]);

/** One version of a key. */
export async function versionOf(ledger: Ledger, connection: Connection, etag: string): Promise<ObjectRow> {
  const row = (await objectsOf(ledger, connection)).find((object) => object.etag === etag);
  if (row === undefined) throw new Error(`there is no version ${etag}`);
  return row;
}

export const settle = (
  ledger: Ledger,
  object: { objectId: string; leaseId: string },
  disposition: 'retry' | 'skipped' | 'failed',
  reason: string,
  maxAttempts = 6,
  owner: ObstacleOwner = 'upstream',
  maxAttemptsInAll = 500,
) =>
  ledger.objects.settleAttempt(object, {
    disposition,
    reason,
    detail: 'words',
    providerCode: null,
    delaySeconds: 60,
    maxAttempts,
    maxAttemptsInAll,
    owner,
  });
