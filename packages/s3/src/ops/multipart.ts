import { readTextBounded } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';
import { metadataHeaders } from '../metadata.ts';
import type { S3Request, Transport } from '../transport.ts';
import { readFlat } from '../xml/documents.ts';
import { readLateAnswer } from './copy.ts';
import { discard, quoteEtag, readWriteResult, type WriteResult } from './heads.ts';

export interface CreateMultipartInput {
  readonly key: string;
  readonly contentType: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface MultipartUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly signal?: AbortSignal;
}

export interface UploadedPart {
  /** 1 to 10,000. */
  readonly partNumber: number;
  readonly etag: string;
}

const signalOf = (input: { readonly signal?: AbortSignal }): { signal?: AbortSignal } =>
  input.signal === undefined ? {} : { signal: input.signal };

/** Not retried after a lost answer: each success makes another upload that is paid for until it is aborted. */
export const createMultipart = async (transport: Transport, input: CreateMultipartInput): Promise<string> => {
  const request: S3Request = {
    operation: 'CreateMultipartUpload',
    method: 'POST',
    key: input.key,
    url: transport.urls.object(input.key, { uploads: '' }),
    headers: { 'content-type': input.contentType, ...metadataHeaders(input.metadata) },
    idempotent: false,
    ...signalOf(input),
  };
  return transport.send(request, async (response) => {
    const text = await readTextBounded(response, 64 * 1024);
    const uploadId = readUploadId(text);
    if (uploadId === null) throw transport.errorInBody(request, response, text);
    return uploadId;
  });
};

const readUploadId = (text: string): string | null => {
  try {
    return readFlat(text).fields.UploadId ?? null;
  } catch {
    return null;
  }
};

/** Every part but the last has at least 5 MiB; on R2 all but the last have the same size. */
export const uploadPart = async (
  transport: Transport,
  upload: MultipartUpload,
  partNumber: number,
  body: Uint8Array,
): Promise<UploadedPart> => {
  const request: S3Request = {
    operation: 'UploadPart',
    method: 'PUT',
    key: upload.key,
    url: transport.urls.object(upload.key, { partNumber, uploadId: upload.uploadId }),
    headers: { 'content-length': String(body.byteLength) },
    body,
    ...signalOf(upload),
  };
  return transport.send(request, async (response) => {
    const { etag } = readWriteResult(response.headers);
    await discard(response);
    return { partNumber, etag };
  });
};

/**
 * Makes the parts one object. The answer can be 200 and hold an error.
 *
 * A retry after a lost answer may find the upload gone, because it was completed: `upstream_invalid` with provider
 * code `NoSuchUpload`; look at the object before starting over.
 */
export const completeMultipart = async (
  transport: Transport,
  upload: MultipartUpload,
  parts: readonly UploadedPart[],
  options: { readonly ifAbsent?: boolean } = {},
): Promise<WriteResult> => {
  const list = parts
    .map(
      ({ partNumber, etag }) =>
        `<Part><PartNumber>${partNumber}</PartNumber><ETag>${quote(etag)}</ETag></Part>`,
    )
    .join('');
  const request: S3Request = {
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    key: upload.key,
    url: transport.urls.object(upload.key, { uploadId: upload.uploadId }),
    headers: {
      'content-type': 'application/xml',
      ...(options.ifAbsent === true ? { 'if-none-match': '*' } : {}),
    },
    body: new TextEncoder().encode(
      `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list}</CompleteMultipartUpload>`,
    ),
    ...(options.ifAbsent === true ? { condition: 'if_none_match' as const } : {}),
    ...signalOf(upload),
  };
  return transport.send(request, async (response) => {
    const fields = await readLateAnswer(transport, request, response, 'CompleteMultipartUploadResult');
    return readWriteResult(response.headers, fields.ETag);
  });
};

const quote = (etag: string): string =>
  quoteEtag(etag).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Frees the parts. An upload that is gone already counts as aborted. */
export const abortMultipart = async (transport: Transport, upload: MultipartUpload): Promise<void> => {
  const request: S3Request = {
    operation: 'AbortMultipartUpload',
    method: 'DELETE',
    key: upload.key,
    url: transport.urls.object(upload.key, { uploadId: upload.uploadId }),
    ...signalOf(upload),
  };
  try {
    await transport.send(request, discard);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.providerCode !== 'NoSuchUpload') throw error;
  }
};
