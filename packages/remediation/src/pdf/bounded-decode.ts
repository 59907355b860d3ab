import { PdfArray, PdfName, PdfStream } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { RemediationRefused } from '../refusal.ts';
import { filterNames } from './library-guards.ts';

/** Filters that a stream of text or drawing instructions may have. Images are never decoded. */
const FULL_NAMES = new Map([
  ['FlateDecode', 'FlateDecode'],
  ['Fl', 'FlateDecode'],
  ['LZWDecode', 'LZWDecode'],
  ['LZW', 'LZWDecode'],
  ['ASCII85Decode', 'ASCII85Decode'],
  ['A85', 'ASCII85Decode'],
  ['ASCIIHexDecode', 'ASCIIHexDecode'],
  ['AHx', 'ASCIIHexDecode'],
  ['RunLengthDecode', 'RunLengthDecode'],
  ['RL', 'RunLengthDecode'],
]);

/** Nothing at all, packed, takes this much and no more. */
const EMPTY_FLATE_BYTES = 16;
/** So many streams as small as this are unpacked once: a page may draw a form thousands of times. */
const MAX_KEPT = 500;
const KEPT_BYTES = 2048;

/**
 * Decodes a stream within the document's budget; its own ceiling is set in library-guards.ts.
 *
 * @returns the bytes, or undefined when the stream cannot be decoded
 * @throws RemediationRefused `pdf_too_complex` on a decompression bomb
 */
export function decodeStream(stream: PdfStream, budget: WorkBudget): Uint8Array | undefined {
  const known = budget.unpacked.get(stream);
  if (known) {
    budget.spend('decodedBytes', known.length);
    return known;
  }
  const filters = filterNames(stream);
  const full = filters.flatMap((filter) => FULL_NAMES.get(filter) ?? []);
  if (full.length < filters.length) return undefined;
  let decoded: Uint8Array;
  try {
    // Abbreviations are legal in inline images only, yet other readers take them everywhere.
    const abbreviated = filters.some((filter, index) => filter !== full[index]);
    decoded = (abbreviated ? withFilters(stream, full) : stream).getDecodedData();
  } catch (error) {
    if (error instanceof RemediationRefused) throw error;
    return undefined;
  }
  // The library gives what it could unpack of damaged data, which may be nothing.
  if (decoded.length === 0 && stream.data.length > EMPTY_FLATE_BYTES) return undefined;
  budget.spend('decodedBytes', decoded.length);
  if (decoded.length <= KEPT_BYTES && budget.unpacked.size < MAX_KEPT) budget.unpacked.set(stream, decoded);
  return decoded;
}

function withFilters(stream: PdfStream, filters: readonly string[]): PdfStream {
  const copy = new PdfStream(stream, stream.data);
  copy.set('Filter', PdfArray.of(...filters.map((filter) => PdfName.of(filter))));
  return copy;
}
