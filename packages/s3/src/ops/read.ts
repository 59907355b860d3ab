import { SluiceError } from '@sluice/shared';
import type { S3Request, Transport } from '../transport.ts';
import { discard, quoteEtag, readHead, type S3ObjectHead } from './heads.ts';

export interface GetOptions {
  readonly ifMatch?: string;
  /** Both ends included; without an end, to the end of the object. */
  readonly range?: { readonly startByte: number; readonly endByte?: number };
  readonly versionId?: string;
  readonly signal?: AbortSignal;
}

export interface GetResult {
  /** Of the whole object, also when a range was asked for. */
  readonly head: S3ObjectHead;
  /** Errors when the provider breaks off; never ends early in silence. */
  readonly body: ReadableStream<Uint8Array>;
}

const empty = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.close();
    },
  });

const getRequest = (transport: Transport, key: string, options: GetOptions): S3Request => {
  const headers: Record<string, string> = {};
  if (options.ifMatch !== undefined) headers['if-match'] = quoteEtag(options.ifMatch);
  if (options.range !== undefined)
    headers.range = `bytes=${options.range.startByte}-${options.range.endByte ?? ''}`;
  return {
    operation: 'GetObject',
    method: 'GET',
    key,
    url: transport.urls.object(key, { versionId: options.versionId }),
    headers,
    ...(options.ifMatch === undefined ? {} : { condition: 'if_match' as const }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
};

/** Whether an answer is of the range asked for. An end past the object's is the object's. */
const isRangeOf = (response: Response, { startByte, endByte }: NonNullable<GetOptions['range']>): boolean => {
  const told = /^bytes (\d+)-(\d+)\/\d+$/.exec(response.headers.get('content-range') ?? '');
  return (
    response.status === 206 &&
    told !== null &&
    Number(told[1]) === startByte &&
    Number(told[2]) <= (endByte ?? Number.POSITIVE_INFINITY)
  );
};

/** @throws SluiceError `object_not_found`, `object_changed`, `object_archived`, … */
export const getObject = async (
  transport: Transport,
  key: string,
  options: GetOptions = {},
): Promise<GetResult> =>
  transport.send(getRequest(transport, key, options), async (response) => {
    if (options.range !== undefined && !isRangeOf(response, options.range)) {
      await discard(response);
      throw new SluiceError('upstream_invalid', { detail: 'The provider ignored the range asked for.' });
    }
    const head = readHead(response);
    if (options.ifMatch !== undefined && head.etag !== options.ifMatch.replaceAll('"', '')) {
      await discard(response);
      // A server that does not know If-Match sends what it has.
      throw new SluiceError('object_changed');
    }
    return { head, body: response.body ?? empty() };
  });

/** Answers to HEAD have no body, so no code; what they leave open, a GET of one byte tells. */
const NEEDS_A_SECOND_LOOK = new Set(['access_denied', 'upstream_invalid', 'addressing_wrong']);

/**
 * Sends a HEAD; when it fails for a reason that HEAD cannot express, sends `probe` for the sake of its error.
 *
 * @throws SluiceError of the probe if that fails as well, otherwise of the HEAD
 */
const headWithReason = async <T>(
  transport: Transport,
  head: S3Request,
  probe: S3Request,
  read: (response: Response) => T,
): Promise<T> => {
  try {
    return await transport.send(head, async (response) => read(response));
  } catch (error) {
    if (
      !(error instanceof SluiceError) ||
      error.providerCode !== undefined ||
      !NEEDS_A_SECOND_LOOK.has(error.code)
    ) {
      throw error;
    }
    if (error.providerStatus === undefined) throw error;
    await transport.send(probe, discard);
    throw error;
  }
};

/** @throws SluiceError `object_not_found`, `access_denied`, … */
export const headObject = async (
  transport: Transport,
  key: string,
  options: { readonly versionId?: string; readonly signal?: AbortSignal } = {},
): Promise<S3ObjectHead> => {
  const request = getRequest(transport, key, options);
  const head: S3Request = { ...request, operation: 'HeadObject', method: 'HEAD' };
  return headWithReason(transport, head, { ...request, headers: { range: 'bytes=0-0' } }, readHead);
};

/** Whether the bucket is there and we may list it. @throws SluiceError that says why not */
export const headBucket = async (transport: Transport, signal?: AbortSignal): Promise<void> => {
  const common = signal === undefined ? {} : { signal };
  const head: S3Request = {
    operation: 'HeadBucket',
    method: 'HEAD',
    url: transport.urls.bucket(),
    ...common,
  };
  const probe: S3Request = {
    operation: 'ListObjects',
    method: 'GET',
    url: transport.urls.bucket({ 'list-type': 2, 'max-keys': 1 }),
    ...common,
  };
  return headWithReason(transport, head, probe, () => undefined);
};
