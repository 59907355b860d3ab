import type { ObjectToWrite } from '../ports/ledger.ts';

/**
 * Where a result came from, in its own metadata: for people who find it, and so that we never take it in again,
 * whatever the prefixes say. Kept far below S3's 2 KB.
 */
const JOB = 'sluice-job-id';
const INTEGRATION = 'sluice-integration-id';

export const provenanceOf = (object: ObjectToWrite): Readonly<Record<string, string>> => ({
  [JOB]: object.jobId,
  'sluice-object-id': object.objectId,
  [INTEGRATION]: object.integrationId,
  'sluice-source-etag': object.etag,
  ...(object.ruleId === null ? {} : { 'sluice-rule-id': object.ruleId }),
});

/** Whether an object is one of our results. */
export const isOwnOutput = (metadata: Readonly<Record<string, string>>): boolean => JOB in metadata;

/** Whether an object is a result of this very integration, which it may replace. */
export const isResultOf = (metadata: Readonly<Record<string, string>>, integrationId: string): boolean =>
  isOwnOutput(metadata) && metadata[INTEGRATION] === integrationId;
