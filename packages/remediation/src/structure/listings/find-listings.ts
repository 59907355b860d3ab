import { isSamePitch } from '../../text/text-pen.ts';
import type { Line } from '../draft-blocks.ts';
import { isMeant } from '../page-lines.ts';
import type { Word } from '../types.ts';
import { isOnGrid } from './listing-rows.ts';

/** Lines further apart than this (em) do not belong together, however many are empty between them. */
const MAX_GAP_EM = 4;
/** Lines further apart than this (em) have an empty one between them. */
const LOOSE_EM = 1.45;
const MIN_HEIGHT_EM = 0.5;
/** No line of a screen or of paper is longer. */
const MAX_SPACES = 100;
const SAME_SIZE_SHARE = 0.08;
/** How far from whole lines apart two lines of a listing may be, in lines. */
const OFF_LINE = 0.15;
/** Fewer lines do not show how wide their column is. */
const MIN_MEASURED = 4;
/** Of the lines of a listing most end where their author ended them. */
const MIN_MEANT_SHARE = 0.5;
/** Full lines of a text have so many words: a long setting has fewer. */
const MIN_TEXT_WORDS = 6;
/** So many characters between two words are columns: sentences have two at most. */
const COLUMN_GAP = 2.5;
/** No language begins its lines with these. */
const BULLET = /^[•◦‣▪■□●○➢✓❖►∙]/;

/**
 * Lines of listings: those in a face of fixed pitch, that are not the end or the beginning of a paragraph, nor one of
 * their own, whose lines break where the next word has no room. A line in bold alone is more likely a heading.
 *
 * @param lines from top to bottom
 * @param right where the column ends
 */
export function findListings(lines: readonly Line[], right: number): Line[][] {
  const listings: Line[][] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (belongs(lines[end - 1], lines[end], end > at)) end++;
    const run = trimmed(lines, at, end, right);
    const found = run.length > 0 ? parts(run).flatMap((part) => joined(paragraphs(part), right)) : [];
    for (const listing of found) listings.push(listing);
    at = Math.max(end, at + 1);
  }
  return listings;
}

function belongs(previous: Line | undefined, line: Line | undefined, inside: boolean): boolean {
  if (line?.pitch === undefined || line.object || isItem(line)) return false;
  if (!inside || !previous) return true;
  const gap = previous.y - line.y;
  return isSamePitch(previous.pitch, line.pitch) && gap > 0 && gap < line.size * MAX_GAP_EM;
}

/** Whether a line is an item of a list: what stands before its text is set apart by no spaces. */
function isItem({ marker, words: [first, second], pitch = 1 }: Line): boolean {
  if (!marker || !first || !second) return BULLET.test(first?.text ?? '');
  return BULLET.test(first.text) || !isOnGrid(second.x0 - first.x1, pitch);
}

/** The run without the lines that a paragraph before it ends with, or one after it begins with. */
function trimmed(lines: readonly Line[], at: number, end: number, right: number): Line[] {
  let [from, to] = [at, end];
  while (from < to && isOneText(lines[from - 1], lines[from], right)) from++;
  while (to > from && isOneText(lines[to - 1], lines[to], right)) to--;
  return lines.slice(from, to);
}

/** Whether a line may go on with the one before, because its first word had no room there. */
function isOneText(previous: Line | undefined, line: Line | undefined, right: number): boolean {
  if (!previous || !line || previous.object || line.object) return false;
  const em = Math.max(previous.size, line.size);
  const gap = previous.y - line.y;
  if (gap <= 0 || gap > em * LOOSE_EM || Math.abs(previous.size - line.size) > em * SAME_SIZE_SHARE)
    return false;
  return !isMeant(previous, line, right);
}

/** A run, broken where what stands between two lines is no number of empty ones. */
function parts(run: readonly Line[]): Line[][] {
  const height = lineHeight(run);
  const found: Line[][] = [];
  for (const line of run) {
    const last = found.at(-1)?.at(-1);
    const apart = last ? (last.y - line.y) / height : 0;
    if (last && Math.abs(apart - Math.round(apart)) <= OFF_LINE) found.at(-1)?.push(line);
    else found.push([line]);
  }
  return found;
}

function lineHeight(run: readonly Line[]): number {
  const size = run[0]?.size ?? 1;
  const least = run.reduce((height, line, at) => {
    const before = run[at - 1];
    return before ? Math.min(height, before.y - line.y) : height;
  }, size * LOOSE_EM);
  return Math.max(least, size * MIN_HEIGHT_EM);
}

