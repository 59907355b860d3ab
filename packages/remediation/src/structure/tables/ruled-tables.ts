import type { TextFragment } from '../../text/text-pen.ts';
import { inlinesOf } from '../inlines.ts';
import { type PlacedObject, pageRows } from '../page-lines.ts';
import type { LinkArea } from '../types.ts';
import { type DraftCell, isFilled, wordsOf } from './draft-table.ts';
import type { RuledGrid } from './ruled-grids.ts';

/** A grid with less text in its cells is a drawing or a form. */
const MIN_FILLED_SHARE = 0.3;
/** Text that runs across the frame says that the frame is not a table's. */
const MAX_CROSSING_SHARE = 0.1;
/** Two cells with text can be a box with a line through it. */
const MIN_FILLED = 3;
const SAME_EDGE_PT = 2;
/** So many lines, each as full as this, are running text; where this share of the cells holds such, they are columns. */
const COLUMN_LINES = 8;
const COLUMN_FILL = 0.6;
const COLUMN_SHARE = 0.5;
/** A page of columns has no more parts. */
const MAX_COLUMNS = 24;

/** Whether a grid is a table by itself. */
export function hasRows({ ys }: RuledGrid): boolean {
  return ys.length > 2;
}

/** For each page, the grids that can be tables: those of a single row only where they belong to one of the next page or the last. */
export function tableGrids(pages: readonly (readonly RuledGrid[])[]): RuledGrid[][] {
  const lowest = (grids: readonly RuledGrid[] = []): RuledGrid | undefined =>
    grids.toSorted((a, b) => a.y0 - b.y0)[0];
  const highest = (grids: readonly RuledGrid[] = []): RuledGrid | undefined =>
    grids.toSorted((a, b) => b.y1 - a.y1)[0];
  return pages.map((grids, page) =>
    grids.filter((grid) => {
      if (hasRows(grid)) return true;
      const before = grid === highest(grids) ? lowest(pages[page - 1]) : undefined;
      const after = grid === lowest(grids) ? highest(pages[page + 1]) : undefined;
      return [before, after].some((other) => other && hasRows(other) && hasSameEdges(grid, other));
    }),
  );
}

function hasSameEdges({ xs }: RuledGrid, other: RuledGrid): boolean {
  return (
    xs.length === other.xs.length &&
    xs.every((x, at) => Math.abs(x - (other.xs[at] ?? Number.NaN)) <= SAME_EDGE_PT)
  );
}

/** Tables that rules draw, and the text that is in none. */
export function takeRuledTables(
  grids: readonly RuledGrid[],
  fragments: readonly TextFragment[],
  links: readonly LinkArea[],
  index: number,
  rightToLeft: boolean,
): { tables: PlacedObject[]; rest: readonly TextFragment[] } {
  const tables: PlacedObject[] = [];
  let rest = fragments;
  for (const grid of grids) {
    const inside = rest.filter((fragment) => fragment.quarter === 0 && isIn(fragment, grid));
    const crossing = inside.filter(({ x0, x1 }) => x0 < grid.x0 - 4 || x1 > grid.x1 + 4).length;
    if (inside.length === 0 || crossing > inside.length * MAX_CROSSING_SHARE) continue;
    if (grid.innerOnly && isLayout(grid, inside)) continue;
    const rows = rowsOf(grid, inside, links, index, rightToLeft);
    // A row in which no cell begins is none for a reader.
    if (rows.some((row) => row.length === 0)) continue;
    const cells = rows.flat();
    const filled = cells.filter(isFilled).length;
    if (filled < cells.length * MIN_FILLED_SHARE || (rows.length > 1 && filled < MIN_FILLED)) continue;
    const { x0, y0, x1, y1, xs, ys } = grid;
    const columns = xs.slice(1).map((x, at) => ({ x0: xs[at] ?? 0, x1: x }));
    tables.push({
      object: { kind: 'table', ruled: true, columns, tops: ys.slice(0, -1), rows, x0, y0, x1, y1 },
      box: grid,
    });
    const taken = new Set(inside);
    rest = rest.filter((fragment) => !taken.has(fragment));
  }
  return { tables, rest };
}

/** Whether rules stand between columns of running text, as in a newsletter. */
function isLayout({ cells }: RuledGrid, fragments: readonly TextFragment[]): boolean {
  if (cells.length > MAX_COLUMNS) return false;
  let [filled, columns] = [0, 0];
  for (const cell of cells) {
    const lines = pageRows(
      fragments.filter((fragment) => isIn(fragment, cell)),
      [],
    ).flat();
    if (lines.length > 0) filled++;
    const full = lines.filter((line) => {
      const [first, last] = [line[0], line.at(-1)];
      return first && last && last.x1 - first.x0 >= (cell.x1 - cell.x0) * COLUMN_FILL;
    });
    if (full.length >= COLUMN_LINES) columns++;
  }
  return columns > 0 && columns >= filled * COLUMN_SHARE;
}

function isIn(
  { x0, x1, y, size }: TextFragment,
  box: { x0: number; y0: number; x1: number; y1: number },
): boolean {
  const [x, middle] = [(x0 + x1) / 2, y + size * 0.3];
  return x >= box.x0 && x <= box.x1 && middle >= box.y0 && middle <= box.y1;
}

function rowsOf(
  grid: RuledGrid,
  fragments: readonly TextFragment[],
  links: readonly LinkArea[],
  page: number,
  rightToLeft: boolean,
): DraftCell[][] {
  const left = new Set(fragments);
  const rows: DraftCell[][] = Array.from({ length: grid.ys.length - 1 }, () => []);
  const columnCount = grid.xs.length - 1;
  for (const cell of grid.cells) {
    const own = [...left].filter((fragment) => isIn(fragment, cell));
    for (const fragment of own) left.delete(fragment);
    const lines = pageRows(own, links, [], rightToLeft).flat();
    rows[cell.row]?.push({
      content: inlinesOf(lines.flatMap(wordsOf), page),
      bold: lines.flat().every((segment) => segment.bold),
      columns: cell.columns,
      rows: cell.rows,
      column: rightToLeft ? columnCount - cell.column - cell.columns : cell.column,
    });
  }
  return rightToLeft ? rows.map((row) => row.toReversed()) : rows;
}
