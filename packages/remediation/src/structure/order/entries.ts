import { reach, stretches } from '../../text/boxes.ts';
import { isNextLine } from '../headings/section-numbers.ts';
import { isUnfinished } from '../inlines.ts';
import { pitchOf } from '../listings/listing-rows.ts';
import { isMarkerAlone } from '../lists/item-markers.ts';
import { isMeant, type Row, type Segment } from '../page-lines.ts';
import { textOf } from './column-text.ts';

/** Rows as they stand, or the columns of an entry, which are read one after the other. */
export type Part = { readonly rows: readonly Row[] } | { readonly columns: readonly (readonly Row[])[] };

/** What stands beside a text: a number, a date and a place, initials. */
const MAX_COLUMNS = 4;

interface Column {
  readonly x0: number;
  readonly x1: number;
  /** Its lines, from the first row on. */
  readonly lines: readonly Row[];
}

/**
 * Tells entries whose text would be interrupted, if it were read row by row, by what stands beside it: dates and a place, initials of
 * who does it. Each is rows one line below the other, in which every column begins with the first.
 */
export function entriesIn(rows: readonly Row[]): Part[] {
  const parts: Part[] = [];
  let kept: Row[] | undefined;
  for (const block of blocksOf(rows, isNextLine)) {
    const whole = columnsOfEntry(block);
    // Where there is no room between entries, each begins where no text goes on.
    const entries = whole ? [block] : blocksOf(block, (above, row) => row.length < 2 || goesOn(above, row));
    for (const entry of entries) {
      const columns = whole ?? columnsOfEntry(entry);
      if (columns) {
        parts.push({ columns });
        kept = undefined;
        continue;
      }
      if (!kept) parts.push({ rows: (kept = []) });
      for (const row of entry) kept.push(row);
    }
  }
  return parts;
}

/** Rows, broken where one does not belong to the one above it. */
export function blocksOf(rows: readonly Row[], belongs: (above: Row, row: Row) => boolean): Row[][] {
  const blocks: Row[][] = [];
  for (const [at, row] of rows.entries()) {
    const above = rows[at - 1];
    if (above && belongs(above, row)) blocks.at(-1)?.push(row);
    else blocks.push([row]);
  }
  return blocks;
}

/** Whether a piece of a row goes on in the one below it. */
function goesOn(above: Row, row: Row): boolean {
  if (Math.max(above.length, row.length) > MAX_COLUMNS) return false;
  return row.some((segment) => {
    const over = above.find(({ x0, x1 }) => x0 < segment.x1 && x1 > segment.x0);
    return over !== undefined && isUnfinished(textOf([over]), textOf([segment]));
  });
}

/** A table, a picture, or what spaces put in columns. */
function isNoText(row: Row): boolean {
  return pitchOf(row) !== undefined || row.some(({ object }) => object);
}

function columnsOfEntry(rows: readonly Row[]): (readonly Row[])[] | undefined {
  if (rows.length < 2 || rows.some(isNoText)) return undefined;
  const columns = columnsIn(rows);
  if (!columns || columns.length < 2 || columns.length > MAX_COLUMNS) return undefined;
  const [text, more] = columns.filter(runsOn);
  // Texts beside each other are columns, or cells.
  if (!text || more || columns.some(({ lines }) => lines.length >= text.lines.length && lines !== text.lines))
    return undefined;
  return isInterrupted(columns, text) ? withMarkers(columns) : undefined;
}

/** What stands one below the other from the first row on; undefined where a column begins further down, or has a row without text. */
function columnsIn(rows: readonly Row[]): Column[] | undefined {
  const spans = stretches(rows.flat());
  if (spans.length > MAX_COLUMNS) return undefined;
  const columns = spans.map(({ x0, x1 }) => ({
    x0,
    x1,
    lines: rows.map((row) => row.filter((segment) => segment.x0 >= x0 && segment.x1 <= x1)),
  }));
  return columns.every(({ lines }) => lines.slice(0, linesOf(lines)).every(({ length }) => length > 0))
    ? columns.map((column) => ({ ...column, lines: column.lines.slice(0, linesOf(column.lines)) }))
    : undefined;
}

function linesOf(lines: readonly Row[]): number {
  return lines.findLastIndex(({ length }) => length > 0) + 1;
}

/** Whether a line of a column is full and goes on in the next. */
function runsOn({ lines }: Column): boolean {
  const { x1: right } = reach(lines.flat());
  return lines.slice(1).some((line, at) => continues(lines[at], line, right));
}

function continues(above: Row | undefined, line: Row | undefined, right: number): boolean {
  const [last, first] = [above?.at(-1), line?.[0]];
  if (!above || !line || !last || !first) return false;
  return isUnfinished(textOf(above), textOf(line)) && !isMeant(last, first, right);
}

/** Whether, read row by row, something comes between two lines of a text. */
function isInterrupted(columns: readonly Column[], text: Column): boolean {
  const { x1: right } = reach(text.lines.flat());
  return text.lines.some(
    (line, at) =>
      continues(line, text.lines[at + 1], right) &&
      columns.some(({ x0, lines }) => (x0 > text.x0 ? lines[at] : x0 < text.x0 ? lines[at + 1] : undefined)),
  );
}

/** Columns one after the other; a number or bullet stays on the line that it opens. */
function withMarkers(columns: readonly Column[]): (readonly Row[])[] {
  const read: (readonly Row[])[] = [];
  let marker: readonly Segment[] = [];
  for (const { lines } of columns) {
    const [first = [], ...others] = lines;
    if (others.length === 0 && isMarkerAlone(textOf(first))) marker = [...marker, ...first];
    else {
      read.push([[...marker, ...first], ...others]);
      marker = [];
    }
  }
  return marker.length > 0 ? [...read, [marker]] : read;
}
