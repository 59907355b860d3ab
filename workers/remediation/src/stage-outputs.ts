import type { OutputKind, ProcessJob, StagedOutput } from '@sluice/shared';

const OUTPUTS: Record<OutputKind, { name: string; contentType: string }> = {
  pdf: { name: 'document.pdf', contentType: 'application/pdf' },
  html: { name: 'document.html', contentType: 'text/html; charset=utf-8' },
};

/** Puts one output into the working bucket. The key follows from the job, so doing it twice changes nothing. */
export async function stageOutput(
  bucket: R2Bucket,
  job: Pick<ProcessJob, 'jobId' | 'stagingPrefix'>,
  kind: OutputKind,
  bytes: Uint8Array,
): Promise<StagedOutput> {
  const { name, contentType } = OUTPUTS[kind];
  const stagingKey = `${job.stagingPrefix}${name}`;
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  // The bucket compares what arrived with the digest before it takes the object.
  await bucket.put(stagingKey, bytes, {
    sha256: digest,
    httpMetadata: { contentType },
    customMetadata: { jobId: job.jobId },
  });
  const sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { kind, stagingKey, sizeBytes: bytes.length, sha256, contentType };
}
