import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { PutInput } from '@sluice/core';
import { SluiceError } from '@sluice/shared';
import { fixedLengthBody, wrongLength } from '../fixed-length.ts';
import { metadataHeaders } from '../metadata.ts';
import type { S3Request, Transport } from '../transport.ts';
import { discard, quoteEtag, readWriteResult, type WriteResult } from './heads.ts';
import { headObject } from './read.ts';

export interface S3PutInput extends PutInput {
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly signal?: AbortSignal;
}

const MD5_ETAG = /^[0-9a-f]{32}$/;

/**
 * Whether what lies there is what an earlier attempt of ours wrote before its answer was lost: same size, same
 * metadata and, where the ETag is an MD5 (not with SSE-KMS), same content.
 */
const isOurs = async (transport: Transport, input: S3PutInput): Promise<WriteResult | null> => {
  if (input.body instanceof ReadableStream) return null;
  const head = await headObject(
    transport,
    input.key,
    input.signal === undefined ? {} : { signal: input.signal },
  );
  const wanted = Object.entries(input.metadata ?? {});
  if (head.sizeBytes !== input.sizeBytes) return null;
  if (!wanted.every(([name, value]) => head.metadata[name] === value)) return null;
  if (MD5_ETAG.test(head.etag) ? head.etag !== bytesToHex(md5(input.body)) : wanted.length === 0) return null;
  return { etag: head.etag, versionId: head.versionId };
};

const putHeaders = (input: S3PutInput): Record<string, string> => {
  const headers: Record<string, string> = {
    'content-type': input.contentType,
    'content-length': String(input.sizeBytes),
    ...metadataHeaders(input.metadata),
  };
  if (input.cacheControl !== undefined) headers['cache-control'] = input.cacheControl;
  if (input.contentDisposition !== undefined) headers['content-disposition'] = input.contentDisposition;
  return headers;
};

/** The ETag of what lies there now; null when nothing does. @throws SluiceError */
const etagNow = async (
  transport: Transport,
  input: { readonly key: string; readonly signal?: AbortSignal },
): Promise<string | null> => {
  try {
    const options = input.signal === undefined ? {} : { signal: input.signal };
    return (await headObject(transport, input.key, options)).etag;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'object_not_found') return null;
    throw error;
  }
};

/** Whether the key is taken now. @throws SluiceError */
export const objectExists = async (
  transport: Transport,
  input: { readonly key: string; readonly signal?: AbortSignal },
): Promise<boolean> => (await etagNow(transport, input)) !== null;

const conditionOf = ({ ifAbsent, ifMatch }: S3PutInput): 'if_none_match' | 'if_match' | undefined =>
  ifAbsent === true ? 'if_none_match' : ifMatch === undefined ? undefined : 'if_match';

const send = async (transport: Transport, input: S3PutInput, conditional: boolean): Promise<WriteResult> => {
  const stream = input.body instanceof ReadableStream ? fixedLengthBody(input.body, input.sizeBytes) : null;
  const headers = putHeaders(input);
  const condition = conditional ? conditionOf(input) : undefined;
  if (condition === 'if_none_match') headers['if-none-match'] = '*';
  if (condition === 'if_match') headers['if-match'] = quoteEtag(input.ifMatch ?? '');
  let attempts = 0;
  const request: S3Request = {
    operation: 'PutObject',
    method: 'PUT',
    key: input.key,
    url: transport.urls.object(input.key),
    headers,
    body: input.body instanceof ReadableStream ? (stream?.stream ?? input.body) : input.body,
    onAttempt: (attempt) => {
      attempts = attempt;
    },
    ...(condition === undefined ? {} : { condition }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
  try {
    return await transport.send(request, async (response) => {
      const result = readWriteResult(response.headers);
      await discard(response);
      return result;
    });
  } catch (error) {
    const refused =
      error instanceof SluiceError && (error.code === 'object_exists' || error.code === 'object_changed');
    const ours = refused && attempts > 1 ? await isOurs(transport, input) : null;
    if (ours !== null) return ours;
    const cut = error instanceof SluiceError && error.providerStatus === undefined;
    throw (cut ? await stream?.sourceError() : null) ?? error;
  }
};

/**
 * Writes an object. Bytes are retried, a stream is sent once.
 *
 * `ifAbsent` and `ifMatch` are atomic where the provider has conditional writes. Where it has none (B2 by its profile, others by
 * answering 501) the client looks first and then writes: two writers at the same moment can both succeed.
 *
 * @throws SluiceError `object_exists`, `object_changed`, `upstream_invalid` when a stream is not `sizeBytes` long, …
 */
export const putObject = async (transport: Transport, input: S3PutInput): Promise<WriteResult> => {
  if (input.body instanceof Uint8Array && input.body.byteLength !== input.sizeBytes) {
    throw wrongLength(input.sizeBytes);
  }
  if (conditionOf(input) === undefined) return send(transport, input, false);
  if (transport.profile.conditionalPut) {
    try {
      return await send(transport, input, true);
    } catch (error) {
      const unsupported = error instanceof SluiceError && error.code === 'unsupported_by_provider';
      if (!unsupported || input.body instanceof ReadableStream) throw error;
    }
  }
  const etag = await etagNow(transport, input);
  if (input.ifAbsent === true && etag !== null) throw new SluiceError('object_exists');
  if (input.ifMatch !== undefined && etag !== input.ifMatch.replaceAll('"', ''))
    throw new SluiceError('object_changed');
  return send(transport, input, false);
};
