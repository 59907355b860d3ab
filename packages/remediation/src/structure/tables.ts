import type { PageText } from '../text/page-text.ts';
import type { TextFragment } from '../text/text-pen.ts';
import { inlinesOf } from './inlines.ts';
import { type PlacedObject, pageRows, type Row, type Segment } from './page-lines.ts';
import { type RuledGrid, ruledGrids } from './ruled-tables.ts';
import type { LinkArea, TableBlock, TableCell, Word } from './types.ts';

/** A grid with less text in its cells is a drawing or a form. */
const MIN_FILLED_SHARE = 0.3;
/** Text that runs across the frame says that the frame is not a table's. */
const MAX_CROSSING_SHARE = 0.1;
const MIN_PAIRED_SHARE = 0.7;
/** A row this close (in em) under the one before, with nothing in the first column, goes on with it. */
const CONTINUED_EM = 1.45;
const LEADER = /(?:\.\s?){4,}|…{2,}/;

interface Draft {
  readonly words: readonly Word[];
  readonly bold: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly column: number;
}

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
): Draft[][] {
  const left = new Set(fragments);
  const rows: Draft[][] = Array.from({ length: grid.rowCount }, () => []);
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

function wordsOf(row: Row): Word[] {
  return row.flatMap((segment, index) =>
    segment.words.map((word, at) =>
      at > 0 ? word : { ...word, spaceBefore: index > 0, lineStart: index === 0 },
    ),
  );
}

/** A table without rules: rows whose pieces stand in columns of their own. Undefined when they do not. */
export function spacedTable(rows: readonly Row[], page: number): TableBlock | undefined {
  const leaders = rows.filter((row) =>
    row.some(({ words }) => LEADER.test(words.map((w) => w.text).join(' '))),
  );
  if (leaders.length * 2 > rows.length) return undefined;
  const columns = columnsOf(rows.flat());
  if (columns.length < 2) return undefined;
  const paired = rows.filter((row) => new Set(row.map((segment) => columnAt(columns, segment))).size > 1);
  if (rows.length < 3 || paired.length < rows.length * MIN_PAIRED_SHARE) return undefined;
  const drafts: Segment[][][] = [];
  let last: { y: number; size: number } | undefined;
  for (const row of rows) {
    const cells: Segment[][] = columns.map(() => []);
    for (const segment of row) cells[columnAt(columns, segment)]?.push(segment);
    const [y, size] = [row[0]?.y ?? 0, row[0]?.size ?? 10];
    const before = drafts.at(-1);
    const goesOn = before && last && cells[0]?.length === 0 && last.y - y < CONTINUED_EM * size;
    if (goesOn) for (const [index, cell] of cells.entries()) before[index]?.push(...cell);
    else drafts.push(cells);
    last = { y, size };
  }
  const table = drafts.map((cells) =>
    cells.map(
      (segments, column): Draft => ({
        words: segments.flatMap((segment) => wordsOf([segment])),
        bold: segments.every((segment) => segment.bold),
        columns: 1,
        rows: 1,
        column,
      }),
    ),
  );
  return tableOf(table, page);
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

/** Header cells are those that look different: a first row, or a first column, in bold among others that are not. */
function tableOf(rows: readonly (readonly Draft[])[], page: number): TableBlock {
  const filled = (cells: readonly Draft[]): Draft[] => cells.filter((cell) => cell.words.length > 0);
  const allBold = (cells: readonly Draft[]): boolean =>
    filled(cells).length > 0 && filled(cells).every((cell) => cell.bold);
  const [first = [], ...others] = rows;
  const body = filled(others.flat());
  const headed = allBold(first) && !allBold(body);
  const firstColumn = others.flat().filter((cell) => cell.column === 0);
  const otherColumns = others.flat().filter((cell) => cell.column > 0);
  const sided =
    filled(firstColumn).length > 1 && allBold(firstColumn) && !filled(otherColumns).some((c) => c.bold);
  return {
    kind: 'table',
    rows: rows.map((row, at) =>
      row.map((cell): TableCell => {
        const scope =
          cell.words.length === 0
            ? undefined
            : at === 0 && headed
              ? 'column'
              : sided && cell.column === 0
                ? 'row'
                : undefined;
        return { scope, columns: cell.columns, rows: cell.rows, content: inlinesOf(cell.words, page) };
      }),
    ),
  };
}
