import {
  processReport,
  REMEDIATION_LIMITS,
  RemediationRefused,
  type RemediationResult,
  remediatePdf,
} from '@sluice/remediation';
import type { ProcessJob, ProcessResult } from '@sluice/shared';
import type { Env } from './env.ts';
import { fetchSource } from './fetch-source.ts';
import { stageOutput } from './stage-outputs.ts';

/**
 * One job from its source to its staged outputs.
 *
 * @throws SourceUrlRefused, and whatever the working bucket throws: both mean the processor, not the document.
 */
export async function runJob(job: ProcessJob, env: Env): Promise<ProcessResult> {
  const source = await fetchSource(job.source, env, REMEDIATION_LIMITS.maxBytes);
  if (!source.ok) {
    if (source.reason === 'too_large') return tooLarge(job.source.sizeBytes);
    return { outcome: 'source_failed', status: source.status, providerCode: source.providerCode };
  }
  let result: RemediationResult;
  try {
    result = await remediatePdf(source.bytes, {
      language: job.options.language,
      fallbackTitle: job.source.fileName,
    });
  } catch (error) {
    if (error instanceof RemediationRefused)
      return { outcome: 'refused', code: error.code, detail: error.detail };
    throw error;
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

function tooLarge(sizeBytes: number): ProcessResult {
  const megabytes = (bytes: number): string => (bytes / (1024 * 1024)).toFixed(1);
  const limit = megabytes(REMEDIATION_LIMITS.maxBytes);
  const detail = `The file has ${megabytes(sizeBytes)} MB; at most ${limit} MB can be processed here.`;
  return { outcome: 'refused', code: 'pdf_too_large', detail };
}
