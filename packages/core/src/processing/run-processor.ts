import { type ProcessJob, type ProcessProgress, ProcessResult, SluiceError } from '@sluice/shared';
import type { Processor, Wait } from '../ports/engine.ts';
import { withinTime } from '../within-time.ts';

/**
 * Runs a processor without trusting it: it has `limitSeconds`, its answer must be of the contract, name only what it was
 * told to name, and not repeat the link to the source. What it throws may quote that link too, so none of it goes further.
 *
 * @throws SluiceError `processor_failed`, or `unavailable` when it has no room just now.
 */
export const runProcessor = async (
  processor: Processor,
  limitSeconds: number,
  wait: Wait,
  job: ProcessJob,
  onProgress: (progress: ProcessProgress) => void,
): Promise<ProcessResult> => {
  let isExpired = false;
  let answer: unknown;
  try {
    const expired = () => {
      isExpired = true;
      return new Error('expired');
    };
    answer = await withinTime(limitSeconds * 1000, wait, expired, async () => processor(job, onProgress));
  } catch (thrown) {
    if (thrown instanceof SluiceError && thrown.code === 'unavailable')
      throw new SluiceError('unavailable', { detail: 'The processor is busy.' });
    throw processorFailed(isExpired ? 'It did not finish in time.' : 'It did not answer.');
  }
  const parsed = ProcessResult.safeParse(answer);
  if (!parsed.success) throw processorFailed('Its answer is out of contract.');
  const result = parsed.data;
  if (quotesLink(result, job.source.url)) throw processorFailed('Its answer repeats what it must keep.');
  if (result.outcome === 'done') checkOutputs(result.outputs, job.stagingPrefix);
  return result;
};

const processorFailed = (detail: string): SluiceError => new SluiceError('processor_failed', { detail });

/** Other keys of the working bucket belong to other jobs, and two outputs of a kind would overwrite each other. */
const checkOutputs = (
  outputs: Extract<ProcessResult, { outcome: 'done' }>['outputs'],
  stagingPrefix: string,
): void => {
  const kinds = new Set(outputs.map((output) => output.kind));
  const isOwn = outputs.every(
    ({ stagingKey }) => stagingKey.startsWith(stagingPrefix) && stagingKey.length > stagingPrefix.length,
  );
  if (kinds.size !== outputs.length || !isOwn)
    throw processorFailed('Its outputs are not where they should be.');
};

/** Parts of a link that are long enough to be a secret: signatures, tokens. Shorter ones are dates and the like. */
const MIN_SECRET_CHARACTERS = 20;

const quotesLink = (result: ProcessResult, link: string): boolean => {
  const text = JSON.stringify(result);
  const { search, searchParams } = new URL(link);
  const raw = search.slice(1).split(/[&=]/);
  return [...raw, ...searchParams.values()].some(
    (part) => part.length >= MIN_SECRET_CHARACTERS && text.includes(part),
  );
};
