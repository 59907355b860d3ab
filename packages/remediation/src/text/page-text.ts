import type { PdfDict, PdfStream } from '@libpdf/core';
import type { Drawing } from './drawings.ts';
import type { Matrix } from './matrix.ts';
import type { TextFragment } from './text-pen.ts';

export interface PageText {
  /** Points, after the page's own rotation. */
  readonly width: number;
  readonly height: number;
  readonly fragments: readonly TextFragment[];
  /** Share of the page (0 to 1) covered by its largest picture. */
  readonly largestImageShare: number;
  readonly images: number;
  /** Whether anything is painted that can be seen. Spaces are not. */
  readonly paints: boolean;
  /** Glyphs of which the file does not say what they are. */
  readonly unmappedGlyphs: number;
  /** Marked content that says itself what it is read as, and has glyphs of which nothing else says it. */
  readonly speechless: ReadonlySet<string>;
  /** A content stream could not be decoded. */
  readonly unreadable: boolean;
  /** From the page's own coordinates to the rotated ones. */
  readonly base: Matrix;
  /** The page's content is stream 0; each drawing of a form is one more. */
  readonly streams: readonly StreamUse[];
  readonly drawings: readonly Drawing[];
}

/** One run of a content stream: the page's own, or a form's each time it is drawn. */
export interface StreamUse {
  readonly id: number;
  /** The stream that draws it and the number of the `Do` there; -1 for the page's own. */
  readonly parent: number;
  readonly operation: number;
  readonly form: PdfStream | undefined;
  readonly resources: PdfDict | undefined;
}
