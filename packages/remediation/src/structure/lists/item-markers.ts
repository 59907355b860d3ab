import type { PlacedWord } from '../page-lines.ts';
import { isMark, type Word } from '../types.ts';

/** How an item of a list starts. */
export type Marker =
  | { readonly kind: 'bullet' }
  | { readonly kind: 'number'; readonly value: number; readonly style: '1' | 'a' | 'A' };

/** Signs that open an item; some of them only apart from its text, where they may be glued to other words. */
const GLUED_SIGNS = '•◦‣▪■●➢✓❖►∙';
const SIGNS = `${GLUED_SIGNS}□○·–—*-`;
const BULLET = new RegExp(`^[${SIGNS}]$`);
/** What Word's second bullet is without its font: a letter that stands further (em) from its text than words from each other. */
const LETTER_BULLET = 'o';
const MIN_TAB_EM = 0.8;
/** It is wider than the spaces of a line, as a factor. */
const MIN_TAB_STEP = 1.2;
const GLUED_BULLET = new RegExp(`^[${GLUED_SIGNS}](?=.)`);
/** As "a." counts items, or begins "a. m."; only the next letter tells. */
const POINTED_LETTER = /^[a-z]\.$/;
/** Markers this close (points) stand below each other. */
const SAME_EDGE_PT = 6;
const NUMBER = /^\(?(?:(\d{1,3})[.)]|([a-z])[.)]|([A-Z])\))$/;

/** Whether a text is a bullet, or a number or letter that counts. */
export function isMarkerAlone(text: string): boolean {
  return BULLET.test(text) || NUMBER.test(text);
}

/** What a marker is looked for in. */
interface MarkedLine {
  readonly words: readonly PlacedWord[];
  readonly marker: Marker | undefined;
  readonly x0: number;
  readonly size: number;
}

/**
 * The marker that a line begins with, if it does. The mark of a note is none.
 *
 * @param size of the line's text, in points
 */
export function markerOf(words: readonly PlacedWord[], size: number): Marker | undefined {
  const [sign, text] = words;
  if (!sign || isMark(sign)) return undefined;
  const first = sign.text;
  if (first === LETTER_BULLET && text && isTab(text.x0 - sign.x1, words.slice(1), size))
    return { kind: 'bullet' };
  if (words.length > 1 && BULLET.test(first)) return { kind: 'bullet' };
  if (GLUED_BULLET.test(first)) return { kind: 'bullet' };
  const [, number, small, large] = (words.length > 1 && NUMBER.exec(first)) || [];
  if (number !== undefined) return { kind: 'number', value: Number(number), style: '1' };
  const letter = small ?? large;
  if (letter === undefined) return undefined;
  const value = letter.toLowerCase().charCodeAt(0) - 96;
  return { kind: 'number', value, style: small === undefined ? 'A' : 'a' };
}

/** Whether a gap is a tab: it is wide, and in a justified line all others are not as wide. */
function isTab(gap: number, words: readonly PlacedWord[], size: number): boolean {
  if (gap <= size * MIN_TAB_EM) return false;
  const others = words.slice(1).flatMap(({ x0, spaceBefore }, at) => {
    const before = words[at];
    return before && spaceBefore ? [x0 - before.x1] : [];
  });
  return (
    gap > others.reduce((least, other) => Math.min(least, other), gap) * MIN_TAB_STEP || others.length === 0
  );
}

/** Takes a letter with a point for a marker only where a tab sets it apart, or the letter before or after it stands at the same edge. */
export function withoutAbbreviations<L extends MarkedLine>(lines: readonly L[]): readonly L[] {
  const letterOf = ({ marker, words }: MarkedLine): number | undefined =>
    marker?.kind === 'number' && POINTED_LETTER.test(words[0]?.text ?? '') ? marker.value : undefined;
  const placeOf = ({ x0 }: MarkedLine): number => Math.round(x0 / SAME_EDGE_PT);
  const letters = new Set(lines.map((line) => `${letterOf(line)} ${placeOf(line)}`));
  return lines.map((line) => {
    const letter = letterOf(line);
    const [first, text] = line.words;
    if (letter === undefined || !first || !text || text.x0 - first.x1 > line.size) return line;
    const place = placeOf(line);
    const counts = [letter - 1, letter + 1].some((next) =>
      [place - 1, place, place + 1].some((at) => letters.has(`${next} ${at}`)),
    );
    return counts ? line : { ...line, marker: undefined, textX0: line.x0 };
  });
}

/** A marker that is glued to the text shares its glyphs, so it has no label of its own. */
export function splitMarker(words: readonly Word[]): { label: readonly Word[]; body: readonly Word[] } {
  const [first, ...rest] = words;
  if (!first) return { label: [], body: [] };
  const glued = first.text.replace(GLUED_BULLET, '');
  return glued === first.text
    ? { label: [first], body: rest }
    : { label: [], body: [{ ...first, text: glued }, ...rest] };
}
