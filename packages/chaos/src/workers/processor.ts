// The processor, which may be away, break off, or lose its answer. Bundled in place of its own entry.
import processor from '@sluice/remediation-worker';
import { askGate, delay, type GateBinding } from './ask-gate.ts';
import { faultyBucket } from './faulty-bucket.ts';

interface Job {
  readonly jobId: string;
  readonly source: { readonly etag: string; readonly sizeBytes: number };
}

interface Env extends GateBinding {
  readonly WORKING_BUCKET: R2Bucket;
}

export default {
  fetch: async (request, env) => {
    const text = await request.text();
    const { jobId, source } = JSON.parse(text) as Job;
    const work = () =>
      processor.fetch(new Request(request.url, { method: 'POST', headers: request.headers, body: text }), {
        ...env,
        WORKING_BUCKET: faultyBucket(env.WORKING_BUCKET, env.CHAOS_GATE),
      });
    const run = { jobId, etag: source.etag, sizeBytes: source.sizeBytes };
    const fault = await askGate(env.CHAOS_GATE, { at: 'processor', run });
    if (fault === null) return work();
    switch (fault.kind) {
      case 'latency':
        await delay(fault.ms);
        return work();
      case 'hang':
        await delay(fault.ms);
        throw new Error('The connection was lost.');
      case 'error_500':
        return new Response(null, { status: 500 });
      case 'slow_down':
      case 'disk_full':
        return new Response(null, { status: 503 });
      case 'partial_body': {
        const answer = await (await work()).text();
        return new Response(answer.slice(0, answer.length >> 1));
      }
      case 'lost_answer':
        await work();
        throw new Error('The connection was lost.');
      case 'reset':
        throw new Error('The connection was lost.');
      default:
        return fault.kind satisfies never;
    }
  },
} satisfies ExportedHandler<Env>;
