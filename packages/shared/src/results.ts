import * as z from 'zod';

/** What the processor makes of a document. */
export const ResultKind = z.enum(['pdf', 'html']);
export type ResultKind = z.infer<typeof ResultKind>;

/** A result on its way out of the bucket. */
export interface ReadResult {
  /** Errors when it breaks off; never ends early in silence. */
  readonly body: ReadableStream<Uint8Array>;
  /** Of the body; null where the provider stores it packed and it is told only by reading. */
  readonly sizeBytes: number | null;
  /** The last part of its key. */
  readonly fileName: string;
}
