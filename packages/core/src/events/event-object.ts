/** One object that a provider says was written. */
export interface EventObject {
  readonly bucket: string;
  /** Whose bucket it is, where the provider says so in a way we know ours by. */
  readonly r2Account: string | null;
  /** The twelve digits of the account that owns the bucket. */
  readonly awsAccount: string | null;
  readonly region: string | null;
  /** As it is, decoded. */
  readonly key: string;
  /** Without quotes. Null where the provider does not send it (B2): asked for then. */
  readonly etag: string | null;
  readonly sizeBytes: number | null;
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** Orders the events of one key: the greater is the later, the shorter filled up with zeros. */
  readonly sequencer: string | null;
  readonly versionId: string | null;
}

/** What one event says: an object was written, nothing of interest happened, a trial, or nothing we understand. */
export type ReadEvent =
  | { readonly kind: 'written'; readonly object: EventObject }
  | { readonly kind: 'other' }
  | { readonly kind: 'test' }
  | { readonly kind: 'malformed' };

export const OTHER: ReadEvent = { kind: 'other' };

export const bare = (etag: string | null | undefined): string | null => {
  const text = etag?.replace(/^W\//, '').replace(/^"(.*)"$/, '$1') ?? '';
  return text === '' ? null : text;
};

/** Hexadecimal only: what is of another form cannot be compared. */
export const usableSequencer = (text: string | null | undefined): string | null =>
  text !== null && text !== undefined && /^[0-9a-f]{1,64}$/i.test(text) ? text.toUpperCase() : null;
