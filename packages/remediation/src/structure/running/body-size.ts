import type { PageText } from '../../text/page-text.ts';

/** So much of a document in a face of fixed pitch is text, where it is larger than the rest. */
const FIXED_TEXT_SHARE = 0.25;
/** Of a document without text. */
const DEFAULT_SIZE = 10;

/**
 * The size that most of the text is set in.
 *
 * @param typewritten half or more of it is in a face of fixed pitch, which says nothing of what is a listing then
 */
export function bodySizeOf(pages: readonly PageText[], typewritten: boolean): number {
  const [texts, listings] = [new Map<number, number>(), new Map<number, number>()];
  for (const { fragments } of pages)
    for (const { size, text, pitch } of fragments) {
      const weight = pitch !== undefined && !typewritten ? listings : texts;
      const rounded = Math.round(size * 2) / 2;
      weight.set(rounded, (weight.get(rounded) ?? 0) + text.length);
    }
  const all = [...texts.values(), ...listings.values()].reduce((sum, count) => sum + count, 0);
  const [[size, count], [fixedSize, fixedCount]] = [mostOf(texts), mostOf(listings)];
  // Listings are often set smaller than the text; what is larger, and much, is a text itself below small print.
  const isText = count === 0 || (fixedSize > size && fixedCount >= all * FIXED_TEXT_SHARE);
  return (isText ? fixedSize : size) || DEFAULT_SIZE;
}

function mostOf(weight: ReadonlyMap<number, number>): readonly [size: number, characters: number] {
  return [...weight].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0, 0];
}
