import { createLogger } from '@sluice/observability';
import { answerJob } from './answer-job.ts';
import { parseEnv } from './env.ts';
import { NodeProcessorAway } from './node-processor/away.ts';
import { readJob } from './read-job.ts';
import { runJob } from './run-job.ts';
import { SourceUrlRefused } from './source-url.ts';
import { StagingUnavailable } from './stage-outputs.ts';

const log = createLogger({
  service: 'remediation',
  // oxlint-disable-next-line no-console -- a Worker's log is its console
  write: (line) => console.log(line),
});

/** The processor. Answers `POST /v1/jobs` (packages/shared/src/processor/contract.ts) and nothing else. */
export default {
  async fetch(request: Request, bindings: unknown): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname !== '/v1/jobs') return problem(404, 'not_found', 'Not found');
    if (request.method !== 'POST')
      return problem(405, 'method_not_allowed', 'This method is not supported here');
    try {
      const env = parseEnv(bindings);
      const read = await readJob(request);
      if (!read.ok) return problem(400, 'invalid_request', 'The job is not valid', { errors: read.errors });
      const { jobId, source } = read.job;
      return await answerJob(async (onProgress) => {
        const result = await runJob(read.job, env, onProgress);
        log.info('job_done', { jobId, outcome: result.outcome, sizeBytes: source.sizeBytes });
        return result;
      }, troubleOf);
    } catch (error) {
      if (error instanceof SourceUrlRefused)
        return problem(400, 'invalid_request', 'The job is not valid', {
          errors: [{ path: 'source.url', code: 'refused' }],
        });
      // Constant: what went wrong may name a binding, a bucket or a URL. The caller tries again.
      return troubleOf(error) === 'busy'
        ? problem(503, 'processor_busy', 'The processor is busy')
        : problem(500, 'processor_failed', 'The processor is in trouble');
    }
  },
};

function troubleOf(error: unknown): 'busy' | 'failed' {
  if (error instanceof NodeProcessorAway) {
    log.warn('node_processor_away', { error });
    return 'busy';
  }
  if (error instanceof StagingUnavailable) {
    log.error('staging_unavailable', { error });
    return 'busy';
  }
  log.error('job_failed', { error });
  return 'failed';
}

/** An RFC 9457 answer. */
function problem(status: number, code: string, title: string, more: Record<string, unknown> = {}): Response {
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' };
  if (status === 405) headers['Allow'] = 'POST';
  return new Response(JSON.stringify({ type: code, title, status, ...more }), { status, headers });
}
