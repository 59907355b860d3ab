import { PdfArray, PdfName, PdfStream } from '@libpdf/core';
import { Inflate } from 'pako';
import type { WorkBudget } from '../budget.ts';
import { RemediationRefused } from '../refusal.ts';

const TOO_LARGE = 'A part of the file unpacks to far more data than it should.';

/** Filters that a stream of text or drawing instructions may have. Images are never decoded. */
const DECODABLE = new Set([
  'FlateDecode',
  'Fl',
  'LZWDecode',
  'LZW',
  'ASCII85Decode',
  'A85',
  'ASCIIHexDecode',
  'AHx',
  'RunLengthDecode',
  'RL',
]);
const FULL_NAMES: Record<string, string> = {
  Fl: 'FlateDecode',
  LZW: 'LZWDecode',
  A85: 'ASCII85Decode',
  AHx: 'ASCIIHexDecode',
  RL: 'RunLengthDecode',
};

/**
 * Decodes a stream without letting it grow past its share.
 *
 * @returns the bytes, or undefined when the stream cannot be decoded
 * @throws RemediationRefused `pdf_too_complex` on a decompression bomb
 */
export function decodeStream(stream: PdfStream, budget: WorkBudget): Uint8Array | undefined {
  const filters = filterNames(stream);
  if (filters.some((filter) => !DECODABLE.has(filter))) return undefined;
  // The library decodes without a ceiling, so the size is measured first, throwing the data away.
  refuseBomb(stream.data, filters, budget);
  let decoded: Uint8Array;
  try {
    if (filters.some((filter) => FULL_NAMES[filter] !== undefined)) {
      // Abbreviations are legal in inline images only, yet other readers take them everywhere.
      const full = filters.map((filter) => PdfName.of(FULL_NAMES[filter] ?? filter));
      const copy = new PdfStream(stream, stream.data);
      copy.set('Filter', PdfArray.of(...full));
      decoded = copy.getDecodedData();
    } else decoded = stream.getDecodedData();
  } catch {
    return undefined;
  }
  budget.spend('decodedBytes', decoded.length);
  return decoded;
}

function filterNames(stream: PdfStream): string[] {
  const filter = stream.get('Filter');
  if (filter instanceof PdfName) return [filter.value];
  if (filter instanceof PdfArray)
    return filter.toArray().flatMap((item) => (item instanceof PdfName ? [item.value] : ['?']));
  return filter === undefined ? [] : ['?'];
}

function refuseBomb(data: Uint8Array, filters: readonly string[], budget: WorkBudget): void {
  const { maxStreamBytes } = budget.limits;
  const first = FULL_NAMES[filters[0] ?? ''] ?? filters[0];
  const packers = filters.filter((filter) => /^(Fl|LZW|RL|RunLength)/.test(filter)).length;
  // Packed twice: nothing but a bomb does that to a content stream.
  if (packers > 1) throw new RemediationRefused('pdf_too_complex', TOO_LARGE);
  if (first === 'FlateDecode') {
    if (inflatedSize(data, maxStreamBytes) > maxStreamBytes)
      throw new RemediationRefused('pdf_too_complex', TOO_LARGE);
    return;
  }
  // The greatest growth the other packers can reach. Behind an ASCII filter, Flate reaches about 1,030 times.
  const growth = packers === 0 ? 1 : filters.some((filter) => filter.startsWith('R')) ? 64 : 1400;
  if (data.length * growth > maxStreamBytes * 8) throw new RemediationRefused('pdf_too_complex', TOO_LARGE);
}

/** Size after inflating, or just more than `limit`. Damaged data counts up to where it breaks. */
export function inflatedSize(data: Uint8Array, limit: number): number {
  const counter = { size: 0 };
  const inflate = new Inflate({ chunkSize: 65_536 });
  inflate.onData = (chunk: Uint8Array) => {
    counter.size += chunk.length;
  };
  for (let at = 0; at < data.length; at += 4096) {
    const goesOn = inflate.push(data.subarray(at, at + 4096), at + 4096 >= data.length);
    if (!goesOn || counter.size > limit) break;
  }
  return counter.size;
}
