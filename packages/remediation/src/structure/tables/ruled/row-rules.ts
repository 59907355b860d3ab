import type { Comparing } from '../../../budget.ts';
import { firstIndex, reach } from '../../../text/boxes.ts';
import type { TextFragment } from '../../../text/text-pen.ts';
import {
  areRowsOfTable,
  type BandRun,
  bandsOf,
  edgesOf,
  openRows,
  type RowBand,
  rowsIn,
  runFrom,
} from './row-bands.ts';
import { columnOf, columnsIn, type Span } from './row-lines.ts';
import type { RuledGrid } from './ruled-grids.ts';

/** What is drawn across the rows of a table: a line below one, a background behind one or more. */
export interface Stripe extends Span {
  /** Edges between its cells, where it is drawn cell by cell. */
  readonly inner: readonly number[];
  /** Its edges across the page: one of a line, two or more of backgrounds. */
  readonly ys: readonly number[];
  /** The grid that it is by itself. */
  readonly grid: RuledGrid | undefined;
}

const SAME_EDGE_PT = 2;
const TOUCHING_PT = 3;
/** With cells that are drawn, so many rows that say something in two columns are a table. */
const MIN_DRAWN_ROWS = 2;
/** Rows that no line closes are looked for as far as this (points). */
const BEYOND_PT = 120;
/** How often each word is looked at, about. */
const PASSES = 32;
/** More columns times rows than this are a drawing. */
const MAX_PLACES = 20_000;

/**
 * Grids of tables whose rows are told apart, and whose columns need not be: lines across them that begin and end together, or
 * backgrounds behind every other row. Their columns are those that the lines are drawn for, else what text keeps off in all rows.
 */
export function rowGrids(
  stripes: readonly Stripe[],
  fragments: readonly TextFragment[],
  budget: Comparing,
): RuledGrid[] {
  const upright = fragments.filter(({ quarter }) => quarter === 0).sort((a, b) => b.y - a.y);
  const grids: RuledGrid[] = [];
  for (const all of chainsOf(stripes)) {
    // The line below a page's header is none of a table that has walls.
    const walled = all.some(({ ys, inner }) => ys.length > 2 && inner.length > 0);
    const chain = walled ? all.filter(({ ys }) => ys.length > 1) : all;
    if (chain.length < 2) continue;
    const ys = placesOf(chain);
    const [from, to] = [(ys[0] ?? 0) + BEYOND_PT, (ys.at(-1) ?? 0) - BEYOND_PT].map((y) =>
      firstIndex(upright.length, (at) => (upright[at]?.y ?? 0) < y),
    );
    const near = upright.slice(from, to);
    if (!budget.compares(near.length * PASSES + chain.length ** 2)) continue;
    for (const grid of gridsIn(chain, near, budget)) grids.push(grid);
  }
  return grids;
}

/** Edges of stripes across the page, from top to bottom. */
function placesOf(chain: readonly Stripe[]): number[] {
  return apart(chain.flatMap(({ ys }) => ys));
}

/** Stripes that begin and end together. */
function chainsOf(stripes: readonly Stripe[]): Stripe[][] {
  const together = (all: readonly Stripe[], edge: (stripe: Stripe) => number): Stripe[][] => {
    const groups: Stripe[][] = [];
    for (const stripe of all.toSorted((a, b) => edge(a) - edge(b))) {
      const first = groups.at(-1)?.[0];
      if (first && edge(stripe) - edge(first) <= SAME_EDGE_PT) groups.at(-1)?.push(stripe);
      else groups.push([stripe]);
    }
    return groups;
  };
  return together(stripes, ({ x0 }) => x0).flatMap((group) => together(group, ({ x1 }) => x1));
}

function isAt(ys: readonly number[], y: number): boolean {
  return ys.some((each) => Math.abs(each - y) <= TOUCHING_PT);
}

function isBeside({ ys }: Stripe, { y0, y1 }: RuledGrid): boolean {
  return ys.some((y) => y >= y0 - TOUCHING_PT && y <= y1 + TOUCHING_PT);
}

/** Places, from the largest on, that are not as near to each other as lines that touch. */
function apart(values: readonly number[]): number[] {
  const places: number[] = [];
  for (const value of values.toSorted((a, b) => b - a))
    if ((places.at(-1) ?? Number.POSITIVE_INFINITY) - value > TOUCHING_PT) places.push(value);
  return places;
}

