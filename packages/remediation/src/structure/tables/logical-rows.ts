import type { Segment } from '../page-lines.ts';

/** A line of a table: its pieces by column. */
export type TableLine = readonly (readonly Segment[])[];

/** Leading between rows is larger than within them by this factor at least. */
const MIN_STEP = 1.12;
/** Lines are of one row when something beside them takes a single line: of so many of such rows. */
const MIN_WRAPPED_SHARE = 0.6;

/**
 * The lines of a table's body by the rows that they are of. Where there is more room between rows than between their lines, by that
 * room: a cell of one line may then stand beside the middle of another. Else a row begins where the first column says something.
 */
export function logicalRows(lines: readonly TableLine[]): TableLine[][] {
  const spaced = byRoom(lines);
  if (spaced) return spaced;
  const rows: TableLine[][] = [];
  for (const line of lines) {
    const last = rows.at(-1);
    if (last && line[0]?.length === 0) last.push(line);
    else rows.push([line]);
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
  const named = rows.every((row) => filledAt(row, 0) > 0);
  return named && wrapped.length >= long.length * MIN_WRAPPED_SHARE ? rows : undefined;
}

/** How many lines of a row say something in a column. */
function filledAt(row: readonly TableLine[], column: number): number {
  return row.filter((line) => (line[column]?.length ?? 0) > 0).length;
}

function yOf(line: TableLine | undefined): number {
  return line?.flat().reduce((most, { y }) => Math.max(most, y), Number.NEGATIVE_INFINITY) ?? 0;
}
