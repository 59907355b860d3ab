import {
  type AwsCredentials,
  type CredentialsProvider,
  createSigner,
  type Signer,
  sendSigned,
} from '@sluice/aws';
import { type EgressPolicy, translateNetworkError } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';
import { parseErrorAnswer, readErrorAnswer } from './errors/answer.ts';
import { translateAnswer } from './errors/translate.ts';
import type { Operation, OperationContext } from './operations.ts';
import { type Profile, type ProviderConfig, resolveProfile } from './profiles.ts';
import { type RetryPolicy, withRetry } from './retry.ts';
import { createUrlBuilder, type UrlBuilder } from './url.ts';

/** One HTTP request, for metering. Holds no URL and no key. */
export interface RequestRecord {
  readonly operation: Operation;
  /** 0 when no answer came. */
  readonly status: number;
  /** To the answer's headers. */
  readonly durationMs: number;
  /** From 1. */
  readonly attempt: number;
}

export interface S3Options {
  readonly provider: ProviderConfig;
  readonly bucket: string;
  /** Of a key pair, or a provider such as `createRoleSession`. */
  readonly credentials: AwsCredentials | CredentialsProvider;
  /** `mode` decides where the endpoint may lead; limits as in `EgressPolicy`. */
  readonly egress: EgressPolicy;
  readonly retry?: RetryPolicy;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
  readonly onRequest?: (record: RequestRecord) => void;
}

export interface S3Request {
  readonly operation: Operation;
  readonly method: string;
  readonly url: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream can be sent once, so it is never retried. */
  readonly body?: Uint8Array | ReadableStream<Uint8Array>;
  readonly condition?: 'if_match' | 'if_none_match';
  /** The URL carries its signature: nothing is signed anew. */
  readonly isPresigned?: boolean;
  /** False: the server may have done it although no answer came, and doing it twice is not the same. Default true. */
  readonly idempotent?: boolean;
  /** Told the number of each attempt, from 1, before it is made. */
  readonly onAttempt?: (attempt: number) => void;
  /** The answer's body may take as long as its reader does, up to the total time of the egress policy. */
  readonly signal?: AbortSignal;
}

export interface Transport {
  readonly profile: Profile;
  readonly bucket: string;
  readonly urls: UrlBuilder;
  signer(): Promise<Signer>;
  /** How far the server's clock is ahead of ours, in milliseconds, by its last answer; null before it told. */
  clockSkewMs(): number | null;
  /**
   * Sends under the retry policy; `read` belongs to the attempt, so an answer that breaks off is asked for again.
   *
   * @throws SluiceError
   */
  send<T>(request: S3Request, read: (response: Response) => Promise<T>): Promise<T>;
  /** The error that a 200 answer holds in its body (CopyObject, CompleteMultipartUpload). */
  errorInBody(request: S3Request, response: Response, text: string): SluiceError;
}

/** The slowest upload that is waited for. The time to headers includes the upload. */
const MIN_UPLOAD_BYTES_PER_SECOND = 256 * 1024;
const DEFAULT_HEADERS_TIMEOUT_MS = 20_000;
const DEFAULT_TOTAL_TIMEOUT_MS = 300_000;

const withUploadTime = (egress: EgressPolicy, uploadBytes: number): EgressPolicy => {
  const uploadMs = (uploadBytes / MIN_UPLOAD_BYTES_PER_SECOND) * 1000;
  return {
    ...egress,
    headersTimeoutMs: (egress.headersTimeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS) + uploadMs,
    totalTimeoutMs: (egress.totalTimeoutMs ?? DEFAULT_TOTAL_TIMEOUT_MS) + uploadMs,
  };
};

const once = { maxAttempts: 1 } as const;

/** The Date header is of whole seconds, and was written somewhere between question and answer. */
const skewOf = (headers: Headers, askedMs: number, answeredMs: number): number | null => {
  const toldMs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(toldMs)) return null;
  if (toldMs + 1000 < askedMs) return toldMs + 1000 - askedMs;
  return toldMs > answeredMs ? toldMs - answeredMs : 0;
};

/** @throws SluiceError `endpoint_refused`, `region_wrong`, `bucket_not_found` for a configuration that cannot work */
export const createTransport = (options: S3Options): Transport => {
  const profile = resolveProfile(options.provider, options.egress);
  const urls = createUrlBuilder(profile, options.bucket);
  const clock = options.clock ?? Date.now;
  let skewMs: number | null = null;
  let current: { credentials: AwsCredentials; signer: Signer } | null = null;

  const signer = async (): Promise<Signer> => {
    const { credentials: source } = options;
    const credentials = typeof source === 'function' ? await source() : source;
    if (current?.credentials !== credentials) {
      current = {
        credentials,
        signer: createSigner({ credentials, service: 's3', region: profile.region, clock }),
      };
    }
    return current.signer;
  };

  const contextOf = (request: S3Request): OperationContext => ({
    operation: request.operation,
    bucket: options.bucket,
    region: profile.region,
    providerLabel: profile.label,
    ...(request.key === undefined ? {} : { key: request.key }),
    ...(request.condition === undefined ? {} : { condition: request.condition }),
  });

  const sendOnce = async (request: S3Request, attempt: number): Promise<Response> => {
    const unsigned = {
      method: request.method,
      url: request.url,
      // Otherwise a proxy may compress, and fetch decompresses: the length told would not be the length read.
      headers: { 'accept-encoding': 'identity', ...request.headers },
      body: request.body ?? null,
    };
    const signed =
      request.isPresigned === true
        ? { ...unsigned, headers: new Headers(unsigned.headers) }
        : await (await signer()).sign(unsigned);
    const startedMs = clock();
    let status = 0;
    try {
      const response = await sendSigned(
        signed,
        withUploadTime(options.egress, Number(request.headers?.['content-length'] ?? 0)),
        request.signal,
      );
      status = response.status;
      skewMs = skewOf(response.headers, startedMs, clock()) ?? skewMs;
      return response;
    } finally {
      options.onRequest?.({ operation: request.operation, status, durationMs: clock() - startedMs, attempt });
    }
  };

  return {
    profile,
    bucket: options.bucket,
    urls,
    signer,
    clockSkewMs: () => skewMs,
    async send(request, read) {
      const replayable = !(request.body instanceof ReadableStream) && request.idempotent !== false;
      const policy = replayable ? (options.retry ?? {}) : once;
      return withRetry(policy, clock, request.signal, async (attempt) => {
        request.onAttempt?.(attempt);
        const response = await sendOnce(request, attempt);
        try {
          if (!response.ok) {
            throw translateAnswer(await readErrorAnswer(response, clock()), contextOf(request));
          }
          return await read(response);
        } catch (error) {
          if (error instanceof SluiceError) throw error;
          if (request.signal?.aborted === true) {
            throw new SluiceError('unavailable', { detail: 'The operation was cancelled.' });
          }
          throw translateNetworkError(error, profile.endpoint.hostname);
        }
      });
    },
    errorInBody: (request, response, text) =>
      translateAnswer(parseErrorAnswer(response.status, response.headers, text, clock()), contextOf(request)),
  };
};
