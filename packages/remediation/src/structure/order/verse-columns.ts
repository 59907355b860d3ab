import { reach } from '../../text/boxes.ts';
import type { Box } from '../../text/drawings.ts';
import { isNextLine } from '../headings/section-numbers.ts';
import { pitchOf } from '../listings/listing-rows.ts';
import type { Row } from '../page-lines.ts';
import type { Part } from './entries.ts';
import { BLOCK_ROOM } from './loose-blocks.ts';
import { emptyIn } from './page-gutters.ts';
import { areVerses } from './verse-evidence.ts';

/** No column of lines is narrower (points). */
const MIN_COLUMN_PT = 40;
const MIN_LINES = 3;
/** The room between two columns, where it is least (points). */
const MIN_STRIP_PT = 6;
const MIN_RUN_ROWS = 6;
/** No page has more columns than this beside each other, nor so much room between words of its lines. */
const MAX_STRIPS = 40;
/** How often rows are looked at, on average, before the rest of a page is left as it stands. */
const MAX_LOOKS = 40;
/** So many rows next to it tell whether what a row runs across is the strip between two columns. */
const NEAR_ROWS = 12;
/** Where nothing comes below, blocks of a column may be further apart: a page number is further away. */
const ROOM_AT_END = 2;

type Span = Pick<Box, 'x0' | 'x1'>;

/** A column's lines, with the places of their rows. */
interface Column {
  readonly at: readonly number[];
  readonly lines: readonly Row[];
}

/**
 * Finds verses in columns, and whatever else has lines as long as their author made them: lines beside each other have nothing to do
 * with each other there, whether they are on one line of the page or not.
 *
 * @param rows of a page, from top to bottom
 */
export function versesIn(whole: readonly Row[]): Part[] {
  const starts = startsOf(whole);
  const rows = whole.map((row) => cutAt(row, starts));
  const { x0, x1 } = reach(rows.flat());
  const inner = { x0: x0 + MIN_COLUMN_PT, x1: x1 - MIN_COLUMN_PT };
  const parts: Part[] = [];
  let done = 0;
  let looks = rows.length * MAX_LOOKS;
  for (let at = 0; at < rows.length && looks > 0; ) {
    const below = emptyStrips(rows, at, rows.length, inner).end;
    // From below, so that a title over two of three columns is not taken for the upper end of one of them.
    const start = emptyStrips(rows, below - 1, at - 1, inner).end + 1;
    const { end, strips } = emptyStrips(rows, start, rows.length, inner);
    looks -= below - at + below - start + end - start + 1;
    const isLong = end - start >= MIN_RUN_ROWS;
    const run = isLong ? runOf(rows.slice(start, end), strips, end < rows.length) : undefined;
    if (run) {
      if (start + run.from > done) parts.push({ rows: whole.slice(done, start + run.from) });
      parts.push({ columns: run.columns });
      done = at = start + run.to;
    } else at = isLong ? end : at + 1;
  }
  if (done < rows.length) parts.push({ rows: whole.slice(done) });
  return parts;
}

/** Where lines begin behind others. */
function startsOf(rows: readonly Row[]): ReadonlySet<number> {
  const counts = new Map<number, number>();
  for (const row of rows)
    for (const { x0 } of row.slice(1)) counts.set(Math.round(x0), (counts.get(Math.round(x0)) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= MIN_LINES).map(([x]) => x));
}

/** A row's pieces, cut where a line ends so near to the next column that they are one piece. */
function cutAt(row: Row, starts: ReadonlySet<number>): Row {
  return row.flatMap((segment) => {
    const { words } = segment;
    const cuts = words.flatMap(({ x0 }, at) => {
      const before = words[at - 1];
      return before && x0 - before.x1 >= MIN_STRIP_PT && starts.has(Math.round(x0)) ? [at] : [];
    });
    if (cuts.length === 0) return [segment];
    return [0, ...cuts].map((from, part) => {
      const own = words.slice(from, cuts[part]);
      const characters = own.reduce((sum, { text }) => sum + text.length, 0);
      return { ...segment, words: own, ...reach(own), characters };
    });
  });
}

/**
 * The strips that rows leave empty, as far as none runs across one that has lines on both sides.
 *
 * @param to the row behind the last one, or before it where they are looked at from below
 * @returns the first row that does not belong to them
 */
function emptyStrips(
  rows: readonly Row[],
  from: number,
  to: number,
  inner: Span,
): { end: number; strips: readonly Span[] } {
  const step = from < to ? 1 : -1;
  let strips: readonly Span[] = [inner];
  for (let at = from; at !== to; at += step) {
    const left = strips.map((strip) => ({ strip, empty: emptyIn(strip, rows[at] ?? []) }));
    const next = left.flatMap(({ empty }) => empty);
    const gone = left.filter(({ empty }) => empty.length === 0);
    const [first, last] =
      step > 0 ? [Math.max(from, at - NEAR_ROWS), at] : [at + 1, Math.min(from, at + NEAR_ROWS) + 1];
    const near = gone.length > 0 ? rows.slice(first, last) : [];
    if (next.length === 0 || next.length > MAX_STRIPS || gone.some(({ strip }) => isBetween(strip, near)))
      return { end: at, strips };
    strips = next;
  }
  return { end: to, strips };
}

