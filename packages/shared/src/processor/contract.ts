import * as z from 'zod';
import { QualityTier } from '../s3/folder-rules.ts';

/**
 * The contract between the engine and a document processor: one HTTP request per job.
 *
 * `POST /v1/jobs` with a {@link ProcessJob} answers 200 with a {@link ProcessResult}. A job that takes long may be answered
 * with lines of JSON instead (`application/x-ndjson`), each a {@link ProcessLine}, of which the last is no progress. 503 and
 * `busy` mean that there is no room just now; any other status, `failed`, and lines that break off mean that the processor
 * itself is in trouble. Either way the job may be tried again. The job holds a time-limited URL, so it
 * travels in a request only: never in a queue, a log or a row.
 */
export const ProcessJob = z.strictObject({
  version: z.literal(1),
  jobId: z.uuid(),
  objectId: z.uuid(),
  source: z.strictObject({
    /** Presigned GET, valid for minutes. Fetch with `If-Match: etag`, `redirect: 'manual'`. */
    url: z.url(),
    etag: z.string().max(256),
    sizeBytes: z.int().nonnegative(),
    /** Last segment of the key, for a title when the document has none. */
    fileName: z.string().max(1024),
  }),
  options: z.strictObject({
    /** BCP 47; null lets the processor decide. */
    language: z.string().max(35).nullable(),
    /** What the rule of the document's folder asks for; what it means is the processor's to say. */
    qualityTier: QualityTier,
  }),
  /**
   * How often the job has been tried, this time included, as far as it was the processor that was away or busy, or something else of
   * ours. What a bucket failed in is not counted. Left out it is the first time.
   */
  attempt: z.int().positive().optional(),
  /** Outputs go to the working bucket under this prefix, which ends in `/`. */
  stagingPrefix: z.string().min(1).max(512),
});
export type ProcessJob = z.infer<typeof ProcessJob>;

export const OutputKind = z.enum(['pdf', 'html']);
export type OutputKind = z.infer<typeof OutputKind>;

export const StagedOutput = z.strictObject({
  kind: OutputKind,
  /** Key in the working bucket. */
  stagingKey: z.string().max(1024),
  sizeBytes: z.int().nonnegative(),
  /** Lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z.string().max(255),
});
export type StagedOutput = z.infer<typeof StagedOutput>;

/** Why a document cannot be processed, ever, as it is. */
export const RefusalCode = z.enum([
  'not_a_pdf',
  'pdf_encrypted',
  'pdf_signed',
  'pdf_corrupt',
  'pdf_too_large',
  'pdf_too_many_pages',
  'pdf_too_complex',
]);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** What the checks of an accessibility standard that a machine can make say of a document. */
export const Conformance = z.strictObject({
  /** 100 when no check fails. */
  score: z.int().min(0).max(100),
  failures: z
    .array(
      z.strictObject({
        /** Clause of ISO 14289-1 and number of the test, e.g. `7.3-1`. */
        rule: z.string().max(40),
        /** What holds where the rule is kept, e.g. "Figures have alternative text". */
        title: z.string().max(200).optional(),
        count: z.int().positive(),
      }),
    )
    .max(200),
});
export type Conformance = z.infer<typeof Conformance>;

/** What a processor says of a document that it processed; kept with the object. */
export const ProcessReport = z.strictObject({
  processor: z.string().max(100),
  title: z.string().max(1000),
  language: z.string().max(35),
  characters: z.int().nonnegative(),
  /** Stable codes of what a person should look at, e.g. `scanned_pages`. */
  notices: z.array(z.string().max(100)).max(100),
  /** Of how many pages a notice speaks; those that speak of the whole document are left out. */
  noticePages: z.record(z.string().max(100), z.int().positive()).optional(),
  /** PDF/UA-1 of the source and of the PDF that was made. Left out by processors that do not check. */
  conformance: z.strictObject({ before: Conformance, after: Conformance }).optional(),
});
export type ProcessReport = z.infer<typeof ProcessReport>;

export const ProcessResult = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('done'),
    outputs: z.array(StagedOutput).min(1).max(16),
    pages: z.int().nonnegative(),
    report: ProcessReport,
  }),
  z.strictObject({
    outcome: z.literal('refused'),
    code: RefusalCode,
    detail: z.string().max(1000),
  }),
  z.strictObject({
    /** The source answered the GET with something other than the bytes promised. */
    outcome: z.literal('source_failed'),
    /** HTTP status of the source; 0 when it could not be reached or broke off; 412 also when the ETag differs. */
    status: z.int().nonnegative(),
    providerCode: z.string().max(100).nullable(),
  }),
]);
export type ProcessResult = z.infer<typeof ProcessResult>;

/** How far a document is. */
export const ProcessProgress = z.strictObject({
  step: z
    .enum(['waiting', 'recognising', 'reading', 'writing'])
    .describe('`recognising` looks at pages that are pictures only. Each step goes through its pages anew.'),
  pagesDone: z.int().nonnegative(),
  pages: z.int().nonnegative().describe('Pages of this step; 0 while it is not known.'),
});
export type ProcessProgress = z.infer<typeof ProcessProgress>;

export const ProcessLine = z.union([
  z.strictObject({ progress: ProcessProgress }),
  z.strictObject({ result: ProcessResult }),
  z.strictObject({ trouble: z.enum(['busy', 'failed']) }),
]);
export type ProcessLine = z.infer<typeof ProcessLine>;
