import type { Bucket, BucketProbes, ObjectSummary } from '@sluice/core';
import { type CopyInput, copyObject } from './ops/copy.ts';
import { createBucket } from './ops/create-bucket.ts';
import { type DeleteManyResult, deleteObject, deleteObjects } from './ops/delete.ts';
import type { S3ObjectHead, WriteResult } from './ops/heads.ts';
import { listAll, listPage, type S3ListPage, type S3ListPageInput } from './ops/list.ts';
import {
  abortMultipart,
  type CreateMultipartInput,
  completeMultipart,
  createMultipart,
  type MultipartUpload,
  type UploadedPart,
  uploadPart,
} from './ops/multipart.ts';
import { type PresignGetOptions, presignGet, presignPut } from './ops/presign.ts';
import { mayReadPolicy, mayWrite, readByLink } from './ops/probes.ts';
import { putObject, type S3PutInput } from './ops/put.ts';
import { type GetOptions, type GetResult, getObject, headBucket, headObject } from './ops/read.ts';
import { type UploadStreamInput, uploadStream } from './ops/upload-stream.ts';
import { createTransport, type S3Options } from './transport.ts';

/** One bucket with one identity. A superset of the core's port; every method throws `SluiceError` only. */
export interface S3Client extends Bucket {
  /** Whether the bucket is there and may be listed; the error says why not. */
  headBucket(signal?: AbortSignal): Promise<void>;
  createBucket(signal?: AbortSignal): Promise<{ created: boolean }>;
  listPage(input: S3ListPageInput): Promise<S3ListPage>;
  listAll(
    input: Omit<S3ListPageInput, 'continuationToken' | 'delimiter'>,
  ): AsyncGenerator<readonly ObjectSummary[], void, void>;
  head(
    key: string,
    options?: { readonly versionId?: string; readonly signal?: AbortSignal },
  ): Promise<S3ObjectHead>;
  get(key: string, options?: GetOptions): Promise<GetResult>;
  put(input: S3PutInput): Promise<WriteResult>;
  copy(input: CopyInput): Promise<WriteResult>;
  delete(key: string, signal?: AbortSignal): Promise<void>;
  deleteMany(keys: readonly string[], signal?: AbortSignal): Promise<DeleteManyResult>;
  createMultipart(input: CreateMultipartInput): Promise<string>;
  uploadPart(upload: MultipartUpload, partNumber: number, body: Uint8Array): Promise<UploadedPart>;
  completeMultipart(
    upload: MultipartUpload,
    parts: readonly UploadedPart[],
    options?: { readonly ifAbsent?: boolean },
  ): Promise<WriteResult>;
  abortMultipart(upload: MultipartUpload): Promise<void>;
  readonly probes: BucketProbes;
  uploadStream(input: UploadStreamInput): Promise<WriteResult & { readonly sizeBytes: number }>;
  presignGet(key: string, expiresInSeconds: number, options?: PresignGetOptions): Promise<string>;
  presignPut(key: string, expiresInSeconds: number, contentType: string): Promise<string>;
}

/**
 * A client for one bucket. Opening sends nothing; the configuration is checked.
 *
 * @throws SluiceError `endpoint_refused`, `region_wrong`, `bucket_not_found`
 */
export const openBucket = (options: S3Options): S3Client => {
  const transport = createTransport(options);
  return {
    headBucket: (signal) => headBucket(transport, signal),
    createBucket: (signal) => createBucket(transport, signal),
    listPage: (input) => listPage(transport, input),
    listAll: (input) => listAll(transport, input),
    head: (key, head) => headObject(transport, key, head),
    get: (key, get) => getObject(transport, key, get),
    put: (input) => putObject(transport, input),
    copy: (input) => copyObject(transport, input),
    delete: (key, signal) => deleteObject(transport, key, signal),
    deleteMany: (keys, signal) => deleteObjects(transport, keys, signal),
    createMultipart: (input) => createMultipart(transport, input),
    uploadPart: (upload, partNumber, body) => uploadPart(transport, upload, partNumber, body),
    completeMultipart: (upload, parts, complete) => completeMultipart(transport, upload, parts, complete),
    abortMultipart: (upload) => abortMultipart(transport, upload),
    probes: {
      readByLink: (key, signal) => readByLink(transport, key, signal),
      mayWrite: (key, signal) => mayWrite(transport, key, signal),
      mayReadPolicy: (signal) => mayReadPolicy(transport, signal),
      clockSkewMs: () => transport.clockSkewMs(),
      listOtherwise: async (prefix, signal) => {
        const addressing = transport.profile.addressing === 'path' ? 'virtual_host' : 'path';
        const other = createTransport({ ...options, provider: { ...options.provider, addressing } });
        await listPage(other, { prefix, maxKeys: 1, signal });
      },
    },
    uploadStream: (input) => uploadStream(transport, input),
    presignGet: (key, expiresInSeconds, presign) => presignGet(transport, key, expiresInSeconds, presign),
    presignPut: (key, expiresInSeconds, contentType) =>
      presignPut(transport, key, expiresInSeconds, contentType),
  };
};
