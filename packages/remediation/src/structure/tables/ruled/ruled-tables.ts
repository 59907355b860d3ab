import { firstIndex, liesIn } from '../../../text/boxes.ts';
import type { Box } from '../../../text/drawings.ts';
import type { TextFragment } from '../../../text/text-pen.ts';
import { inlinesOf } from '../../inlines.ts';
import { type PlacedObject, pageRows } from '../../page-lines.ts';
import type { LinkArea } from '../../types.ts';
import { allBold, type DraftCell, type DraftRow, isFilled, wordsOf } from '../draft-table.ts';
import { openCells } from './open-cells.ts';
import type { RuledGrid } from './ruled-grids.ts';

/** A grid with less text in its cells is a drawing, unless its head asks for something. */
const MIN_FILLED_SHARE = 0.3;
/** So much of a first row says what is to be filled in below; nobody fills in more cells on a page than these. */
const MIN_ASKED_SHARE = 0.5;
const MIN_ASKED = 2;
const MAX_BLANK_CELLS = 500;
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

function lowestOf(grids: readonly RuledGrid[]): RuledGrid | undefined {
  return grids.toSorted((a, b) => a.y0 - b.y0)[0];
}

function highestOf(grids: readonly RuledGrid[]): RuledGrid | undefined {
  return grids.toSorted((a, b) => b.y1 - a.y1)[0];
}

/**
 * Whether a page has enough for a grid to be a table: of a large one that is empty nothing is kept.
 *
 * @param things words and pictures
 */
export function hasEnoughFor({ cells, xs }: RuledGrid, things: number): boolean {
  const asked = cells.length <= MAX_BLANK_CELLS && things >= (xs.length - 1) * MIN_ASKED_SHARE;
  return asked || things >= cells.length * MIN_FILLED_SHARE;
}

/** The grid of a page in which a table to fill in may go on, though nothing stands in it: the highest, where the page before ends with the same columns. */
export function blankRest(grids: readonly RuledGrid[], before: readonly RuledGrid[]): RuledGrid | undefined {
  const [grid, above] = [highestOf(grids), lowestOf(before)];
  if (!grid || !above || grid.innerOnly || !hasRows(grid) || grid.cells.length > MAX_BLANK_CELLS)
    return undefined;
  return hasSameEdges(grid, above) ? grid : undefined;
}

