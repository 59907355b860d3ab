/** A PDF made in code, with what a reader must find in it. */
export interface SamplePdf {
  /** File name, ending in `.pdf`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly pages: number;
  /** A phrase of the document's text, to be found with white space ignored; empty when it has none. */
  readonly expectText: string;
}

/** Fixed, so that the same code makes the same bytes. */
export const SAMPLE_DATE = new Date('2026-01-15T09:00:00Z');

/** A small deterministic generator (mulberry32): numbers from 0 up to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
