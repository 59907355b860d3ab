import { reach, stretches } from '../../text/boxes.ts';
import type { Box } from '../../text/drawings.ts';
import { hasLeader } from '../contents-table.ts';
import { inlinesOf } from '../inlines.ts';
import type { Row, Segment } from '../page-lines.ts';
import { plainText } from '../types.ts';
import { type DraftCell, type DraftTable, isFilled, wordsOf } from './draft-table.ts';
import { figuresIn } from './logical-rows.ts';
import { areLabels, LOOSE_EM, type RowDistances, saysItIsTable, saysSomething } from './table-evidence.ts';

/** From left to right, in points. */
type Column = Pick<Box, 'x0' | 'x1'>;

const MIN_PAIRED_SHARE = 0.7;
/** A row this close (in em) under the one before, with nothing in the first column, goes on with it. */
const CONTINUED_EM = 1.45;
/** Of the lines right below others, so many have a piece in each column where rows are of several lines. */
const MIN_FULL_SHARE = 0.7;

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
  const columns = headedColumns(rows) ?? stretches(rows.flat());
  if (columns.length < 2) return undefined;
  const paired = rows.filter((row) => new Set(row.map((segment) => columnAt(columns, segment))).size > 1);
  if (rows.length < 3 || paired.length < rows.length * MIN_PAIRED_SHARE) return undefined;
  const { table, tops, bottom } = cellsOf(rows, columns, page, false);
  if (
    areLabels(
      table
        .flat()
        .filter(isFilled)
        .map(({ content }) => plainText(content)),
    )
  )
    return undefined;
  const apart = !typewritten && distances.setsApart(rows);
  const stated = saysItIsTable(rows, table);
  if (!(stated || apart) || !saysSomething(table)) return undefined;
  const cells = !stated && areBlocks(rows, columns) ? cellsOf(rows, columns, page, true) : { table, tops };
  return {
    kind: 'table',
    ruled: false,
    columns,
    tops: cells.tops,
    rows: cells.table,
    x0: columns[0]?.x0 ?? 0,
    x1: columns.at(-1)?.x1 ?? 0,
    y0: bottom,
    y1: tops[0] ?? 0,
  };
}

/**
 * The cells of rows. Those whose first column is empty go on with the one before, where no column would have a second figure by that.
 *
 * @param blocks all lines that stand below each other without a gap are of one row
 */
function cellsOf(
  rows: readonly Row[],
  columns: readonly Column[],
  page: number,
  blocks: boolean,
): { table: DraftCell[][]; tops: number[]; bottom: number } {
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
    const isBelow = last !== undefined && last.y - y < (blocks ? LOOSE_EM : CONTINUED_EM) * size;
    const isRest = cells[0]?.length === 0 && !own.some((column) => figures.has(column));
    const goesOn = before && isBelow && (blocks || isRest);
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
  return { table, tops, bottom: last?.y ?? 0 };
}

/**
 * Whether rows that stand apart are of several lines each, in all columns. The cards that `takeCards` knows by themselves are gone by now; these are
 * told only by how far apart the rows of their page are.
 */
function areBlocks(rows: readonly Row[], columns: readonly Column[]): boolean {
  const below = rows.filter((row, at) => {
    const [above, own] = [rows[at - 1]?.[0], row[0]];
    return above && own && above.y - own.y < LOOSE_EM * own.size;
  });
  const full = below.filter(
    (row) => new Set(row.map((segment) => columnAt(columns, segment))).size === columns.length,
  );
  return below.length * 2 >= rows.length && full.length > below.length * MIN_FULL_SHARE;
}

/**
 * The columns below as many heads as there are of them, each with its head, which need not stand over its cells: heads in the middle
 * of a column whose figures end at its right edge. Undefined where a head is over another's cells.
 */
function headedColumns([head = [], ...body]: readonly Row[]): Column[] | undefined {
  const below = stretches(body.flat());
  if (head.length !== below.length || !head.every(({ bold }) => bold)) return undefined;
  const columns = below.map((column, at) => reach([column, head[at] ?? column]));
  const areApart = columns.every(({ x0 }, at) => at === 0 || x0 > (columns[at - 1]?.x1 ?? x0));
  return areApart ? columns : undefined;
}

function columnAt(columns: readonly Column[], segment: Segment): number {
  return columns.findIndex(({ x0, x1 }) => segment.x0 >= x0 && segment.x0 <= x1);
}
