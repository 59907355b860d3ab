import { digestOfText } from '../finding/slice-digest.ts';
import type { ObjectToWrite } from '../ports/ledger.ts';

/**
 * Where a result came from, in its own metadata: for people who find it, and so that we never take it in again,
 * whatever the prefixes say. Kept far below S3's 2 KB.
 */
const JOB = 'sluice-job-id';
const OBJECT = 'sluice-object-id';
const TENANT = 'sluice-tenant-id';
const SOURCE = 'sluice-source-key-digest';

export const provenanceOf = (object: ObjectToWrite): Readonly<Record<string, string>> => ({
  [JOB]: object.jobId,
  [OBJECT]: object.objectId,
  [TENANT]: object.tenantId,
  'sluice-integration-id': object.integrationId,
  // A key may be longer than metadata.
  [SOURCE]: digestOfText(object.key),
  'sluice-source-etag': object.etag,
  ...(object.qualityTier === null ? {} : { 'sluice-quality-tier': object.qualityTier }),
  ...(object.ruleId === null ? {} : { 'sluice-rule-id': object.ruleId }),
});

/** Whether an object is one of our results. */
export const isOwnOutput = (metadata: Readonly<Record<string, string>>): boolean => JOB in metadata;

/**
 * What an object is to a new result that gets its name. `same_source`: a result made for this tenant from the same source, to be
 * replaced. Not by this integration: a bucket that was disconnected and connected again still holds the results of before. Nor is
 * the bucket asked for, as results lie where their sources do. Older results do not name their source, and count as of the same.
 */
export const kinshipOf = (
  metadata: Readonly<Record<string, string>>,
  { tenantId, key }: Pick<ObjectToWrite, 'tenantId' | 'key'>,
): 'same_source' | 'other_source' | 'none' => {
  if (!isOwnOutput(metadata) || metadata[TENANT] !== tenantId) return 'none';
  const source = metadata[SOURCE];
  return source === undefined || source === digestOfText(key) ? 'same_source' : 'other_source';
};

/** The object a result says it was made from; null when it says none that could be shown. */
export const sourceObjectOf = (metadata: Readonly<Record<string, string>>): string | null =>
  /^[0-9a-f-]{36}$/.exec(metadata[OBJECT] ?? '')?.[0] ?? null;

/** Whether an object is a result of this very job. */
export const isResultOf = (metadata: Readonly<Record<string, string>>, jobId: string): boolean =>
  metadata[JOB] === jobId;
