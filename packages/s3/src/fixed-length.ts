import { SluiceError } from '@sluice/shared';

type FixedLength = {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
};

/** workerd's own stream: the only one from which it takes a Content-Length. Not there on Node. */
const nativeFixedLength = (): (new (sizeBytes: number) => FixedLength) | undefined =>
  (globalThis as { FixedLengthStream?: new (sizeBytes: number) => FixedLength }).FixedLengthStream;

/** How long a failed request waits to hear whether its source was the cause. */
const SETTLE_MS = 100;

export const wrongLength = (sizeBytes: number): SluiceError =>
  new SluiceError('upstream_invalid', { detail: `The content is not the ${sizeBytes} bytes announced.` });

export interface FixedLengthBody {
  readonly stream: ReadableStream<Uint8Array>;
  /**
   * Why the source failed, if it did and if the runtime tells: the request then fails with an error that hides it.
   * workerd does not tell of a stream that is too short; that looks like a lost connection.
   */
  sourceError(): Promise<SluiceError | null>;
}

const native = (
  FixedLengthStream: new (sizeBytes: number) => FixedLength,
  body: ReadableStream<Uint8Array>,
  sizeBytes: number,
): FixedLengthBody => {
  const { readable, writable } = new FixedLengthStream(sizeBytes);
  let failure: SluiceError | null = null;
  // Bytes go from socket to socket without passing through JavaScript. The rejection is looked at by sourceError.
  const piped = body.pipeTo(writable).catch((error: unknown) => {
    if (error instanceof SluiceError) failure = error;
    else if (error instanceof Error && /FixedLengthStream/.test(error.message))
      failure = wrongLength(sizeBytes);
  });
  return {
    stream: readable,
    async sourceError() {
      // The request may hear of the failure first. An answer given early leaves the pipe open, hence the limit.
      let timer: ReturnType<typeof setTimeout> | undefined;
      await Promise.race([piped, new Promise<void>((resolve) => (timer = setTimeout(resolve, SETTLE_MS)))]);
      if (timer !== undefined) clearTimeout(timer);
      return failure;
    },
  };
};

const counted = (body: ReadableStream<Uint8Array>, sizeBytes: number): FixedLengthBody => {
  const reader = body.getReader();
  let sentBytes = 0;
  let failure: SluiceError | null = null;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        sentBytes += value?.byteLength ?? 0;
        if (sentBytes > sizeBytes || (done && sentBytes < sizeBytes)) throw wrongLength(sizeBytes);
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        if (error instanceof SluiceError) failure = error;
        reader.cancel().catch(() => undefined);
        throw error;
      }
    },
    async cancel(reason) {
      await reader.cancel(reason);
    },
  });
  return { stream, sourceError: async () => failure };
};

/** A stream that delivers exactly `sizeBytes`, or fails; sent with Content-Length on both runtimes. */
export const fixedLengthBody = (body: ReadableStream<Uint8Array>, sizeBytes: number): FixedLengthBody => {
  const FixedLengthStream = nativeFixedLength();
  return FixedLengthStream === undefined
    ? counted(body, sizeBytes)
    : native(FixedLengthStream, body, sizeBytes);
};
