import type { PageText } from '../../text/page-text.ts';
import type { TextFragment } from '../../text/text-pen.ts';
import { type PlacedObject, pageRows } from '../page-lines.ts';
import type { LinkArea } from '../types.ts';
import { type DraftCell, tableOf, wordsOf } from './draft-table.ts';
import { type RuledGrid, ruledGrids } from './ruled-grids.ts';

/** A grid with less text in its cells is a drawing or a form. */
const MIN_FILLED_SHARE = 0.3;
/** Text that runs across the frame says that the frame is not a table's. */
const MAX_CROSSING_SHARE = 0.1;

/** Tables that rules draw, and the text that is in none. */
export function takeRuledTables(
  page: PageText,
  fragments: readonly TextFragment[],
  links: readonly LinkArea[],
  index: number,
  rightToLeft: boolean,
): { tables: PlacedObject[]; rest: readonly TextFragment[] } {
  const tables: PlacedObject[] = [];
  let rest = fragments;
  for (const grid of ruledGrids(page)) {
    const inside = rest.filter((fragment) => fragment.quarter === 0 && isIn(fragment, grid));
    const crossing = inside.filter(({ x0, x1 }) => x0 < grid.x0 - 4 || x1 > grid.x1 + 4).length;
    if (inside.length === 0 || crossing > inside.length * MAX_CROSSING_SHARE) continue;
    const rows = rowsOf(grid, inside, links, rightToLeft);
    // A row in which no cell begins is none for a reader.
    if (rows.some((row) => row.length === 0)) continue;
    const cells = rows.flat();
    const filled = cells.filter((cell) => cell.words.length > 0).length;
    if (filled < cells.length * MIN_FILLED_SHARE || filled < 3) continue;
    tables.push({ object: tableOf(rows, index), box: grid });
    const taken = new Set(inside);
    rest = rest.filter((fragment) => !taken.has(fragment));
  }
  return { tables, rest };
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
  rightToLeft: boolean,
): DraftCell[][] {
  const left = new Set(fragments);
  const rows: DraftCell[][] = Array.from({ length: grid.rowCount }, () => []);
  const columnCount = Math.max(...grid.cells.map((cell) => cell.column + cell.columns));
  for (const cell of grid.cells) {
    const own = [...left].filter((fragment) => isIn(fragment, cell));
    for (const fragment of own) left.delete(fragment);
    const lines = pageRows(own, links, [], rightToLeft).flat();
    rows[cell.row]?.push({
      words: lines.flatMap(wordsOf),
      bold: lines.flat().every((segment) => segment.bold),
      columns: cell.columns,
      rows: cell.rows,
      column: rightToLeft ? columnCount - cell.column - cell.columns : cell.column,
    });
  }
  return rightToLeft ? rows.map((row) => row.toReversed()) : rows;
}
