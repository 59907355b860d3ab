import { reach } from '../../text/boxes.ts';
import { isUnfinished } from '../inlines.ts';
import { isMeant, type Row, type Segment } from '../page-lines.ts';

/** A column has no fewer rows than this. */
export const MIN_COLUMN_ROWS = 3;
/** Of lines that stand beside each other: two columns, when in each of them so many are full and go on in the next. */
const MIN_UNFINISHED_SHARE = 0.6;

/** Whether the first row names what is below each of its pieces. */
export function isHeaded([head, next]: readonly Row[]): boolean {
  if (!head || !next || head.length !== next.length) return false;
  return head.every(({ bold }) => bold) && !next.some(({ bold }) => bold);
}

/** Whether there is the end of a sentence in it. */
export function hasSentences(column: readonly Row[]): boolean {
  return /[.!?]["”’)\]]?(?:$| \p{Lu})/u.test(column.map(textOf).join(' '));
}

/** Its words. */
export function textOf(row: Row): string {
  return row.flatMap(({ words }) => words.map(({ text }) => text)).join(' ');
}

/** Whether rows go on in the next because they are full: entries that begin small and end without a stop have room left. */
export function runsOn(column: readonly Row[], share = MIN_UNFINISHED_SHARE): boolean {
  const { x1: right } = reach(column.flat());
  const texts = column.map(textOf);
  const unfinished = column.slice(1).filter(([first], at) => {
    const last = column[at]?.at(-1);
    const goesOn = isUnfinished(texts[at] ?? '', texts[at + 1] ?? '');
    return goesOn && last && first && !isMeant(last, first, right);
  });
  return column.length >= MIN_COLUMN_ROWS && unfinished.length >= (texts.length - 1) * share;
}

/** How much of its width a column's rows use, on average. */
export function fill(column: readonly Row[]): number {
  const segments = column.flat();
  const { x0, x1 } = reach(segments);
  const width = x1 - x0;
  const used = segments.reduce((sum, segment) => sum + segment.x1 - segment.x0, 0) / column.length;
  // A column of short entries is narrow itself: measure against what a line of text needs.
  const size = segments[0]?.size ?? 10;
  return used / Math.max(width, size * 12);
}

/** What begins this close (points) to a column's edge is at it; frames and ragged lines leave more at the edges of a page. */
const SAME_EDGE_PT = 3;
const PAGE_EDGE_EM = 2;

/** Lines of a title that stand above a masthead, on the left. */
const MAX_TITLE_LINES = 3;

/**
 * How many of the first rows are a line over all columns below it, in pieces, and what stands above that: a title, and the number, date
 * and price of a newspaper. Such a line begins at the left edge and ends at the right one, and its last piece does not begin where a
 * column does.
 */
export function mastheadRows(rows: readonly Row[]): number {
  const at = rows.findIndex(({ length }) => length > 1);
  return at >= 0 && at <= MAX_TITLE_LINES && isMasthead(rows.slice(at)) ? at + 1 : 0;
}

function isMasthead([row = [], ...below]: readonly Row[]): boolean {
  const [first, last] = [row[0], row.at(-1)];
  if (!first || !last || row.length < 2 || below.length < MIN_COLUMN_ROWS) return false;
  const { x0, x1 } = reach(below.flat());
  if (first.x0 > x0 + PAGE_EDGE_EM * first.size || last.x1 < x1 - PAGE_EDGE_EM * last.size) return false;
  // The last line of a text is none.
  if (row.some((piece) => /^\p{Ll}/u.test(textOf([piece])))) return false;
  const under = below.flat().filter((segment) => segment.x0 < last.x1 && segment.x1 > last.x0);
  return (
    under.length >= MIN_COLUMN_ROWS &&
    !under.some((segment) => Math.abs(segment.x0 - last.x0) <= SAME_EDGE_PT)
  );
}

/** A heading below columns has no more lines. */
const MAX_HEADING_ROWS = 2;
/** Larger than its text, as a factor. */
const LARGER = 1.05;

/**
 * How many rows columns have that end above what runs across the page: lines below the shorter one that stand out from its text, in
 * bold or larger, with no text below them in their own column, are the heading of what follows.
 */
export function rowsAboveHeading(
  rows: readonly Row[],
  sides: readonly ((segment: Segment) => boolean)[],
): number {
  const ends = sides.map((belongs) => rows.findLastIndex((row) => row.some(belongs)) + 1);
  const both = ends.reduce((least, end) => Math.min(least, end), rows.length);
  const [text] = rows[both - 1] ?? [];
  const standsOut = ({ bold, size }: Segment): boolean =>
    text !== undefined && ((bold && !text.bold) || size > text.size * LARGER);
  const from = Math.max(both, rows.length - MAX_HEADING_ROWS);
  const below = rows.slice(from).findLastIndex((row) => !row.every(standsOut));
  return from + below + 1;
}
