import {
  asSluiceError,
  OutputKind,
  PROCESSING_PRICE_MICROS_PER_PAGE,
  type ProcessJob,
  type ProcessProgress,
  type ProcessResult,
  SluiceError,
} from '@sluice/shared';
import { forEachConcurrently } from '../concurrency.ts';
import { type BucketWorkContext, bucketWork } from '../credentials/bucket-work.ts';
import type { Bucket } from '../ports/bucket.ts';
import type { ObjectQueue, Processor, Random, Wait } from '../ports/engine.ts';
import type { IntegrationConfig, ObjectLedger, ObjectToProcess } from '../ports/ledger.ts';
import { storableJson } from '../storable-text.ts';
import { systemWait } from '../within-time.ts';
import { outputKey } from '../writeback/output-key.ts';
import { isOwnOutput } from '../writeback/provenance.ts';
import { beginEach } from './begin-each.ts';
import { goneOrDenied } from './gone-or-denied.ts';
import { settlementOf } from './retry-schedule.ts';
import { runProcessor } from './run-processor.ts';
import { sourceError } from './source-error.ts';

export interface ProcessContext extends BucketWorkContext {
  readonly ledger: Pick<
    ObjectLedger,
    'beginProcessing' | 'reportProgress' | 'completeProcessing' | 'settleAttempt'
  >;
  readonly processor: Processor;
  readonly writebackQueue: ObjectQueue;
  readonly random: Random;
  /** Default: real time. */
  readonly wait?: Wait;
  readonly settings: {
    readonly leaseSeconds: number;
    readonly visibilitySeconds: number;
    /** Documents at once. */
    readonly concurrency: number;
    /** How long the processor may use the source link. */
    readonly linkSeconds: number;
    /** How long it may take at all. Well below the lease. */
    readonly limitSeconds: number;
  };
}

/**
 * Processes the objects named, as far as they are waiting for it: a message delivered twice or late finds nothing to do.
 * Every object taken ends its lease here, in `staged` or settled; one that does not (a kill) is taken again when its
 * lease runs out.
 *
 * @throws the first failure of the ledger, after everything that could be begun has ended.
 */
export const processObjects = async (
  context: ProcessContext,
  objectIds: readonly string[],
): Promise<void> => {
  const { ledger, settings, log } = context;
  const begun = await beginEach(objectIds, (id) => ledger.beginProcessing([id], settings.leaseSeconds));
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
      const result = await onBucket(object.integrationId, async (bucket) => {
        try {
          return await processObject(context, object, integration, bucket);
        } catch (thrown) {
          throw await goneOrDenied(bucket, object.key, thrown);
        }
      });
      const isOurs = await ledger.completeProcessing(
        object,
        { ...result, amountMicros: result.pages * PROCESSING_PRICE_MICROS_PER_PAGE },
        settings.visibilitySeconds,
      );
      if (!isOurs) return;
      log.info('object_staged', { ...names, jobId: object.jobId, pages: result.pages });
    } catch (thrown) {
      const error = asSluiceError(thrown);
      const settlement = settlementOf(error, object, context.random);
      const state = await ledger.settleAttempt(object, settlement);
      log.warn('processing_failed', {
        ...names,
        code: error.code,
        detail: error.detail,
        state,
        error: thrown,
      });
      // Null: another has the lease, or it was staged and the answer lost. A message for nothing does no harm.
      if (state !== null) return;
    }
    try {
      await context.writebackQueue.sendBatch([{ version: 1, objectId: object.objectId }]);
    } catch (error) {
      // Only time: the sweep sends it when it is due.
      log.warn('message_not_sent', { ...names, error });
    }
  });
  if (begun.failures.length > 0) throw begun.failures[0];
};

type Done = Extract<ProcessResult, { outcome: 'done' }>;

const processObject = async (
  context: ProcessContext,
  object: ObjectToProcess,
  integration: IntegrationConfig,
  bucket: Bucket,
): Promise<Pick<Done, 'outputs' | 'pages' | 'report'>> => {
  // A result that could not be written must not be processed and charged first.
  for (const kind of OutputKind.options) outputKey(integration, object, kind);
  const head = await bucket.head(object.key);
  if (isOwnOutput(head.metadata)) throw new SluiceError('own_output');
  if (head.etag !== object.etag) throw new SluiceError('object_changed');

  const { leaseSeconds, linkSeconds, limitSeconds } = context.settings;
  const job: ProcessJob = {
    version: 1,
    jobId: object.jobId,
    objectId: object.objectId,
    source: {
      url: await bucket.presignGet(object.key, linkSeconds),
      etag: object.etag,
      sizeBytes: object.sizeBytes,
      fileName: object.key.slice(object.key.lastIndexOf('/') + 1),
    },
    options: { language: object.language, qualityTier: object.qualityTier },
    attempt: object.outages + 1,
    // By attempt, so that a run thought dead cannot overwrite what a later one staged.
    stagingPrefix: `staging/${object.tenantId}/${object.jobId}/${object.leaseId}/`,
  };
  const tell = (progress: ProcessProgress): void => {
    // Where it fails, the lease ends when it would have.
    void context.ledger.reportProgress(object, progress, leaseSeconds).catch(() => undefined);
  };
  const wait = context.wait ?? systemWait;
  const result = await runProcessor(context.processor, limitSeconds, wait, job, tell);
  switch (result.outcome) {
    case 'done':
      return { outputs: result.outputs, pages: result.pages, report: storableJson(result.report) };
    case 'refused':
      throw new SluiceError(result.code, { detail: result.detail });
    case 'source_failed':
      throw sourceError(result);
  }
};