/** The lines of a part between two empty ones, where it has lines without one between. */
function paragraphs(part: readonly Line[]): Line[][] {
  const gaps = part.slice(1).map((line, at) => (part[at]?.y ?? 0) - line.y);
  const least = gaps.reduce((smallest, gap) => Math.min(smallest, gap), Number.POSITIVE_INFINITY);
  const found: Line[][] = [];
  for (const [at, line] of part.entries()) {
    const gap = gaps[at - 1] ?? 0;
    if (at === 0 || gap > Math.max(line.size, least) * LOOSE_EM) found.push([line]);
    else found.at(-1)?.push(line);
  }
  return found;
}

/** Of the paragraphs of a part those that are listings, each joined with the next one. */
function joined(found: readonly Line[][], right: number): Line[][] {
  const [only] = found;
  if (only && found.length === 1) return isListing(only, right) ? [only] : [];
  const all = found.flat();
  const edge = all.length < MIN_MEASURED ? right : widestOf(all);
  const texts = found.map((lines) => isText(lines, edge));
  const hasText = texts.includes(true);
  // A line alone says nothing about what it is: beside paragraphs it is one, unless it stands between two listings.
  const sure = found.map((lines, at) => lines.length > 1 && !texts[at]);
  const listings: Line[][] = [];
  let open: Line[] | undefined;
  for (const [at, lines] of found.entries()) {
    const between = sure[at - 1] === true && sure[at + 1] === true;
    const isIn = lines.length > 1 ? sure[at] : !isHeading(lines) && (!hasText || between);
    if (!isIn) open = undefined;
    else if (open) for (const line of lines) open.push(line);
    else {
      open = [...lines];
      listings.push(open);
    }
  }
  return listings;
}

/** Whether lines between two empty ones break because the next word has no room. */
function isText(lines: readonly Line[], edge: number): boolean {
  if (lines.length < 2 || lines.some(hasColumns)) return false;
  const full = lines.slice(1).filter((line, at) => {
    const before = lines[at];
    return before && before.words.length >= MIN_TEXT_WORDS && !isMeant(before, line, edge);
  });
  return full.length > (lines.length - 1) * MIN_MEANT_SHARE;
}

function isListing(lines: readonly Line[], right: number): boolean {
  if (lines.length === 1) return !isHeading(lines);
  if (lines.some(hasColumns)) return true;
  const edge = lines.length < MIN_MEASURED ? right : widestOf(lines);
  const breaks = lines.slice(1).filter((line, at) => {
    const before = lines[at];
    return before && isMeant(before, line, edge);
  });
  return breaks.length >= (lines.length - 1) * MIN_MEANT_SHARE;
}

function isHeading(lines: readonly Line[]): boolean {
  return lines.length === 1 && lines.every(({ bold }) => bold);
}

function widestOf(lines: readonly Line[]): number {
  return lines.reduce((most, { x1 }) => Math.max(most, x1), 0);
}

function hasColumns({ words, pitch = 0 }: Line): boolean {
  return words.some((word, at) => at > 0 && word.x0 - (words[at - 1]?.x1 ?? 0) > pitch * COLUMN_GAP);
}

/** Words of a listing, with the spaces and line breaks that their places stand for. */
export function wordsOfListing(lines: readonly Line[]): Word[] {
  const left = lines.reduce((least, { x0 }) => Math.min(least, x0), Number.POSITIVE_INFINITY);
  const height = lineHeight(lines);
  return lines.flatMap((line, index) => {
    const above = lines[index - 1];
    const breaks = above ? Math.max(1, Math.round((above.y - line.y) / height)) : 0;
    const pitch = line.pitch ?? line.size;
    return line.words.map((word, at): Word => {
      const previous = line.words[at - 1];
      const gap = Math.round((word.x0 - (previous?.x1 ?? left)) / pitch);
      const least = previous && word.spaceBefore ? 1 : 0;
      const spaces = ' '.repeat(Math.min(MAX_SPACES, Math.max(least, gap)));
      return previous
        ? { ...word, before: spaces, spaceBefore: spaces !== '' }
        : { ...word, before: '\n'.repeat(breaks) + spaces, lineStart: index > 0 };
    });
  });
}
