import type { Processor } from '@sluice/core';
import { ProcessResult } from '@sluice/shared';

/** One document may take this long, download and staging included. */
const TIMEOUT_MS = 180_000;
/** A result is a few lines; anything longer is out of contract. */
const MAX_RESULT_BYTES = 256 * 1024;

/** A processor behind HTTP: a service binding here, a container or a Node process elsewhere. */
export const httpProcessor =
  (fetcher: Pick<Fetcher, 'fetch'>): Processor =>
  async (job) => {
    const response = await fetcher.fetch('https://processor/v1/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(job),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`The processor answered ${response.status}.`);
    }
    const text = await response.text();
    if (text.length > MAX_RESULT_BYTES) throw new Error('The processor answered too much.');
    return ProcessResult.parse(JSON.parse(text));
  };
