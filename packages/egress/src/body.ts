import { SluiceError } from '@sluice/shared';

const tooLarge = (maxBytes: number): SluiceError =>
  new SluiceError('upstream_invalid', {
    detail: `The answer is larger than the ${maxBytes} bytes allowed for it.`,
  });

/**
 * Reads a body of at most `maxBytes` bytes; what exceeds it is not read but cancelled.
 *
 * @throws SluiceError `upstream_invalid` when there is more. Errors of the stream itself pass through.
 */
export const readBytesBounded = async (
  body: Response | ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array> => {
  const stream = body instanceof Response ? body.body : body;
  if (stream === null) return new Uint8Array(0);
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > maxBytes) {
      // The refusal is already decided; how the other side takes the cancellation changes nothing.
      reader.cancel().catch(() => undefined);
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
  const first = chunks[0];
  if (chunks.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
};

/**
 * Reads a UTF-8 text of at most `maxBytes` bytes. With `fatal`, invalid UTF-8 is `upstream_invalid` instead of being
 * replaced by U+FFFD, which would silently turn one name into another.
 *
 * @throws SluiceError `upstream_invalid`
 */
export const readTextBounded = async (
  body: Response | ReadableStream<Uint8Array> | null,
  maxBytes: number,
  options: { readonly fatal?: boolean } = {},
): Promise<string> => {
  const bytes = await readBytesBounded(body, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: options.fatal ?? false, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new SluiceError('upstream_invalid', { detail: 'The answer is not valid UTF-8.' });
  }
};
