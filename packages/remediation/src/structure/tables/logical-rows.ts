import type { Segment } from '../page-lines.ts';
import { isFigureText } from './table-evidence.ts';

/** A line of a table: its pieces by column. */
export type TableLine = readonly (readonly Segment[])[];

/** Leading between rows is larger than within them by this factor at least. */
const MIN_STEP = 1.12;
const MAX_STEPS = 8;
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
  // Half lines, where one stands beside the middle of two, are less than lines, and those less than rows.
  for (const limit of limitsBetween(leadings)) {
    const rows: TableLine[][] = [];
    for (const [at, line] of lines.entries()) {
      const last = rows.at(-1);
      if (last && (leadings[at - 1] ?? 0) < limit) last.push(line);
      else rows.push([line]);
    }
    if (areRows(rows)) return rows;
  }
  return undefined;
}

/** Between which leadings there is a step, from the largest on. */
function limitsBetween(leadings: readonly number[]): number[] {
  const sorted = leadings.toSorted((a, b) => a - b);
  return sorted
    .slice(1)
    .flatMap((leading, at) => {
      const before = sorted[at] ?? 0;
      return leading > before * MIN_STEP ? [{ step: leading / before, limit: (leading + before) / 2 }] : [];
    })
    .sort((a, b) => b.step - a.step)
    .slice(0, MAX_STEPS)
    .map(({ limit }) => limit)
    .sort((a, b) => b - a);
}

/** Whether each of these has a name or goes on in figures, and holds no two figures below each other, and most are lines beside a single one. */
function areRows(rows: readonly TableLine[][]): boolean {
  const figures = rows.map((row) => row.flatMap(figuresIn));
  if (figures.some((own) => new Set(own).size < own.length)) return false;
  const long = rows.filter(({ length }) => length > 1);
  const wrapped = long.filter((row) => row[0]?.some((_, column) => filledAt(row, column) === 1));
  const named = rows.every(
    (row, at) =>
      filledAt(row, 0) > 0 || figuresIn(row[0] ?? []).some((column) => figures[at - 1]?.includes(column)),
  );
  return named && wrapped.length >= long.length * MIN_WRAPPED_SHARE;
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
