import { readTextBounded } from '@sluice/egress';
import { metadataHeaders } from '../metadata.ts';
import type { S3Request, Transport } from '../transport.ts';
import { readFlat } from '../xml/documents.ts';
import { quoteEtag, readWriteResult, type WriteResult } from './heads.ts';

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Reads an answer that can be 200 and yet hold an error, because the status was sent before the work was done.
 *
 * @throws SluiceError the translated error, or `upstream_invalid` for anything but `root`
 */
export const readLateAnswer = async (
  transport: Transport,
  request: S3Request,
  response: Response,
  root: string,
): Promise<Readonly<Record<string, string>>> => {
  const text = await readTextBounded(response, MAX_ANSWER_BYTES);
  try {
    const document = readFlat(text);
    if (document.root === root) return document.fields;
  } catch {
    // Not XML, or cut off: told apart below like any other answer that is not the one expected.
  }
  throw transport.errorInBody(request, response, text);
};

export interface CopyInput {
  readonly sourceKey: string;
  readonly key: string;
  /** Fail with `object_changed` unless the source has this ETag. */
  readonly ifMatch?: string;
  /** Replaces type and metadata; without it, those of the source are kept. */
  readonly replace?: { readonly contentType: string; readonly metadata?: Readonly<Record<string, string>> };
  readonly signal?: AbortSignal;
}

/** Copies within the bucket, on the provider's side, up to 5 GiB. @throws SluiceError `object_not_found`, … */
export const copyObject = async (transport: Transport, input: CopyInput): Promise<WriteResult> => {
  const headers: Record<string, string> = { 'x-amz-copy-source': transport.urls.copySource(input.sourceKey) };
  if (input.ifMatch !== undefined) headers['x-amz-copy-source-if-match'] = quoteEtag(input.ifMatch);
  if (input.replace !== undefined) {
    Object.assign(headers, metadataHeaders(input.replace.metadata));
    headers['x-amz-metadata-directive'] = 'REPLACE';
    headers['content-type'] = input.replace.contentType;
  }
  const request: S3Request = {
    operation: 'CopyObject',
    method: 'PUT',
    key: input.key,
    url: transport.urls.object(input.key),
    headers,
    ...(input.ifMatch === undefined ? {} : { condition: 'if_match' as const }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
  return transport.send(request, async (response) => {
    const fields = await readLateAnswer(transport, request, response, 'CopyObjectResult');
    return readWriteResult(response.headers, fields.ETag);
  });
};
