import { asSluiceError, type ErrorCode, SluiceError, type StagedOutput } from '@sluice/shared';
import { forEachConcurrently } from '../concurrency.ts';
import { type BucketWorkContext, bucketWork } from '../credentials/bucket-work.ts';
import type { Bucket, PutInput } from '../ports/bucket.ts';
import type { Random, Staging } from '../ports/engine.ts';
import type { IntegrationConfig, ObjectLedger, ObjectToWrite, WrittenOutput } from '../ports/ledger.ts';
import { beginEach } from '../processing/begin-each.ts';
import { settlementOf } from '../processing/retry-schedule.ts';
import { outputKey } from './output-key.ts';
import { isResultOf, kinshipOf, provenanceOf, sourceObjectOf } from './provenance.ts';

export interface WritebackContext extends BucketWorkContext {
  readonly ledger: Pick<ObjectLedger, 'beginWriteback' | 'completeWriteback' | 'settleAttempt'>;
  readonly staging: Staging;
  readonly random: Random;
  readonly settings: {
    readonly leaseSeconds: number;
    /** Objects at once. */
    readonly concurrency: number;
  };
}

/**
 * Writes staged results back to their buckets, as far as they are waiting for it. Writing twice writes the same bytes
 * under the same names, so a kill between the write and its record does no harm. Only results of the same source are
 * replaced: a file of the customer's in their place is kept, and so is the result of another document. Results stream
 * from the working bucket to the customer's and are never held whole.
 *
 * @throws the first failure of the ledger, after everything that could be begun has ended.
 */
export const writeBackObjects = async (
  context: WritebackContext,
  objectIds: readonly string[],
): Promise<void> => {
  const { ledger, settings, staging, log } = context;
  const begun = await beginEach(objectIds, (id) => ledger.beginWriteback([id], settings.leaseSeconds));
  const onBucket = bucketWork(context, begun.integrations);
  await forEachConcurrently(begun.objects, settings.concurrency, async (object) => {
    const names = {
      objectId: object.objectId,
      integrationId: object.integrationId,
      tenantId: object.tenantId,
    };
    try {
      const integration = begun.integrations[object.integrationId]?.integration;
      if (integration === undefined) throw new SluiceError('internal');
      const outputs = await onBucket(object.integrationId, (bucket) =>
        writeOutputs(bucket, integration, object, staging),
      );
      if (!(await ledger.completeWriteback(object, outputs))) return;
      log.info('object_written_back', { ...names, jobId: object.jobId, outputs: outputs.length });
    } catch (thrown) {
      const error = asSluiceError(thrown);
      const state = await ledger.settleAttempt(object, settlementOf(error, object, context.random));
      log.warn('writeback_failed', {
        ...names,
        code: error.code,
        detail: error.detail,
        state,
        error: thrown,
      });
      return;
    }
    try {
      await staging.delete(object.stagedOutputs.map((output) => output.stagingKey));
    } catch (error) {
      // Only space: what stays is deleted when its time is up.
      log.warn('staging_not_deleted', { ...names, error });
    }
  });
  if (begun.failures.length > 0) throw begun.failures[0];
};

const writeOutputs = async (
  bucket: Bucket,
  integration: IntegrationConfig,
  object: ObjectToWrite,
  staging: Staging,
): Promise<WrittenOutput[]> => {
  // All names first: a document whose page cannot be named is not half written.
  const named = object.stagedOutputs.map((output) => ({
    output,
    key: outputKey(integration, object, output.kind),
  }));
  // All places, too: what is in the way of the rest is met before anything is written. Of the first, its own write tells.
  for (const { key } of named.slice(1)) await glanceAt(bucket, object, key);
  const written: WrittenOutput[] = [];
  for (const { output, key } of named) {
    const { etag } = await writeOutput(bucket, object, output, {
      key,
      staging,
      // There are servers that know no conditions and do not say so. A second attempt looks first, too: what broke off the first may have
      // been a refusal that came before the upload's end.
      looksFirst: integration.provider === 'generic' || object.attempts > 1,
    });
    written.push({ kind: output.kind, key, etag, sizeBytes: output.sizeBytes });
  }
  return written;
};

/** What is there is not what was looked at, or cannot be asked for. */
const UNMET = new Set<ErrorCode>(['object_changed', 'object_not_found', 'unsupported_by_provider']);

const BROKEN_OFF = new Set<ErrorCode>(['endpoint_unreachable', 'upstream_timeout']);

/**
 * Whether a condition may be what an upload failed of. There are servers that refuse the right ETag too, and a refusal may come before
 * the upload's end and break it off without an answer; that the network does as well, so the first time it is tried again.
 */
const isUnmet = (error: SluiceError, attempts: number): boolean =>
  UNMET.has(error.code) || (attempts > 1 && BROKEN_OFF.has(error.code) && error.providerStatus === undefined);

interface Place {
  readonly key: string;
  readonly staging: Staging;
  /** Asks what lies there, and does not leave it to the condition of the write to tell. */
  readonly looksFirst: boolean;
}

