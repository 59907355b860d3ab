import type { Processor } from '@sluice/core';
import { ProcessLine, ProcessResult, SluiceError } from '@sluice/shared';

/** One document may take this long, download and staging included; what waits for it gives up a little earlier. */
const TIMEOUT_MS = 720_000;
/** A result is a few lines; anything longer is out of contract. */
const MAX_RESULT_BYTES = 256 * 1024;

/** A processor behind HTTP: a service binding here, a container or a Node process elsewhere. */
export const httpProcessor =
  (fetcher: Pick<Fetcher, 'fetch'>): Processor =>
  async (job, onProgress) => {
    const response = await fetcher.fetch('https://processor/v1/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(job),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw response.status === 503 ? busy() : new Error(`The processor answered ${response.status}.`);
    }
    for await (const line of linesOf(response)) {
      const value: unknown = JSON.parse(line);
      if (response.headers.get('content-type') !== 'application/x-ndjson') return ProcessResult.parse(value);
      const said = ProcessLine.parse(value);
      if ('result' in said) return said.result;
      if ('progress' in said) onProgress(said.progress);
      else throw said.trouble === 'busy' ? busy() : new Error('The processor is in trouble.');
    }
    throw new Error('The processor broke off.');
  };

/** Another time, as often as it takes: nothing is wrong with the document. */
const busy = (): SluiceError => new SluiceError('unavailable', { detail: 'The processor is busy.' });

async function* linesOf(response: Response): AsyncGenerator<string> {
  let text = '';
  const decoded = response.body?.pipeThrough(new TextDecoderStream());
  for await (const part of decoded ?? []) {
    const lines = (text + part).split('\n');
    text = lines.pop() ?? '';
    if (text.length > MAX_RESULT_BYTES) throw new Error('The processor answered too much.');
    yield* lines;
  }
  if (text !== '') yield text;
}