function gridsIn(
  chain: readonly Stripe[],
  fragments: readonly TextFragment[],
  budget: Comparing,
): RuledGrid[] {
  const width = reach(chain);
  const own = fragments.filter(({ x0, x1 }) => x1 > width.x0 && x0 < width.x1);
  const bands = bandsOf(placesOf(chain), own).map((band) => {
    const [above, below] = [band.y1, band.y0].map((y) =>
      chain.some(({ ys }) => ys.length > 1 && isAt(ys, y)),
    );
    const isInside = chain.some(({ ys }) => isAt(ys, band.y1) && isAt(ys, band.y0));
    return above && below && !isInside ? { ...band, between: true } : band;
  });
  const inner = apart(chain.flatMap((stripe) => stripe.inner)).reverse();
  const grids: RuledGrid[] = [];
  for (let from = 0; from < bands.length; ) {
    const run = runFrom(bands.slice(from), width, inner);
    const grid =
      run.rows.length > 0 && budget.compares(own.length)
        ? gridOf(run, own, width, inner.length > 0)
        : undefined;
    // What one of them is by itself is known.
    if (grid && chain.filter((stripe) => isBeside(stripe, grid)).length > 1) grids.push(grid);
    from += Math.max(1, run.seen);
  }
  return grids;
}

function gridOf(
  run: BandRun,
  fragments: readonly TextFragment[],
  width: Span,
  drawn: boolean,
): RuledGrid | undefined {
  const edges = edgesOf(run.gaps);
  if (edges.length === 0 || edges.length * run.rows.length > MAX_PLACES) return undefined;
  const isPaired = ({ fragments: texts }: RowBand): boolean => columnsIn(texts, edges) > 1;
  const above = openRows(run, fragments, 'above');
  // Lines below the head and the last row only: all rows are in one band.
  const [head, body] = above.length > 0 ? [above[0], ...run.rows] : run.rows;
  const isHeaded = head !== undefined && run.rows.length + Math.min(above.length, 1) === 2;
  const all = [
    ...above,
    ...run.rows.flatMap((row) => rowsIn(row, edges, isHeaded && row === body)),
    ...openRows(run, fragments, 'below'),
  ];
  const rows = all.slice(all.findIndex(isPaired), all.findLastIndex(isPaired) + 1);
  const paired = rows.filter(isPaired).length;
  if (drawn ? paired < MIN_DRAWN_ROWS || paired * 2 < rows.length : !areRowsOfTable(rows, edges, width))
    return undefined;
  const xs = [width.x0, ...edges, width.x1];
  const ys = [rows[0]?.y1 ?? 0, ...rows.map(({ y0 }) => y0)];
  const [y1 = 0, y0 = 0] = [ys[0], ys.at(-1)];
  const texts = rows.flatMap((row) => row.fragments);
  const columns = xs
    .slice(1)
    .map((_, column) => reach(texts.filter((text) => columnOf(text, edges) === column)));
  const cells = rows.flatMap((row, at) =>
    cellsOf(row, edges).map(({ column, columns: wide }) => ({
      x0: xs[column] ?? 0,
      x1: xs[column + wide] ?? 0,
      y1: row.y1,
      y0: row.y0,
      row: at,
      column,
      rows: 1,
      columns: wide,
    })),
  );
  const [first, last] = [run.rows[0], run.rows.at(-1)];
  const closed = { ...width, y0: last?.y0 ?? y0, y1: first?.y1 ?? y1 };
  return { ...width, y0, y1, cells, xs, ys, innerOnly: !drawn, closed, drawn, texts: columns };
}

/** The cells of a row: over an edge that its words run across there is one. */
function cellsOf(
  { fragments, spans }: RowBand,
  edges: readonly number[],
): { column: number; columns: number }[] {
  const crossed = new Set<number>();
  for (const { x0, x1 } of fragments)
    for (let at = columnOf({ x0, x1: x0 }, edges); (edges[at] ?? Number.POSITIVE_INFINITY) < x1; at++)
      crossed.add(at);
  const cells = [{ column: 0, columns: 1 }];
  for (const at of edges.keys()) {
    const last = cells.at(-1);
    if (last && (spans || crossed.has(at))) last.columns++;
    else cells.push({ column: at + 1, columns: 1 });
  }
  return cells;
}
