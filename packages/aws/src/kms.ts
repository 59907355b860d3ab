import { type EgressPolicy, readTextBounded, translateNetworkError } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';
import type { AwsCredentials, CredentialsProvider } from './credentials.ts';
import { signedFetch } from './signed-fetch.ts';

/** A ciphertext is at most 6,144 bytes, its base64 a third more. */
const MAX_ANSWER_BYTES = 32 * 1024;
const DEFAULT_TIMEOUT_MS = 3000;
const DEFAULT_MAX_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 50;

export type EncryptionContext = Readonly<Record<string, string>>;
type Bytes = Uint8Array<ArrayBuffer>;

export interface KmsClientOptions {
  /** Our own identity. */
  readonly credentials: AwsCredentials | CredentialsProvider;
  readonly region: string;
  readonly egress: EgressPolicy;
  /** Of one attempt, from the call to the last byte. Default 3 s. */
  readonly timeoutMs?: number;
  /** Throttling and 5xx are tried again up to this many attempts in all. Default 3. */
  readonly maxAttempts?: number;
  /** Instead of the regional endpoint: a VPC endpoint, or a test. */
  readonly endpoint?: string;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
}

/**
 * The operations of AWS KMS that we use.
 *
 * Every one throws SluiceError with the provider's code and without its words: `encryption_denied` (no permission, no
 * such key, key disabled, wrong key or encryption context), `throttled`, `upstream_unavailable`, `upstream_timeout`,
 * `upstream_invalid`, and what `signedFetch` throws.
 */
export interface KmsClient {
  /** Encrypts at most 4,096 bytes. `keyId` is a key id, ARN or alias; the answer's is the key's ARN. */
  encrypt(input: {
    readonly keyId: string;
    readonly plaintext: Uint8Array;
    readonly encryptionContext: EncryptionContext;
  }): Promise<{ readonly keyId: string; readonly ciphertext: Bytes }>;
  /** Decrypts with this key only, whatever key the ciphertext names. The caller zeroes the plaintext. */
  decrypt(input: {
    readonly keyId: string;
    readonly ciphertext: Uint8Array;
    readonly encryptionContext: EncryptionContext;
  }): Promise<{ readonly keyId: string; readonly plaintext: Bytes }>;
  /** For a health check. */
  describeKey(keyId: string): Promise<{ readonly keyId: string; readonly isEnabled: boolean }>;
}

const toBase64 = (bytes: Uint8Array): string => {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

const invalid = (): SluiceError =>
  new SluiceError('upstream_invalid', { detail: 'AWS KMS answered without what was asked for.' });

const textOf = (answer: Record<string, unknown>, name: string): string => {
  const value = answer[name];
  if (typeof value !== 'string' || value === '') throw invalid();
  return value;
};

const bytesOf = (answer: Record<string, unknown>, name: string): Bytes => {
  const text = textOf(answer, name);
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    // The error of atob quotes nothing today; it is dropped so that it never can.
    throw invalid();
  }
};

const parseObject = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // A parse error quotes the answer, which may hold a data key.
  }
  throw invalid();
};

const THROTTLING = /^(?:Throttling|ThrottlingException|TooManyRequestsException|LimitExceededException)$/;

/** The provider's code alone: its message names principals and keys and is no use to a tenant. */
const translate = (action: string, status: number, text: string): SluiceError => {
  const type = /"__type"\s*:\s*"(?:[^"#]{0,200}#)?([A-Za-z]{1,100})"/.exec(text)?.[1];
  const options = {
    detail: `AWS KMS ${action}`,
    providerStatus: status,
    ...(type === undefined ? {} : { providerCode: type }),
  };
  if (status === 429 || (type !== undefined && THROTTLING.test(type))) {
    return new SluiceError('throttled', options);
  }
  if (status >= 500) return new SluiceError('upstream_unavailable', options);
  return type === undefined
    ? new SluiceError('upstream_invalid', options)
    : new SluiceError('encryption_denied', options);
};

const regionalEndpoint = (region: string): string => {
  if (!/^[a-z0-9-]{1,40}$/.test(region)) {
    throw new SluiceError('region_wrong', { detail: 'The KMS region is not a valid AWS region name.' });
  }
  return `https://kms.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
};

const isWorthAnotherAttempt = (error: unknown): boolean =>
  error instanceof SluiceError && (error.code === 'throttled' || error.code === 'upstream_unavailable');

/** Full jitter, so that callers who were throttled together do not come back together. */
const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
  });

/** A client of AWS KMS for one identity and region. Source: AWS KMS API reference, 2014-11-01. */
export const createKmsClient = (options: KmsClientOptions): KmsClient => {
  const { credentials, region, clock, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const maxAttempts = options.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  const url = options.endpoint ?? regionalEndpoint(region);
  const egress = { ...options.egress, headersTimeoutMs: timeoutMs, totalTimeoutMs: timeoutMs };

  const readAnswer = async (response: Response): Promise<string> => {
    try {
      return await readTextBounded(response, MAX_ANSWER_BYTES);
    } catch (error) {
      throw error instanceof SluiceError ? error : translateNetworkError(error, new URL(url).hostname);
    }
  };

  const attempt = async (action: string, body: Uint8Array): Promise<Record<string, unknown>> => {
    const response = await signedFetch({
      credentials: typeof credentials === 'function' ? await credentials() : credentials,
      service: 'kms',
      region,
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${action}` },
      body,
      egress,
      ...(clock === undefined ? {} : { clock }),
    });
    const text = await readAnswer(response);
    if (!response.ok) throw translate(action, response.status, text);
    return parseObject(text);
  };

  const call = async (
    action: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> => {
    const body = new TextEncoder().encode(JSON.stringify(input));
    try {
      for (let count = 1; ; count += 1) {
        try {
          return await attempt(action, body);
        } catch (error) {
          if (count >= maxAttempts || !isWorthAnotherAttempt(error)) throw error;
          await pause(count);
        }
      }
    } finally {
      // For Encrypt it holds the data key.
      body.fill(0);
    }
  };

  return {
    async encrypt({ keyId, plaintext, encryptionContext }) {
      const answer = await call('Encrypt', {
        KeyId: keyId,
        Plaintext: toBase64(plaintext),
        EncryptionContext: encryptionContext,
      });
      return { keyId: textOf(answer, 'KeyId'), ciphertext: bytesOf(answer, 'CiphertextBlob') };
    },
    async decrypt({ keyId, ciphertext, encryptionContext }) {
      const answer = await call('Decrypt', {
        KeyId: keyId,
        CiphertextBlob: toBase64(ciphertext),
        EncryptionContext: encryptionContext,
      });
      return { keyId: textOf(answer, 'KeyId'), plaintext: bytesOf(answer, 'Plaintext') };
    },
    async describeKey(keyId) {
      const metadata = (await call('DescribeKey', { KeyId: keyId }))['KeyMetadata'];
      if (typeof metadata !== 'object' || metadata === null) throw invalid();
      const fields = metadata as Record<string, unknown>;
      return { keyId: textOf(fields, 'Arn'), isEnabled: fields['Enabled'] === true };
    },
  };
};
