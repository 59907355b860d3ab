interface FixedLength {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** workerd's own: the one stream from which it sends a Content-Length. */
const { FixedLengthStream } = globalThis as { FixedLengthStream?: new (sizeBytes: number) => FixedLength };

/** A body that tells its length, and errors when it turns out to be another. */
export const ofLength = (body: ReadableStream<Uint8Array>, sizeBytes: number): ReadableStream<Uint8Array> => {
  if (FixedLengthStream === undefined) return body;
  const { readable, writable } = new FixedLengthStream(sizeBytes);
  // Who reads it meets the same error.
  void body.pipeTo(writable).catch(() => undefined);
  return readable;
};
