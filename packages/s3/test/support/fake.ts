import { SluiceError } from '@sluice/shared';
import { FAKE_IDENTITY, type FakeS3 } from '@sluice/testkit/fake-s3';
import { openBucket, type RequestRecord, type S3Client, type S3Options } from '../../src/index.ts';

/** Waits that were asked for, in milliseconds; none is waited. */
export interface Waits {
  readonly delaysMs: number[];
}

/** A client of the fake that never really waits. */
export const clientOf = (
  fake: Pick<FakeS3, 'endpoint'>,
  options: Partial<S3Options> = {},
): S3Client & Waits & { readonly records: RequestRecord[] } => {
  const delaysMs: number[] = [];
  const records: RequestRecord[] = [];
  const client = openBucket({
    provider: { provider: 'generic', endpoint: fake.endpoint },
    bucket: 'bucket',
    credentials: FAKE_IDENTITY,
    egress: { mode: 'allow-loopback' },
    onRequest: (record) => records.push(record),
    ...options,
    retry: {
      random: () => 1,
      sleep: async (delayMs) => {
        delaysMs.push(delayMs);
      },
      ...options.retry,
    },
  });
  return { ...client, delaysMs, records };
};

/** The SluiceError a promise fails with. Fails itself when it succeeds or throws another error. */
export const failure = async (promise: Promise<unknown>): Promise<SluiceError> => {
  const error = await promise.then(
    (value) => new Error(`succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof SluiceError) return error;
  throw error;
};

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const textOf = async (stream: ReadableStream<Uint8Array>): Promise<string> =>
  new Response(stream).text();

/** Everything of an error that could end in a log. */
export const everythingOf = (error: SluiceError): string =>
  `${error.stack} ${JSON.stringify(error)} ${String(error.cause)} ${error.detail}`;
