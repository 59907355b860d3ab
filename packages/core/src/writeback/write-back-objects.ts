import { asSluiceError, SluiceError } from '@sluice/shared';
import { forEachConcurrently } from '../concurrency.ts';
import type { Bucket, PutInput } from '../ports/bucket.ts';
import type { Log, OpenBucket, Random, Staging } from '../ports/engine.ts';
import type { IntegrationConfig, ObjectLedger, ObjectToWrite, WrittenOutput } from '../ports/ledger.ts';
import { oncePerIntegration } from '../ports/once-per-integration.ts';
import { settlementOf } from '../processing/retry-schedule.ts';
import { outputKey } from './output-key.ts';
import { provenanceOf } from './provenance.ts';

export interface WritebackContext {
  readonly ledger: Pick<ObjectLedger, 'beginWriteback' | 'completeWriteback' | 'settleAttempt'>;
  readonly openBucket: OpenBucket;
  readonly staging: Staging;
  readonly log: Log;
  readonly random: Random;
  readonly settings: {
    readonly leaseSeconds: number;
    /** Objects at once. */
    readonly concurrency: number;
  };
}

/**
 * Writes staged results back to their buckets, as far as they are waiting for it. Writing twice writes the same bytes
 * under the same names, so a kill between the write and its record does no harm. Results stream from the working bucket
 * to the customer's and are never held whole.
 */
export const writeBackObjects = async (
  context: WritebackContext,
  objectIds: readonly string[],
): Promise<void> => {
  const { ledger, settings, staging, log } = context;
  const begun = await ledger.beginWriteback(objectIds, settings.leaseSeconds);
  const open = oncePerIntegration(context.openBucket, begun.integrations);
  await forEachConcurrently(begun.objects, settings.concurrency, async (object) => {
    const names = {
      objectId: object.objectId,
      integrationId: object.integrationId,
      tenantId: object.tenantId,
    };
    try {
      const bucket = await open(object.integrationId);
      const integration = begun.integrations[object.integrationId]?.integration;
      if (integration === undefined) throw new SluiceError('internal');
      const outputs = await writeOutputs(bucket, integration, object, staging);
      if (!(await ledger.completeWriteback(object, outputs))) return;
      log.info('object_written_back', { ...names, jobId: object.jobId, outputs: outputs.length });
    } catch (thrown) {
      const error = asSluiceError(thrown);
      const state = await ledger.settleAttempt(object, settlementOf(error, object.attempts, context.random));
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
  const written: WrittenOutput[] = [];
  for (const { output, key } of named) {
    const staged = await staging.get(output.stagingKey);
    if (staged === null) throw new SluiceError('output_missing');
    if (staged.sizeBytes !== output.sizeBytes) {
      await staged.body.cancel();
      throw new SluiceError('output_missing');
    }
    const { etag } = await putOrCancel(bucket, staged.body, {
      key,
      sizeBytes: output.sizeBytes,
      contentType: output.contentType,
      metadata: provenanceOf(object),
    });
    written.push({ kind: output.kind, key, etag, sizeBytes: output.sizeBytes });
  }
  return written;
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
