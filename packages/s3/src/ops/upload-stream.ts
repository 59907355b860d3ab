import { SluiceError } from '@sluice/shared';
import type { Transport } from '../transport.ts';
import type { WriteResult } from './heads.ts';
import {
  abortMultipart,
  completeMultipart,
  createMultipart,
  type UploadedPart,
  uploadPart,
} from './multipart.ts';
import { objectExists, putObject } from './put.ts';

export interface UploadStreamInput {
  readonly key: string;
  /** Of any length. */
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly ifAbsent?: boolean;
  /** Memory taken, and part size. Default 8 MiB; at least 5 MiB. */
  readonly partBytes?: number;
  readonly signal?: AbortSignal;
}

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** Cuts a stream into pieces of exactly `size` bytes, the last one shorter (or empty, when it is the only one). */
async function* pieces(
  body: ReadableStream<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = body.getReader();
  let buffer = new Uint8Array(size);
  let filled = 0;
  let any = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      let rest = value;
      while (rest.byteLength > 0) {
        const taken = rest.subarray(0, size - filled);
        buffer.set(taken, filled);
        filled += taken.byteLength;
        rest = rest.subarray(taken.byteLength);
        if (filled < size) continue;
        yield buffer;
        any = true;
        buffer = new Uint8Array(size);
        filled = 0;
      }
    }
    if (filled > 0 || !any) yield buffer.subarray(0, filled);
  } finally {
    // Also when the consumer gives up: the source must not be left waiting for a reader.
    await reader.cancel().catch(() => undefined);
  }
}

const uploadParts = async (
  transport: Transport,
  input: UploadStreamInput,
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void, void>,
): Promise<WriteResult & { readonly sizeBytes: number }> => {
  const uploadId = await createMultipart(transport, input);
  const upload = {
    key: input.key,
    uploadId,
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
  try {
    const parts: UploadedPart[] = [await uploadPart(transport, upload, 1, first)];
    let sizeBytes = first.byteLength;
    for await (const piece of rest) {
      if (parts.length >= MAX_PARTS)
        throw new SluiceError('object_too_large', { detail: 'More than 10,000 parts.' });
      parts.push(await uploadPart(transport, upload, parts.length + 1, piece));
      sizeBytes += piece.byteLength;
    }
    // Ceph, for one, takes no notice of If-None-Match on completion; this look covers all but the last moment.
    if (input.ifAbsent === true && (await objectExists(transport, input)))
      throw new SluiceError('object_exists');
    return {
      ...(await completeMultipart(transport, upload, parts, { ifAbsent: input.ifAbsent === true })),
      sizeBytes,
    };
  } catch (error) {
    // Without the caller's signal, which may be what ended the upload. A failure to clean up must not hide the cause.
    await abortMultipart(transport, { key: input.key, uploadId }).catch(() => undefined);
    throw error;
  }
};

/**
 * Writes a stream of unknown length: as one PUT when it fits into one part, otherwise as a multipart upload, which is
 * aborted when anything fails. Parts are sent one after another.
 *
 * @throws SluiceError; an error of `body` itself passes through
 */
export const uploadStream = async (
  transport: Transport,
  input: UploadStreamInput,
): Promise<WriteResult & { readonly sizeBytes: number }> => {
  const partBytes = Math.max(MIN_PART_BYTES, input.partBytes ?? 8 * 1024 * 1024);
  const rest = pieces(input.body, partBytes);
  try {
    const first = await rest.next();
    const bytes = first.done === true ? new Uint8Array(0) : first.value;
    if (bytes.byteLength === partBytes) return await uploadParts(transport, input, bytes, rest);
    const { body: _, partBytes: __, ...common } = input;
    const written = await putObject(transport, { ...common, body: bytes, sizeBytes: bytes.byteLength });
    return { ...written, sizeBytes: bytes.byteLength };
  } finally {
    await rest.return();
  }
};
