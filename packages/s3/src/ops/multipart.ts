import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { readTextBounded } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';
import { metadataHeaders } from '../metadata.ts';
import type { S3Request, Transport } from '../transport.ts';
import { readFlat } from '../xml/documents.ts';
import { readLateAnswer } from './copy.ts';
import { discard, quoteEtag, readWriteResult, type WriteResult } from './heads.ts';
import { headObject } from './read.ts';

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
 * A retry after a lost answer finds the upload gone because it was completed: then the object's ETag, which follows
 * from those of the parts, tells.
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
  let attempts = 0;
  const request: S3Request = {
    operation: 'CompleteMultipartUpload',
    onAttempt: (attempt) => {
      attempts = attempt;
    },
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
  try {
    return await transport.send(request, async (response) => {
      const fields = await readLateAnswer(transport, request, response, 'CompleteMultipartUploadResult');
      if (fields.ETag !== undefined && fields.ETag !== '')
        return readWriteResult(response.headers, fields.ETag);
      // Ceph 16 confirms the completion and leaves the ETag empty.
      const head = await headObject(transport, upload.key, signalOf(upload));
      return { etag: head.etag, versionId: head.versionId };
    });
  } catch (error) {
    if (!(error instanceof SluiceError) || attempts < 2 || !AFTER_SUCCESS.has(error.code)) throw error;
    const head = await headObject(transport, upload.key, signalOf(upload));
    if (head.etag !== etagOfParts(parts)) throw error;
    return { etag: head.etag, versionId: head.versionId };
  }
};

/** How a second completion fails when the first was done: NoSuchUpload, or our own object in the way. */
const AFTER_SUCCESS = new Set(['upstream_invalid', 'object_exists', 'object_not_found']);

/** MD5 of the parts' MD5s and their number. Not so with SSE-KMS; then nothing is concluded from it. */
const etagOfParts = (parts: readonly UploadedPart[]): string | null => {
  const hex = parts.map(({ etag }) => etag).join('');
  return /^[0-9a-f]+$/.test(hex) && hex.length === parts.length * 32
    ? `${bytesToHex(md5(hexToBytes(hex)))}-${parts.length}`
    : null;
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
