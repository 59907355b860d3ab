import type { ObjectToWrite } from '../ports/ledger.ts';

/**
 * Where a result came from, in its own metadata: for people who find it, and so that we never take it in again,
 * whatever the prefixes say. Kept far below S3's 2 KB.
 */
const JOB = 'sluice-job-id';
const TENANT = 'sluice-tenant-id';

export const provenanceOf = (object: ObjectToWrite): Readonly<Record<string, string>> => ({
  [JOB]: object.jobId,
  'sluice-object-id': object.objectId,
  [TENANT]: object.tenantId,
  'sluice-integration-id': object.integrationId,
  'sluice-source-etag': object.etag,
  ...(object.qualityTier === null ? {} : { 'sluice-quality-tier': object.qualityTier }),
  ...(object.ruleId === null ? {} : { 'sluice-rule-id': object.ruleId }),
});

/** Whether an object is one of our results. */
export const isOwnOutput = (metadata: Readonly<Record<string, string>>): boolean => JOB in metadata;

/**
 * Whether an object is a result made for this tenant, which a new one may replace. Not of this integration: a bucket that
 * was disconnected and connected again still holds the results of before.
 */
export const isResultFor = (metadata: Readonly<Record<string, string>>, tenantId: string): boolean =>
  isOwnOutput(metadata) && metadata[TENANT] === tenantId;

/** Whether an object is a result of this very job. */
export const isResultOf = (metadata: Readonly<Record<string, string>>, jobId: string): boolean =>
  metadata[JOB] === jobId;
