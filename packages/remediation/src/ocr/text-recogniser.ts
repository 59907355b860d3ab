/** A word on the page as it is read: points, origin at the lower left, the page's rotation applied. */
export interface RecognisedWord {
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface RecognisedPage {
  /** In reading order. */
  readonly lines: readonly (readonly RecognisedWord[])[];
}

/**
 * The port of an engine that reads pictures of text (OCR). It says what it saw and how sure it is; what becomes of that is
 * decided here.
 */
export interface TextRecogniser {
  /** Pages it will look at in one document; the rest stay pictures, and are said to be. */
  readonly maxPages: number;
  /**
   * Reads pages of a PDF, in the order given, and calls `onPage` after each.
   *
   * @param pages indices, from 0
   * @param language BCP 47; null when nobody knows
   * @returns null for a page that cannot be read
   */
  recognise(
    pdf: Uint8Array,
    pages: readonly number[],
    language: string | null,
    onPage: (pagesDone: number) => void,
  ): Promise<(RecognisedPage | null)[]>;
}
