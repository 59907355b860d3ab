import { asSluiceError, type ReadResult, type ResultKind, SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { OpenBucket } from '../ports/engine.ts';
import type { ResultStore } from '../ports/results.ts';
import { isGone } from '../processing/gone-or-denied.ts';

export interface ReadResultContext {
  readonly actorId: string;
  readonly results: ResultStore;
  readonly openBucket: OpenBucket;
}

/** What names the result. */
export interface ResultName {
  readonly integrationId: string;
  readonly objectId: string;
  readonly kind: ResultKind;
}

/** Nobody has to let us list the output folder; without it, what was deleted is denied like what was forbidden. */
const refusalOf = async (bucket: Bucket, key: string, error: SluiceError): Promise<SluiceError> => {
  const gone =
    error.code === 'object_not_found' || (error.code === 'access_denied' && (await isGone(bucket, key)));
  if (gone === false) return error;
  return new SluiceError(gone === null ? 'result_not_readable' : 'result_gone', {
    detail: key,
    cause: error,
  });
};

const fileName = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/**
 * Opens a result where it was written back to: in the customer's bucket, as it is now. Nothing is kept of it here, and no link to it
 * is made. The body errors when the provider breaks off.
 *
 * @throws SluiceError `not_found`, `result_not_written`, `result_gone`, `result_not_readable`, and what buckets refuse (`access_denied`, …).
 */
export const readResult = async (
  { actorId, results, openBucket }: ReadResultContext,
  { integrationId, objectId, kind }: ResultName,
): Promise<ReadResult> => {
  const { key, ...stored } = await results.getResult(actorId, integrationId, objectId, kind);
  const bucket = await openBucket(stored);
  try {
    const { head, body } = await bucket.get(key);
    // A body that was stored packed comes unpacked, so longer than what is stored.
    const sizeBytes = head.contentEncoding === null ? head.sizeBytes : null;
    return { body, sizeBytes, fileName: fileName(key) };
  } catch (thrown) {
    throw await refusalOf(bucket, key, asSluiceError(thrown));
  }
};
