/** Decoded size of any one stream that has to be read (content, fonts' maps, object streams). */
export const MAX_STREAM_BYTES = 16 * 1024 * 1024;

/** Ceilings for one document. Everything is counted in work, not only in time: a Worker's clock stands still while it computes. */
export interface RemediationLimits {
  /** Size of the source file. */
  readonly maxBytes: number;
  readonly maxPages: number;
  /** Decoded size of all streams read, together. */
  readonly maxDecodedBytes: number;
  /** Content operators of the whole document. */
  readonly maxOperators: number;
  /** Characters shown by the whole document. */
  readonly maxGlyphs: number;
  /** Runs of characters without a space between them: what is kept of each, until the document is written, is most of the memory. */
  readonly maxWords: number;
  /** Cells of all tables, empty ones too: each costs as much as three words. */
  readonly maxCells: number;
  /** What all fonts together say about their characters, one by one: maps to Unicode, names and widths of glyphs. */
  readonly maxFontEntries: number;
  /** Annotations of all pages, each counted on every page that shows it. */
  readonly maxAnnotations: number;
  /** How often lines of drawings are compared with each other, and with text, to find tables and figures. */
  readonly maxComparisons: number;
  /** Wall clock, where there is one. */
  readonly maxElapsedMs: number;
}

/**
 * What fits a 128 MB Worker, as measured (figures in packages/remediation/README.md).
 *
 * The file is held twice (the source, and the output that repeats it): 16 MiB cost 34 MB. 80,000 words need a heap of 56 MB, of
 * which 24 MB are the runtime and the code, 20,000 cells of tables one of 72 MB, and 12,000 links one of 64 MB. An encrypted or rebuilt file is written by the library, which needs twice its size more.
 */
export const REMEDIATION_LIMITS: RemediationLimits = {
  maxBytes: 16 * 1024 * 1024,
  maxPages: 250,
  maxDecodedBytes: 96 * 1024 * 1024,
  maxOperators: 4_000_000,
  maxGlyphs: 1_000_000,
  maxWords: 80_000,
  maxCells: 20_000,
  maxFontEntries: 400_000,
  maxAnnotations: 12_000,
  maxComparisons: 300_000_000,
  maxElapsedMs: 25_000,
};

/**
 * What the Node processor takes, in a process of its own with a heap of 1 GiB: 1,000 ordinary pages need a fifth of it
 * (figures in packages/remediation/README.md). How long a document may take is for that process's owner to say.
 */
export const NODE_REMEDIATION_LIMITS: RemediationLimits = {
  maxBytes: 200 * 1024 * 1024,
  maxPages: 3_000,
  maxDecodedBytes: 1024 * 1024 * 1024,
  maxOperators: 40_000_000,
  maxGlyphs: 10_000_000,
  maxWords: 3_000_000,
  maxCells: 300_000,
  maxFontEntries: 4_000_000,
  maxAnnotations: 200_000,
  maxComparisons: 6_000_000_000,
  maxElapsedMs: 600_000,
};