const writeOutput = async (
  bucket: Bucket,
  object: ObjectToWrite,
  output: StagedOutput,
  { key, staging, looksFirst }: Place,
): Promise<{ etag: string }> => {
  const put = async (condition: Pick<PutInput, 'ifAbsent' | 'ifMatch'>) => {
    const written = await putOrCancel(bucket, await openStaged(staging, output), {
      key,
      sizeBytes: output.sizeBytes,
      contentType: output.contentType,
      metadata: provenanceOf(object),
      ...condition,
    });
    await lookAfter(bucket, object, { key, etag: written.etag, sizeBytes: output.sizeBytes });
    return written;
  };
  let predecessor = looksFirst ? await glanceAt(bucket, object, key) : null;
  let isConditional = true;
  if (predecessor === null) {
    try {
      return await put({ ifAbsent: true });
    } catch (error) {
      const { code } = asSluiceError(error);
      if (code !== 'object_exists' && code !== 'unsupported_by_provider') throw error;
      isConditional = code === 'object_exists';
      predecessor = await lookAt(bucket, object, key);
    }
  }
  if (predecessor !== null && isConditional) {
    try {
      return await put({ ifMatch: predecessor });
    } catch (error) {
      const refusal = asSluiceError(error);
      if (!isUnmet(refusal, object.attempts)) throw error;
      const isGone = (await lookAt(bucket, object, key)) === null;
      // Whoever took it away may be about to put something else there.
      if (isGone && refusal.code !== 'unsupported_by_provider') return put({ ifAbsent: true });
    }
  }
  return put({});
};

/**
 * As {@link lookAt}, and null where that is refused: whoever may not list is denied what is not there. What does lie there is met by
 * the write, which is on condition that nothing does.
 */
const glanceAt = async (bucket: Bucket, object: ObjectToWrite, key: string): Promise<string | null> => {
  try {
    return await lookAt(bucket, object, key);
  } catch (error) {
    if (asSluiceError(error).code === 'access_denied') return null;
    throw error;
  }
};

/**
 * The ETag of an earlier result of the same source at `key`; null when nothing lies there.
 *
 * @throws SluiceError `output_taken` when something else does
 */
const lookAt = async (bucket: Bucket, object: ObjectToWrite, key: string): Promise<string | null> => {
  const there = await bucket.head(key).catch((error: unknown) => {
    if (asSluiceError(error).code === 'object_not_found') return null;
    throw error;
  });
  if (there === null) return null;
  const kinship = kinshipOf(there.metadata, object);
  if (kinship === 'same_source') return there.etag;
  throw new SluiceError('output_taken', {
    detail:
      kinship === 'none'
        ? `A file that is no result of ours lies at ${key}.`
        : `The result of another document of yours${nameOf(there.metadata)} lies at ${key}: folder rules or an edit give both the same name. ` +
          'Give the folder of one of them another output sub-folder, or move that result away.',
  });
};

const nameOf = (metadata: Readonly<Record<string, string>>): string => {
  const objectId = sourceObjectOf(metadata);
  return objectId === null ? '' : ` (object ${objectId})`;
};

/**
 * There are servers that confirm a write and keep nothing of it, or a part. What was staged goes with the record of the write, so
 * this is the last moment to find out.
 *
 * @throws SluiceError `upstream_invalid`
 */
const lookAfter = async (
  bucket: Bucket,
  { jobId }: ObjectToWrite,
  { key, etag, sizeBytes }: Omit<WrittenOutput, 'kind'>,
): Promise<void> => {
  try {
    const head = await bucket.head(key);
    // Some servers keep no metadata, and some tell another ETag for a write than for what was written.
    if (head.sizeBytes === sizeBytes && (head.etag === etag || isResultOf(head.metadata, jobId))) return;
  } catch (error) {
    // What keeps us from looking says nothing about the write.
    if (asSluiceError(error).code !== 'object_not_found') return;
  }
  throw new SluiceError('upstream_invalid', {
    detail: `The provider confirmed that ${key} was written, and does not have it.`,
  });
};

/** @throws SluiceError `output_missing`; `unavailable` when the working bucket is away, which says nothing of the document. */
const openStaged = async (
  staging: Staging,
  { stagingKey, sizeBytes }: StagedOutput,
): Promise<ReadableStream<Uint8Array>> => {
  const staged = await staging.get(stagingKey).catch((cause: unknown) => {
    throw new SluiceError('unavailable', { detail: 'Our working bucket does not answer.', cause });
  });
  if (staged === null) throw new SluiceError('output_missing');
  if (staged.sizeBytes !== sizeBytes) {
    await staged.body.cancel();
    throw new SluiceError('output_missing');
  }
  return staged.body;
};

/** A put that is refused before it reads leaves the stream to us; an open one holds its connection. */
const putOrCancel = async (
  bucket: Bucket,
  body: ReadableStream<Uint8Array>,
  input: Omit<PutInput, 'body'>,
): Promise<{ etag: string }> => {
  try {
    return await bucket.put({ ...input, body });
  } catch (error) {
    // Rejects when the put has it still; then the put ends it.
    await body.cancel().catch(() => undefined);
    throw error;
  }
};
