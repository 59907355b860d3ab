import type { ErrorCode } from '@sluice/shared';

/** What must become of an object, known before it is put into the bucket. */
export type Expectation =
  | { readonly outcome: 'written_back'; readonly pages: number }
  | { readonly outcome: 'skipped' | 'failed'; readonly reason: ErrorCode }
  /** Outside the input prefix: nobody may even take note of it. */
  | { readonly outcome: 'left_alone' };

/** An object to put into a customer's bucket. */
export interface DemoDocument {
  readonly key: string;
  readonly content: Uint8Array | { readonly zeroBytes: number };
  readonly contentType: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly expected: Expectation;
}

/** A tenant of the demo, its bucket, and everything that lies in it. */
export interface DemoTenant {
  readonly name: string;
  /** Of its owner. */
  readonly email: string;
  readonly bucket: string;
  /** Empty for the whole bucket. */
  readonly inputPrefix: string;
  readonly outputPrefix: string;
  readonly documents: readonly DemoDocument[];
}

/** Bytes of an object's content. */
export function sizeOf({ content }: DemoDocument): number {
  return content instanceof Uint8Array ? content.byteLength : content.zeroBytes;
}

const encoder = new TextEncoder();

/** A text file. */
export function textFile(key: string, text: string, expected: Expectation): DemoDocument {
  return { key, content: encoder.encode(text), contentType: 'text/plain; charset=utf-8', expected };
}
