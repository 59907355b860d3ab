import { hasLeader } from '../contents-table.ts';
import { inlinesOf } from '../inlines.ts';
import type { Row, Segment } from '../page-lines.ts';
import { type DraftCell, type DraftTable, wordsOf } from './draft-table.ts';
import { figuresIn } from './logical-rows.ts';
import { type RowDistances, saysItIsTable, saysSomething } from './table-evidence.ts';

const MIN_PAIRED_SHARE = 0.7;
/** A row this close (in em) under the one before, with nothing in the first column, goes on with it. */
const CONTINUED_EM = 1.45;

/**
 * A table without rules: rows whose pieces stand in columns of their own, and which say that they are more than lines with tabs in
 * them. Undefined when they do not.
 *
 * @param typewritten spaces put everything in columns here, and empty lines stand for distance
 * @param distances of all rows of the page
 */
export function spacedTable(
  rows: readonly Row[],
  page: number,
  typewritten: boolean,
  distances: RowDistances,
): DraftTable | undefined {
  const leaders = rows.filter(hasLeader);
  if (leaders.length * 2 > rows.length) return undefined;
  const columns = columnsOf(rows.flat());
  if (columns.length < 2) return undefined;
  const paired = rows.filter((row) => new Set(row.map((segment) => columnAt(columns, segment))).size > 1);
  if (rows.length < 3 || paired.length < rows.length * MIN_PAIRED_SHARE) return undefined;
  const drafts: Segment[][][] = [];
  const tops: number[] = [];
  let last: { y: number; size: number } | undefined;
  let figures = new Set<number>();
  for (const row of rows) {
    const cells: Segment[][] = columns.map(() => []);
    for (const segment of row) cells[columnAt(columns, segment)]?.push(segment);
    const [y, size] = [row[0]?.y ?? 0, row[0]?.size ?? 10];
    const before = drafts.at(-1);
    const own = figuresIn(cells);
    const isBelow = last && cells[0]?.length === 0 && last.y - y < CONTINUED_EM * size;
    const goesOn = before && isBelow && !own.some((column) => figures.has(column));
    if (!goesOn) figures = new Set();
    for (const column of own) figures.add(column);
    if (goesOn)
      for (const [index, cell] of cells.entries()) for (const segment of cell) before[index]?.push(segment);
    else {
      drafts.push(cells);
      tops.push(y + size);
    }
    last = { y, size };
  }
  const table = drafts.map((cells) =>
    cells.map(
      (segments, column): DraftCell => ({
        content: inlinesOf(
          segments.flatMap((segment) => wordsOf([segment])),
          page,
        ),
        bold: segments.every((segment) => segment.bold),
        columns: 1,
        rows: 1,
        column,
      }),
    ),
  );
  if (!saysItIsTable(rows, table) && (typewritten || !distances.setsApart(rows))) return undefined;
  if (!saysSomething(table)) return undefined;
  return {
    kind: 'table',
    ruled: false,
    columns,
    tops,
    rows: table,
    x0: columns[0]?.x0 ?? 0,
    x1: columns.at(-1)?.x1 ?? 0,
    y0: last?.y ?? 0,
    y1: tops[0] ?? 0,
  };
}

/** Stretches of the page that segments cover, from left to right. */
function columnsOf(segments: readonly Segment[]): { x0: number; x1: number }[] {
  const columns: { x0: number; x1: number }[] = [];
  for (const { x0, x1 } of [...segments].sort((a, b) => a.x0 - b.x0)) {
    const last = columns.at(-1);
    if (last && x0 < last.x1) last.x1 = Math.max(last.x1, x1);
    else columns.push({ x0, x1 });
  }
  return columns;
}

function columnAt(columns: readonly { x0: number; x1: number }[], segment: Segment): number {
  return columns.findIndex(({ x0, x1 }) => segment.x0 >= x0 && segment.x0 <= x1);
}
