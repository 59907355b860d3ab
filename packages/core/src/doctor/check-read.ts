import type { ErrorCode } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import { adviceOn, GRANTS } from './advice.ts';
import { DELETE_RESERVE_MS, type DoctorRun, type Reached } from './doctor-run.ts';

/** How many documents are tried, should one be gone or archived: that is its own affair. */
const READ_CANDIDATES = 3;
const OWN_AFFAIR: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'object_not_found',
  'object_changed',
  'object_archived',
]);

/** Reads a document as the work does: its head, and then its content by a link. */
export const checkRead = async (
  { run, integration }: DoctorRun,
  { bucket, documents }: Reached,
): Promise<void> => {
  const { inputPrefix } = integration;
  if (documents === null)
    return run.skipped('read', 'Not tried: without a listing no document is known to read.');
  for (const key of documents.slice(0, READ_CANDIDATES)) {
    const limitMs = run.timeLeft(DELETE_RESERVE_MS);
    if (limitMs === 0) return run.outOfTime('read');
    const read = await run.attempt((signal) => readDocument(bucket, key, signal), limitMs);
    if (read.ok) return run.passed('read', `Documents under "${inputPrefix}" can be read.`, read.durationMs);
    if (!OWN_AFFAIR.has(read.error.code)) {
      return run.failed('read', read.error, read.durationMs, adviceOn(integration, GRANTS.read, read.error));
    }
  }
  run.skipped(
    'read',
    documents.length === 0
      ? `There is no PDF under "${inputPrefix}" yet to read: put one there and test again.`
      : 'The documents tried are archived or gone, which says nothing about the others.',
  );
};

const readDocument = async (bucket: Bucket, key: string, signal: AbortSignal): Promise<void> => {
  await bucket.head(key, { signal });
  if (bucket.probes !== undefined) return bucket.probes.readByLink(key, signal);
  const { body } = await bucket.get(key, { signal });
  await body.cancel();
};
