import {
  NODE_REMEDIATION_LIMITS,
  processReport,
  REMEDIATION_LIMITS,
  RemediationRefused,
  type RemediationResult,
  remediatePdf,
} from '@sluice/remediation';
import type { ProcessJob, ProcessProgress, ProcessResult, RefusalCode } from '@sluice/shared';
import type { Env } from './env.ts';
import { fetchSource, type SourceResult, streamSource } from './fetch-source.ts';
import { DocumentEndedProcess, NodeProcessorAway } from './node-processor/away.ts';
import { handOver } from './node-processor/hand-over.ts';
import { stageOutput } from './stage-outputs.ts';

/** What stands in the way here and need not where there is more room. */
const MORE_ROOM_HELPS: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'pdf_too_many_pages',
  'pdf_too_complex',
]);

/**
 * An hour and a half where each is sent away at once, two hours where each has waited for its turn: a few hundred scans that come
 * together get their text in that time.
 */
const ATTEMPTS_FOR_TEXT = 10;

/**
 * One job from its source to its staged outputs. What is too large for a Worker goes to the Node processor, where there
 * is one: by its size before anything is fetched; by its size unpacked, its pages and its work when that has shown. So do
 * pages that are pictures: their text is recognised there.
 *
 * @throws SourceUrlRefused, NodeProcessorAway, StagingUnavailable: all of them mean the processor, not the document; and
 *   DocumentEndedProcess.
 */
export async function runJob(
  job: ProcessJob,
  env: Env,
  onProgress: (progress: ProcessProgress) => void = () => undefined,
): Promise<ProcessResult> {
  const { nodeProcessor: node } = env;
  const { maxBytes } = REMEDIATION_LIMITS;
  if (node !== null && job.source.sizeBytes > maxBytes) return await passOn(job, env, node, onProgress);
  const source = await fetchSource(job.source, env, maxBytes);
  if (!source.ok) {
    // Stored packed, it is larger than its promise.
    if (node !== null && source.reason === 'too_large') return await passOn(job, env, node, onProgress);
    return failed(job, source, maxBytes);
  }
  let result: RemediationResult;
  try {
    result = await remediatePdf(source.bytes, {
      language: job.options.language,
      fallbackTitle: job.source.fileName,
    });
  } catch (error) {
    if (!(error instanceof RemediationRefused)) throw error;
    if (node !== null && MORE_ROOM_HELPS.has(error.code))
      return await handOver(job, env, node, source.bytes, source.bytes.length, onProgress);
    return { outcome: 'refused', code: error.code, detail: error.detail };
  }
  if (node !== null && env.recognisesText && result.report.scannedPages > 0) {
    const read = await handOverForText(job, env, node, source.bytes, onProgress);
    if (read?.outcome === 'done') return read;
  }
  const pdf = await stageOutput(env.workingBucket, job, 'pdf', result.pdf);
  const html = await stageOutput(env.workingBucket, job, 'html', new TextEncoder().encode(result.html));
  return {
    outcome: 'done',
    outputs: [pdf, html],
    pages: result.report.pages,
    report: processReport(result.report),
  };
}

/**
 * What the Node processor makes of a document that needs it for its text only. Recognising may be refused, may end its
 * process, and may find no room for long: that costs the pictures their text, not the document. A process that ended before
 * it recognised anything says nothing of that: a deployment may have gone wrong, or the machine been out of memory.
 */
async function handOverForText(
  job: ProcessJob,
  env: Env,
  node: NonNullable<Env['nodeProcessor']>,
  bytes: Uint8Array,
  onProgress: (progress: ProcessProgress) => void,
): Promise<ProcessResult | undefined> {
  let hasRecognised = false;
  try {
    return await handOver(job, env, node, bytes, bytes.length, (progress) => {
      hasRecognised ||= progress.step === 'recognising';
      onProgress(progress);
    });
  } catch (error) {
    const isEnded = error instanceof DocumentEndedProcess;
    if (isEnded && hasRecognised) return undefined;
    if (!isEnded && !(error instanceof NodeProcessorAway)) throw error;
    if ((job.attempt ?? 1) >= ATTEMPTS_FOR_TEXT) return undefined;
    throw isEnded ? new NodeProcessorAway('ended a document before it recognised any text') : error;
  }
}

/** Hands the source over as it comes: it is too large to be held. */
async function passOn(
  job: ProcessJob,
  env: Env,
  node: NonNullable<Env['nodeProcessor']>,
  onProgress: (progress: ProcessProgress) => void,
): Promise<ProcessResult> {
  const { maxBytes } = NODE_REMEDIATION_LIMITS;
  const streamed = await streamSource(job.source, env, maxBytes, (body, sizeBytes) =>
    handOver(job, env, node, body, sizeBytes, onProgress),
  );
  return streamed.ok ? streamed.value : failed(job, streamed, maxBytes);
}

function failed(
  job: ProcessJob,
  source: Extract<SourceResult, { ok: false }>,
  maxBytes: number,
): ProcessResult {
  if (source.reason === 'too_large') return tooLarge(job.source.sizeBytes, maxBytes);
  return { outcome: 'source_failed', status: source.status, providerCode: source.providerCode };
}

function tooLarge(sizeBytes: number, maxBytes: number): ProcessResult {
  const megabytes = (bytes: number): string => `${(bytes / (1024 * 1024)).toFixed(1)} MB`;
  const most = megabytes(maxBytes);
  // How large a packed file is in the bucket says nothing to whoever reads this.
  const detail =
    sizeBytes > maxBytes
      ? `The file has ${megabytes(sizeBytes)}; at most ${most} can be processed here.`
      : `The file is stored packed. Unpacked it has more than the ${most} that can be processed here.`;
  return { outcome: 'refused', code: 'pdf_too_large', detail };
}
