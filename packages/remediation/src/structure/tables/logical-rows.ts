import type { Segment } from '../page-lines.ts';
import { isFigureText } from './table-evidence.ts';

/** A line of a table: its pieces by column. */
export type TableLine = readonly (readonly Segment[])[];

/** Leading between rows is larger than within them by this factor at least. */
const MIN_STEP = 1.12;
/** Lines are of one row when something beside them takes a single line: of so many of such rows. */
const MIN_WRAPPED_SHARE = 0.6;

/**
 * The lines of a table's body by the rows that they are of. Where there is more room between rows than between their lines, by that
 * room: a cell of one line may then stand beside the middle of another. Else a row begins where the first column says something, or
 * where a figure is below another: totals have no name in the first column.
 */
export function logicalRows(lines: readonly TableLine[]): TableLine[][] {
  const spaced = byRoom(lines);
  if (spaced) return spaced;
  const rows: TableLine[][] = [];
  let figures = new Set<number>();
  for (const line of lines) {
    const last = rows.at(-1);
    const own = figuresIn(line);
    const goesOn = last && line[0]?.length === 0 && !own.some((column) => figures.has(column));
    if (goesOn) last.push(line);
    else {
      rows.push([line]);
      figures = new Set();
    }
    for (const column of own) figures.add(column);
  }
  return rows;
}

function byRoom(lines: readonly TableLine[]): TableLine[][] | undefined {
  const leadings = lines.slice(1).map((line, at) => yOf(lines[at]) - yOf(line));
  const sorted = leadings.toSorted((a, b) => a - b);
  let [step, limit] = [MIN_STEP, Number.NaN];
  for (const [at, leading] of sorted.slice(1).entries()) {
    const before = sorted[at] ?? 0;
    if (leading > before * step) [step, limit] = [leading / before, (leading + before) / 2];
  }
  if (Number.isNaN(limit)) return undefined;
  const rows: TableLine[][] = [];
  for (const [at, line] of lines.entries()) {
    const last = rows.at(-1);
    if (last && (leadings[at - 1] ?? 0) < limit) last.push(line);
    else rows.push([line]);
  }
  const long = rows.filter(({ length }) => length > 1);
  const wrapped = long.filter((row) => row[0]?.some((_, column) => filledAt(row, column) === 1));
  const figures = rows.map((row) => new Set(row.flatMap(figuresIn)));
  const named = rows.every(
    (row, at) =>
      filledAt(row, 0) > 0 || figuresIn(row[0] ?? []).some((column) => figures[at - 1]?.has(column)),
  );
  return named && wrapped.length >= long.length * MIN_WRAPPED_SHARE ? rows : undefined;
}

/** The columns where a line has a figure and nothing else: one below another is of another row, as no figure goes on in the next line. */
export function figuresIn(line: TableLine): number[] {
  return line.flatMap((cell, column) => {
    const text = cell.flatMap(({ words }) => words.map((word) => word.text)).join(' ');
    return isFigureText(text) ? [column] : [];
  });
}

/** How many lines of a row say something in a column. */
function filledAt(row: readonly TableLine[], column: number): number {
  return row.filter((line) => (line[column]?.length ?? 0) > 0).length;
}

function yOf(line: TableLine | undefined): number {
  return line?.flat().reduce((most, { y }) => Math.max(most, y), Number.NEGATIVE_INFINITY) ?? 0;
}
