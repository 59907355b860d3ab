import type { ProcessLine, ProcessProgress, ProcessResult } from '@sluice/shared';

/**
 * Answers with the result of `work`: at once, or in lines where it tells of its progress first.
 *
 * @param troubleOf what the last line says when `work` throws; it has to tell of it too
 * @throws what `work` throws before it has told of anything
 */
export async function answerJob(
  work: (onProgress: (progress: ProcessProgress) => void) => Promise<ProcessResult>,
  troubleOf: (error: unknown) => 'busy' | 'failed',
): Promise<Response> {
  const begun = Promise.withResolvers<undefined>();
  let lines: ReadableStreamDefaultController<Uint8Array> | undefined;
  const encoder = new TextEncoder();
  const write = (line: ProcessLine): void => lines?.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      lines = controller;
    },
    cancel: () => {
      lines = undefined;
    },
  });
  const working = work((progress) => {
    write({ progress });
    begun.resolve(undefined);
  });
  const first = await Promise.race([begun.promise, working]);
  if (first !== undefined) return Response.json(first);
  void working
    .then(
      (result) => write({ result }),
      (error: unknown) => write({ trouble: troubleOf(error) }),
    )
    .finally(() => lines?.close());
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson' } });
}
