import { SluiceError } from '@sluice/shared';
import { AwsV4Signer } from 'aws4fetch';
import { type AwsCredentials, normalizeCredentials } from './credentials.ts';

export interface SignInput {
  readonly method: string;
  /** Absolute, already encoded by RFC 3986. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Bytes are hashed into the signature; a stream goes unsigned (`UNSIGNED-PAYLOAD`), protected by TLS.
   * Services other than S3 take bytes only.
   */
  readonly body?: Uint8Array | ReadableStream<Uint8Array> | null;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null;
}

export interface PresignInput {
  readonly method: 'GET' | 'PUT' | 'HEAD';
  readonly url: string;
  /** 1 second to 7 days. */
  readonly expiresInSeconds: number;
  /** Headers the user of the link must send, with these values. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Signer {
  sign(input: SignInput): Promise<SignedRequest>;
  /** A link that works for anyone who holds it, so a secret. Never log, store or queue it. */
  presign(input: PresignInput): Promise<string>;
}

export interface SignerOptions {
  readonly credentials: AwsCredentials;
  /** `s3`, `sts`, `kms`. Never guessed from the host: the guess is right for three providers only. */
  readonly service: string;
  readonly region: string;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
}

const MAX_PRESIGN_SECONDS = 604_800;
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * aws4fetch keys its cache of derived keys by the plaintext secret. One signer has one secret, so the key is cut off
 * and only date, region and service remain; two days' keys are kept.
 */
class DerivedKeyCache extends Map<string, ArrayBuffer> {
  readonly #secretLength: number;

  constructor(secretLength: number) {
    super();
    this.#secretLength = secretLength;
  }

  override get(key: string): ArrayBuffer | undefined {
    return super.get(key.slice(this.#secretLength));
  }

  override set(key: string, value: ArrayBuffer): this {
    if (this.size >= 2) this.clear();
    return super.set(key.slice(this.#secretLength), value);
  }
}

/**
 * Sent but not signed: Cloudflare's edge and other proxies rewrite them under way, and the signature would break.
 * `content-length` is set by the runtime from the body as well.
 */
const UNSIGNED_HEADERS = ['accept-encoding', 'content-length', 'user-agent'] as const;

const toAmzDate = (epochMs: number): string => new Date(epochMs).toISOString().replace(/[:-]|\.\d{3}/g, '');

const sha256Hex = async (bytes: Uint8Array): Promise<string> => {
  if (bytes.byteLength === 0) return EMPTY_SHA256;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
};

const payloadHash = async (body: SignInput['body']): Promise<string> => {
  if (body === null || body === undefined) return EMPTY_SHA256;
  return body instanceof Uint8Array ? sha256Hex(body) : 'UNSIGNED-PAYLOAD';
};

/**
 * Signs by SigV4 for one identity, service and region.
 *
 * Every header given is signed, Content-Type and Range included (servers that check refuse the unsigned ones), less
 * the few that proxies rewrite.
 *
 * @throws SluiceError `credentials_missing`, `credentials_unknown` or `credentials_wrong_secret` when a key cannot be
 * put into a header.
 */
export const createSigner = (options: SignerOptions): Signer => {
  const credentials = normalizeCredentials(options.credentials);
  const { service, region } = options;
  const clock = options.clock ?? Date.now;
  const cache = new DerivedKeyCache(credentials.secretAccessKey.length);
  const common = { ...credentials, service, region, cache };

  return {
    async sign({ method, url, headers, body = null }) {
      const withHash = new Headers({ ...headers });
      if (!(body instanceof Uint8Array) && body !== null && service !== 's3') {
        throw new SluiceError('internal', { detail: 'Only S3 takes unsigned streams.' });
      }
      const unsigned: Record<string, string> = {};
      for (const name of UNSIGNED_HEADERS) {
        const value = withHash.get(name);
        if (value === null) continue;
        unsigned[name] = value;
        withHash.delete(name);
      }
      withHash.set('x-amz-content-sha256', await payloadHash(body));
      const signer = new AwsV4Signer({
        ...common,
        method,
        url,
        headers: withHash,
        datetime: toAmzDate(clock()),
        allHeaders: true,
      });
      const signed = await signer.sign();
      for (const [name, value] of Object.entries(unsigned)) signed.headers.set(name, value);
      return { method, url: signed.url.href, headers: signed.headers, body };
    },

    async presign({ method, url, expiresInSeconds, headers }) {
      if (
        !Number.isInteger(expiresInSeconds) ||
        expiresInSeconds < 1 ||
        expiresInSeconds > MAX_PRESIGN_SECONDS
      ) {
        throw new SluiceError('internal', { detail: 'A link lives for 1 second to 7 days.' });
      }
      const target = new URL(url);
      target.searchParams.set('X-Amz-Expires', String(expiresInSeconds));
      const signer = new AwsV4Signer({
        ...common,
        method,
        url: target.href,
        headers: { ...headers },
        datetime: toAmzDate(clock()),
        signQuery: true,
        allHeaders: true,
      });
      const signed = await signer.sign();
      // `+` means space to form decoders only; S3 takes it literally. A literal plus is %2B already.
      signed.url.search = signed.url.search.replaceAll('+', '%20');
      return signed.url.href;
    },
  };
};