function isBetween(strip: Span, rows: readonly Row[]): boolean {
  const before = rows.filter((row) => row.some(({ x1 }) => x1 <= strip.x0));
  const behind = rows.filter((row) => row.some(({ x0 }) => x0 >= strip.x1));
  return Math.min(before.length, behind.length) >= MIN_LINES;
}

function runOf(
  rows: readonly Row[],
  strips: readonly Span[],
  isFollowed: boolean,
): { from: number; to: number; columns: (readonly Row[])[] } | undefined {
  if (rows.some((row) => row.some(({ object }) => object) || pitchOf(row) !== undefined)) return undefined;
  const all = columnsOf(rows, strips);
  if (all.length < 2 || all.some(({ lines }) => lines.length < MIN_LINES)) return undefined;
  const { from, to } = boundsOf(all, isFollowed);
  const columns = all.map(({ at, lines }) =>
    lines.filter((_, index) => (at[index] ?? 0) >= from && (at[index] ?? 0) < to),
  );
  if (columns.some(({ length }) => length < MIN_LINES)) return undefined;
  return areVerses(columns) ? { from, to, columns } : undefined;
}

function columnsOf(rows: readonly Row[], strips: readonly Span[]): Column[] {
  const edges = [
    Number.NEGATIVE_INFINITY,
    ...strips.map(({ x0, x1 }) => (x0 + x1) / 2),
    Number.POSITIVE_INFINITY,
  ];
  return edges
    .slice(1)
    .map((right, column) => {
      const left = edges[column] ?? 0;
      const lines = rows.map((row) => row.filter(({ x0, x1 }) => x0 >= left && x1 <= right));
      const at = lines.flatMap(({ length }, index) => (length > 0 ? [index] : []));
      return { at, lines: at.map((index) => lines[index] ?? []) };
    })
    .filter(({ lines }) => lines.length > 0);
}

/** The rows in which columns stand beside each other, and what of one of them goes on above and below. */
function boundsOf(columns: readonly Column[], isFollowed: boolean): { from: number; to: number } {
  const first = columns.map(({ at }) => at[0] ?? 0).sort((a, b) => a - b)[1] ?? 0;
  const last = columns.map(({ at }) => at.at(-1) ?? 0).sort((a, b) => b - a)[1] ?? 0;
  const inner = columns.map(({ at, lines }) =>
    lines.filter((_, index) => (at[index] ?? 0) >= first && (at[index] ?? 0) <= last),
  );
  const styles = new Set(inner.flat().map(styleOf));
  const widest = inner.reduce((most, lines) => Math.max(most, widestGap(lines)), 0);
  const goesOn = (above: Row = [], line: Row = [], room: number): boolean =>
    isNextLine(above, line) || distance(above, line) <= room;
  const room = widest * (isFollowed ? BLOCK_ROOM : ROOM_AT_END);
  const isSetAlike = (line: Row | undefined): boolean => !isFollowed || styles.has(styleOf(line));
  let [from, to] = [first, last + 1];
  for (const { at, lines } of columns) {
    let top = at.findIndex((row) => row >= first);
    while (
      top > 0 &&
      styles.has(styleOf(lines[top - 1])) &&
      goesOn(lines[top - 1], lines[top], widest * BLOCK_ROOM)
    )
      top--;
    from = Math.min(from, at[top] ?? from);
    const bottom = at.findLastIndex((row) => row <= last);
    let end = bottom;
    while (end + 1 < lines.length && isSetAlike(lines[end + 1]) && goesOn(lines[end], lines[end + 1], room))
      end++;
    if (isFollowed) end = withoutHeads(lines, end, bottom);
    to = Math.max(to, (at[end] ?? 0) + 1);
  }
  return { from, to };
}

/** The last of a column's lines that is none by itself, as what heads what comes next is. */
function withoutHeads(lines: readonly Row[], last: number, least: number): number {
  let end = last;
  while (end > least && !isNextLine(lines[end - 1] ?? [], lines[end] ?? [])) end--;
  return end;
}

function widestGap(lines: readonly Row[]): number {
  return lines.slice(1).reduce((most, line, at) => Math.max(most, distance(lines[at] ?? [], line)), 0);
}

function distance([above]: Row, [line]: Row): number {
  return (above?.y ?? 0) - (line?.y ?? 0);
}

function styleOf([first]: Row = []): string {
  return `${Math.round(first?.size ?? 0)} ${first?.bold === true}`;
}
