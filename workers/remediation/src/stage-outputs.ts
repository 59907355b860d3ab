import type { OutputKind, ProcessJob, StagedOutput } from '@sluice/shared';

const OUTPUTS: Record<OutputKind, { name: string; contentType: string }> = {
  pdf: { name: 'document.pdf', contentType: 'application/pdf' },
  html: { name: 'document.html', contentType: 'text/html; charset=utf-8' },
};

type StagingJob = Pick<ProcessJob, 'jobId' | 'stagingPrefix'>;

/** The working bucket did not take an output. What it said is the cause, and goes no further. */
export class StagingUnavailable extends Error {
  constructor(cause: unknown) {
    super('The working bucket did not take an output.', { cause });
    this.name = 'StagingUnavailable';
  }
}

/**
 * Puts one output into the working bucket. The key follows from the job, so doing it twice changes nothing.
 *
 * @throws StagingUnavailable
 */
export async function stageOutput(
  bucket: R2Bucket,
  job: StagingJob,
  kind: OutputKind,
  bytes: Uint8Array,
): Promise<StagedOutput> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  try {
    return await stage(bucket, job, { kind, sizeBytes: bytes.length, sha256 }, bytes);
  } catch (cause) {
    throw new StagingUnavailable(cause);
  }
}

/**
 * The same for an output that comes as a stream and is never held whole: `write` writes all of it, and closes.
 *
 * @throws StagingUnavailable, also when it was `write` that failed: the bucket then fails with it
 */
export async function stageStream(
  bucket: R2Bucket,
  job: StagingJob,
  output: Pick<StagedOutput, 'kind' | 'sizeBytes' | 'sha256'>,
  write: (to: WritableStream<Uint8Array>) => Promise<void>,
): Promise<StagedOutput> {
  const { readable, writable } = new FixedLengthStream(output.sizeBytes);
  try {
    const [staged] = await Promise.all([stage(bucket, job, output, readable), write(writable)]);
    return staged;
  } catch (cause) {
    throw new StagingUnavailable(cause);
  }
}

async function stage(
  bucket: R2Bucket,
  job: StagingJob,
  { kind, sizeBytes, sha256 }: Pick<StagedOutput, 'kind' | 'sizeBytes' | 'sha256'>,
  body: Uint8Array | ReadableStream,
): Promise<StagedOutput> {
  const { name, contentType } = OUTPUTS[kind];
  const stagingKey = `${job.stagingPrefix}${name}`;
  // The bucket compares what arrived with the digest before it takes the object.
  await bucket.put(stagingKey, body, {
    sha256,
    httpMetadata: { contentType },
    customMetadata: { jobId: job.jobId },
  });
  return { kind, stagingKey, sizeBytes, sha256, contentType };
}
