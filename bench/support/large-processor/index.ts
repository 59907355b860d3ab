import { ProcessJob, type ProcessResult, type StagedOutput } from '@sluice/shared';

/** What this uses of workerd, which the benchmarks' types do not know. */
interface Env {
  WORKING_BUCKET: { put(key: string, body: ReadableStream<Uint8Array>): Promise<unknown> };
}
declare const FixedLengthStream: new (
  sizeBytes: number,
) => { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> };

const CHUNK_BYTES = 64 * 1024;

/** Stages a result of as many bytes as the document's name says: `209715200.pdf`. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const job = ProcessJob.parse(await request.json());
    const sizeBytes = Number.parseInt(job.source.fileName, 10);
    const stagingKey = `${job.stagingPrefix}document.pdf`;
    const { readable, writable } = new FixedLengthStream(sizeBytes);
    await Promise.all([env.WORKING_BUCKET.put(stagingKey, readable), fill(writable, sizeBytes)]);
    const output: StagedOutput = {
      kind: 'pdf',
      stagingKey,
      sizeBytes,
      sha256: '0'.repeat(64),
      contentType: 'application/pdf',
    };
    return Response.json({
      outcome: 'done',
      outputs: [output],
      pages: 1,
      report: { processor: 'bench', title: 'bench', language: 'en', characters: 0, notices: [] },
    } satisfies ProcessResult);
  },
};

async function fill(writable: WritableStream<Uint8Array>, sizeBytes: number): Promise<void> {
  const writer = writable.getWriter();
  for (let left = sizeBytes; left > 0; left -= CHUNK_BYTES) {
    await writer.write(new Uint8Array(Math.min(left, CHUNK_BYTES)));
  }
  await writer.close();
}