/** For each page, the grids that can be tables: those of a single row only where they belong to one of the next page or the last. */
export function tableGrids(pages: readonly (readonly RuledGrid[])[]): RuledGrid[][] {
  return pages.map((grids, page) =>
    grids.filter((grid) => {
      if (hasRows(grid)) return true;
      const before = grid === highestOf(grids) ? lowestOf(pages[page - 1] ?? []) : undefined;
      const after = grid === lowestOf(grids) ? highestOf(pages[page + 1] ?? []) : undefined;
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

/**
 * Tables that rules draw, and the text that is in none.
 *
 * @param before the grids of the tables of the page before
 */
export function takeRuledTables(
  grids: readonly RuledGrid[],
  fragments: readonly TextFragment[],
  links: readonly LinkArea[],
  pictures: readonly Box[],
  index: number,
  rightToLeft: boolean,
  before: readonly RuledGrid[],
): { tables: PlacedObject[]; rest: readonly TextFragment[]; taken: readonly RuledGrid[] } {
  const tables: PlacedObject[] = [];
  const kept: RuledGrid[] = [];
  const blank = blankRest(grids, before);
  let rest = fragments;
  for (const grid of grids) {
    const inside = rest.filter((fragment) => fragment.quarter === 0 && isIn(fragment, grid));
    const crossing = inside.filter(({ x0, x1 }) => x0 < grid.x0 - 4 || x1 > grid.x1 + 4).length;
    if ((inside.length === 0 && grid !== blank) || crossing > inside.length * MAX_CROSSING_SHARE) continue;
    if (grid.innerOnly && isLayout(grid, inside)) continue;
    const rows = rowsOf(grid, inside, links, index, rightToLeft);
    // A row in which no cell begins is none for a reader.
    if (rows.some((row) => row.length === 0)) continue;
    const cells = rows.flat();
    const filled = cells.filter(isFilled).length;
    const shown = cellsWith(pictures, grid);
    const full =
      filled + shown >= cells.length * MIN_FILLED_SHARE && (rows.length === 1 || filled >= MIN_FILLED);
    if (!full && grid !== blank && !isToFillIn(grid, rows)) continue;
    kept.push(grid);
    const { x0, y0, x1, y1, xs, ys } = grid;
    const ruled = grid.texts === undefined || grid.drawn === true;
    const columns = ruled ? xs.slice(1).map((x, at) => ({ x0: xs[at] ?? 0, x1: x })) : grid.texts;
    tables.push({
      object: {
        kind: 'table',
        ruled,
        columns,
        texts: grid.texts,
        tops: ys.slice(0, -1),
        rows,
        x0,
        y0,
        x1,
        y1,
      },
      box: grid,
    });
    const taken = new Set(inside);
    rest = rest.filter((fragment) => !taken.has(fragment));
  }
  return { tables, rest, taken: kept };
}

/** Whether a grid is closed, and a row of it says what belongs below: a list to sign, a sheet of hours. */
function isToFillIn({ innerOnly, cells, xs }: RuledGrid, rows: readonly DraftRow[]): boolean {
  if (innerOnly || rows.length === 1 || cells.length > MAX_BLANK_CELLS) return false;
  return rows.slice(0, -1).some((row, at) => {
    const asked = row.filter(isFilled).length;
    const share = (at === 0 ? row.length : xs.length - 1) * MIN_ASKED_SHARE;
    return asked >= MIN_ASKED && asked >= share && (at === 0 || (asked === row.length && allBold(row)));
  });
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

/** How many cells have a picture in them. */
function cellsWith(pictures: readonly Box[], grid: RuledGrid): number {
  const cellAt = cellFinder(grid);
  const inside = pictures.filter((picture) => liesIn(picture, grid));
  return new Set(inside.map(({ x0, x1, y0, y1 }) => cellAt((x0 + x1) / 2, (y0 + y1) / 2))).size;
}

/** Tells in which cell of a grid a point is: on an edge, in the one above it or left of it. */
function cellFinder({
  cells,
  xs,
  ys,
}: RuledGrid): (x: number, y: number) => RuledGrid['cells'][number] | undefined {
  const columnCount = xs.length - 1;
  const places = new Map<number, RuledGrid['cells'][number]>();
  for (const cell of cells)
    for (let row = cell.row; row < cell.row + cell.rows; row++)
      for (let column = cell.column; column < cell.column + cell.columns; column++)
        places.set(row * columnCount + column, cell);
  return (x, y) => {
    const column = firstIndex(columnCount - 1, (at) => x <= (xs[at + 1] ?? 0));
    const row = firstIndex(ys.length - 2, (at) => y >= (ys[at + 1] ?? 0));
    return places.get(row * columnCount + column);
  };
}

function rowsOf(
  grid: RuledGrid,
  fragments: readonly TextFragment[],
  links: readonly LinkArea[],
  page: number,
  rightToLeft: boolean,
): DraftCell[][] {
  const cellAt = cellFinder(grid);
  const texts = Map.groupBy(fragments, ({ x0, x1, y, size }) => cellAt((x0 + x1) / 2, y + size * 0.3));
  const rows: DraftCell[][] = Array.from({ length: grid.ys.length - 1 }, () => []);
  const columnCount = grid.xs.length - 1;
  const opened = new Map(
    grid.cells.flatMap((cell) => {
      const edges = grid.xs.slice(cell.column, cell.column + cell.columns + 1);
      const parts = cell.columns > 1 ? openCells(texts.get(cell) ?? [], edges) : undefined;
      return parts ? [[cell, parts]] : [];
    }),
  );
  // What stands apart in one cell is no cells with empty ones between: only full rows show that rules are missing.
  const areMissing = [...opened.values()].some((parts) => parts.every(({ length }) => length > 0));
  for (const cell of grid.cells) {
    const own = texts.get(cell) ?? [];
    const parts = areMissing ? opened.get(cell) : undefined;
    for (const [at, part] of (parts ?? [own]).entries()) {
      const lines = pageRows(part, links, [], rightToLeft).flat();
      const columns = parts ? 1 : cell.columns;
      rows[cell.row]?.push({
        content: inlinesOf(lines.flatMap(wordsOf), page),
        bold: lines.flat().every((segment) => segment.bold),
        columns,
        rows: cell.rows,
        column: rightToLeft ? columnCount - cell.column - at - columns : cell.column + at,
      });
    }
  }
  return rightToLeft ? rows.map((row) => row.toReversed()) : rows;
}
