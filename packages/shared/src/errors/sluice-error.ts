import { ERROR_CATALOGUE, type ErrorCode, type ErrorEntry } from './catalogue.ts';

export interface FieldError {
  /** Path in the request body, dotted: `credentials.secretAccessKey`. */
  readonly field: string;
  readonly message: string;
}

export interface Denial {
  /** A `Deny` refuses, which no grant outweighs; false when none is told of. */
  readonly isExplicit: boolean;
  /** The key of the encryption, when it is named. */
  readonly kmsKeyArn: string | null;
}

export interface SluiceErrorOptions {
  /** A sentence for the reader: names the bucket, action or region concerned, never a secret or a URL with a query. */
  readonly detail?: string;
  /** The provider's own code (`AccessDenied`), as sent, at most 100 characters. */
  readonly providerCode?: string;
  /** HTTP status of the provider's answer. */
  readonly providerStatus?: number;
  /** How long the provider asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Of a refusal: what the provider told of the policy behind it. */
  readonly denial?: Denial;
  readonly fields?: readonly FieldError[];
  /** For our logs only. Never shown. */
  readonly cause?: unknown;
}

/** The one error type that crosses package borders. Its message is safe to show. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly providerCode: string | undefined;
  readonly providerStatus: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly denial: Denial | undefined;
  readonly fields: readonly FieldError[];

  constructor(code: ErrorCode, options: SluiceErrorOptions = {}) {
    const { title } = ERROR_CATALOGUE[code];
    super(options.detail ? `${title}: ${options.detail}` : title, { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.providerCode = options.providerCode;
    this.providerStatus = options.providerStatus;
    this.retryAfterMs = options.retryAfterMs;
    this.denial = options.denial;
    this.fields = options.fields ?? [];
  }

  get entry(): ErrorEntry {
    return ERROR_CATALOGUE[this.code];
  }

  get retryable(): boolean {
    return this.entry.retryable;
  }
}

/** Anything thrown, as a {@link SluiceError}: what is unknown becomes `internal`, with the original as cause. */
export const asSluiceError = (error: unknown): SluiceError =>
  error instanceof SluiceError ? error : new SluiceError('internal', { cause: error });
