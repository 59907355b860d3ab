import * as z from 'zod';
import { OutputKind, ProcessJob, ProcessProgress, ProcessReport, RefusalCode } from './contract.ts';

/**
 * The contract between the processor's Worker and the Node processor, which takes what is too large for a Worker.
 *
 * `POST /v1/documents`: the body is the PDF; the header `x-sluice-job` holds a {@link DocumentJob} (base64url of its
 * JSON), signed as Standard Webhooks says: `webhook-id` is the job's id, the payload is that header. Answered 200 with
 * lines of JSON, each a {@link DocumentFrame}; behind the line `done` follow the bytes of its outputs, one after the
 * other, without anything between. An answer that ends otherwise is none.
 *
 * 400 the job is not valid, 401 it is not signed, 413 the document is larger than stated or allowed, 503 too busy or
 * stopping: try again later.
 */
export const DOCUMENT_PATH = '/v1/documents';
export const DOCUMENT_JOB_HEADER = 'x-sluice-job';

export const DocumentJob = z.strictObject({
  version: z.literal(1),
  jobId: z.uuid(),
  /** Null when the source does not say: it is stored packed, and arrives unpacked. */
  sizeBytes: z.int().nonnegative().nullable(),
  fileName: ProcessJob.shape.source.shape.fileName,
  options: ProcessJob.shape.options,
});
export type DocumentJob = z.infer<typeof DocumentJob>;

export const DocumentFrame = z.discriminatedUnion('frame', [
  ProcessProgress.extend({ frame: z.literal('progress') }),
  z.strictObject({
    frame: z.literal('done'),
    pages: z.int().nonnegative(),
    report: ProcessReport,
    outputs: z
      .array(
        z.strictObject({
          kind: OutputKind,
          sizeBytes: z.int().nonnegative(),
          /** Lower-case hex. */
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
        }),
      )
      .min(1)
      .max(16),
  }),
  z.strictObject({ frame: z.literal('refused'), code: RefusalCode, detail: z.string().max(1000) }),
  /** Its turn did not come in time, or there is no room on disk: another time. */
  z.strictObject({ frame: z.literal('busy') }),
  /** The process that worked on the document ended, and nobody knows why: that may be the document. */
  z.strictObject({ frame: z.literal('failed') }),
]);
export type DocumentFrame = z.infer<typeof DocumentFrame>;
