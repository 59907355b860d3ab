/** A bucket as the core sees it. Implemented by `packages/s3`; every method throws `SluiceError` only. */
export interface ObjectSummary {
  readonly key: string;
  /** Without quotes. Opaque: of a multipart object it is no MD5. */
  readonly etag: string;
  readonly sizeBytes: number;
  /** ISO 8601, UTC. Whole seconds on some providers. */
  readonly lastModified: string;
}

export interface ListPageInput {
  readonly prefix: string;
  /** Keys greater than this only (UTF-8 byte order). Ignored when `continuationToken` is given. */
  readonly startAfter?: string;
  readonly continuationToken?: string;
  /** 1 to 1000. Default 1000. */
  readonly maxKeys?: number;
  readonly signal?: AbortSignal;
}

export interface ListPage {
  readonly objects: readonly ObjectSummary[];
  /** Present exactly when there is more. */
  readonly continuationToken: string | null;
}

export interface ObjectHead {
  readonly etag: string;
  readonly sizeBytes: number;
  readonly contentType: string | null;
  /**
   * As stored, or null. With a coding that fetch knows (gzip, br, deflate) the body of `get` comes decoded, so longer
   * than `sizeBytes`: bound it by what is read.
   */
  readonly contentEncoding: string | null;
  readonly lastModified: string | null;
  readonly versionId: string | null;
  /** User metadata, names lower-case without `x-amz-meta-`, values decoded. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PutInput {
  readonly key: string;
  readonly body: ReadableStream<Uint8Array> | Uint8Array;
  /** Exact length of `body`. A stream that delivers another length fails the put. */
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Any unicode; encoded on the wire by the adapter. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Fail with `object_exists` when the key exists. */
  readonly ifAbsent?: boolean;
  /** Fail with `object_changed` unless the object has this ETag; with that or `object_not_found` when there is none. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

/** What only a health check asks of a bucket. Nothing of it changes anything. Every method throws `SluiceError` only. */
export interface BucketProbes {
  /** Reads an object by a link, as a processor does. */
  readByLink(key: string, signal: AbortSignal): Promise<void>;
  /** Whether `key` may be written, without writing it; null when that cannot be told. */
  mayWrite(key: string, signal: AbortSignal): Promise<boolean | null>;
  /** Whether the policy of the bucket may be read; null when that cannot be told. */
  mayReadPolicy(signal: AbortSignal): Promise<boolean | null>;
  /** Lists one key with the bucket in the other place: host name for path, path for host name. */
  listOtherwise(prefix: string, signal: AbortSignal): Promise<void>;
  /** How far the server's clock is ahead of ours, in milliseconds; null before it told. */
  clockSkewMs(): number | null;
  /** Assumes the role anew with this external id, or none. Absent where there is no role. `role_not_assumable` when refused. */
  readonly assumeRole?: (externalId: string | null, signal: AbortSignal) => Promise<void>;
}

export interface Bucket {
  listPage(input: ListPageInput): Promise<ListPage>;
  /** `object_not_found` when missing. */
  head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectHead>;
  /** `object_changed` when `ifMatch` is given and the object has another ETag. */
  get(
    key: string,
    options?: { readonly ifMatch?: string; readonly signal?: AbortSignal },
  ): Promise<{ head: ObjectHead; body: ReadableStream<Uint8Array> }>;
  put(input: PutInput): Promise<{ etag: string; versionId: string | null }>;
  /** Deleting a missing object succeeds. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** A GET link that works for anyone who holds it. Never log, store or queue it. */
  presignGet(key: string, expiresInSeconds: number): Promise<string>;
  /** For health checks. Without them, what they would tell is skipped. */
  readonly probes?: BucketProbes;
}
