import { firstIndex, reach } from '../../../text/boxes.ts';
import type { TextFragment } from '../../../text/text-pen.ts';
import { areColumns } from '../../order/reading-order.ts';
import { pageRows, type Segment } from '../../page-lines.ts';
import { areLabels } from '../table-evidence.ts';
import {
  type BandLine,
  columnOf,
  columnsIn,
  gapsBetween,
  gapsLeft,
  linesOf,
  type Span,
  topOf,
  touches,
} from './row-lines.ts';

/** What stands between two lines across the page. */
export interface RowBand {
  readonly y0: number;
  readonly y1: number;
  readonly fragments: readonly TextFragment[];
  /** It is one cell over all columns. */
  readonly spans?: boolean;
  /** It has a background above it and another below, and none itself. */
  readonly between?: boolean;
}

/** Rows between lines across the page, and the gaps between their columns. */
export interface BandRun {
  readonly rows: readonly RowBand[];
  readonly gaps: readonly Span[];
  /** The next run begins behind so many bands. */
  readonly seen: number;
}

/** Columns that nothing but their text shows are at least this far (em) from each other. */
const COLUMN_GAP_EM = 0.8;
/** Text keeps off the edge of a cell that is drawn, a little. */
const EDGE_PT = 2;
const MIN_EDGE_PT = 0.5;
/** What runs across the columns names rows below it when it has no more lines than this. */
const MAX_SPANNING_LINES = 2;
/** An empty strip as low as this is a line drawn double. */
const DOUBLE_PT = 8;
/** A row that no line closes is no further (em) from the table than this. */
const ROW_EM = 2.2;
const LINE_EM = 1.45;
const DESCENT_EM = 0.3;
/** Rows above or below the outermost line: a head, and one without a background. */
const MAX_OPEN_ROWS = 2;
/** Columns that only their text shows: of so many rows, so many say something in two columns. */
const MIN_ROWS = 3;
const MIN_PAIRED_SHARE = 0.7;
/** Most cells have no more lines than this; sections of a text have. */
const MAX_CELL_LINES = 4;
const SAME_SIZE = 1.1;

/** Text by the bands between lines across the page; those lines are given from top to bottom. */
export function bandsOf(lines: readonly number[], fragments: readonly TextFragment[]): RowBand[] {
  const bucket = (ys: readonly number[]): Map<number, TextFragment[]> =>
    Map.groupBy(fragments, ({ y, size }) =>
      firstIndex(ys.length, (at) => y + size * DESCENT_EM >= (ys[at] ?? 0)),
    );
  const drawn = bucket(lines);
  const ys = lines.filter((y, at) => at === 0 || drawn.has(at) || (lines[at - 1] ?? 0) - y > DOUBLE_PT);
  const texts = bucket(ys);
  return ys.slice(1).map((y0, at) => ({ y0, y1: ys[at] ?? 0, fragments: texts.get(at + 1) ?? [] }));
}

/**
 * Bands from the first one on, as far as their text leaves the same gaps.
 *
 * @param inner edges that cells are drawn with; where there are none, gaps are wherever no text is
 */
export function runFrom(bands: readonly RowBand[], { x0, x1 }: Span, inner: readonly number[]): BandRun {
  const isDrawn = inner.length > 0;
  let gaps: readonly Span[] = isDrawn
    ? inner.map((edge) => ({ x0: edge - EDGE_PT, x1: edge + EDGE_PT }))
    : [{ x0, x1 }];
  const rows: RowBand[] = [];
  let all: Span = { x0: x1, x1: x0 };
  let seen = 0;
  for (const band of bands) {
    seen++;
    const { fragments } = band;
    const text = reach(fragments);
    if (fragments.length === 0 || text.x0 < x0 - EDGE_PT || text.x1 > x1 + EDGE_PT) break;
    const least = isDrawn ? MIN_EDGE_PT : COLUMN_GAP_EM * (fragments[0]?.size ?? 0);
    const left = gapsLeft(gaps, fragments, least);
    const reached = reach([all, text]);
    const closes = isDrawn
      ? left.length < gaps.length
      : gapsBetween(left, reached).length < gapsBetween(gaps, all).length;
    if (closes) {
      const lines = linesOf(fragments);
      if (band.between || lines.length > MAX_SPANNING_LINES || !lines.every(touches)) break;
      rows.push({ ...band, spans: true });
      continue;
    }
    // Between backgrounds there is a row, or else what stands between two tables.
    if (band.between && columnsIn(fragments, edgesOf(left)) < 2) break;
    gaps = left;
    all = reached;
    rows.push(band);
  }
  while (rows.at(-1)?.spans) rows.pop();
  return { rows, gaps: gapsBetween(gaps, all), seen: rows.length > 0 ? rows.length : seen };
}

/** Rows beyond the outermost line, which none closes: a head above the line below it. */
export function openRows(
  { rows, gaps }: BandRun,
  fragments: readonly TextFragment[],
  side: 'above' | 'below',
): RowBand[] {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return [];
  const edges = edgesOf(gaps);
  const lines = linesOf(
    fragments.filter(({ y, size }) =>
      side === 'above' ? y + size * DESCENT_EM > first.y1 : y + size * DESCENT_EM < last.y0,
    ),
  );
  if (side === 'above') lines.reverse();
  const found: RowBand[] = [];
  let edge = side === 'above' ? first.y1 : last.y0;
  for (let at = 0; at < lines.length && found.length < MAX_OPEN_ROWS; ) {
    const own: TextFragment[] = [];
    let from = edge;
    for (; at < lines.length; at++) {
      const line = lines[at] ?? [];
      const [y = 0, size = 0] = [line[0]?.y, line[0]?.size];
      if (Math.abs(y - from) > size * (own.length === 0 ? ROW_EM : LINE_EM)) break;
      if (!keepsOff(line, edges)) return found;
      for (const fragment of line) own.push(fragment);
      from = y;
    }
    if (columnsIn(own, edges) < 2) break;
    const y = side === 'above' ? topOf(own) : from - (own[0]?.size ?? 0) * DESCENT_EM;
    found.unshift({ y0: Math.min(edge, y), y1: Math.max(edge, y), fragments: own });
    edge = y;
  }
  return side === 'above' ? found : found.reverse();
}

/** Whether words of a line stand apart where columns do. */
function keepsOff(line: BandLine, edges: readonly number[]): boolean {
  return line.every((word, at) => {
    const before = line[at - 1];
    const [column, columnBefore] = [columnOf(word, edges), before ? columnOf(before, edges) : undefined];
    const isApart = before !== undefined && word.x0 - before.x1 >= COLUMN_GAP_EM * word.size;
    const crosses = edges.some((edge) => edge > word.x0 && edge < word.x1);
    return !crosses && (columnBefore === undefined || columnBefore === column || isApart);
  });
}

/** The middles of gaps. */
export function edgesOf(gaps: readonly Span[]): number[] {
  return gaps.map(({ x0, x1 }) => (x0 + x1) / 2);
}

/**
 * The rows of a band: a name that stands above a row without a line between, and the row; or each line, where there are lines below
 * the head and the last row only.
 *
 * @param isBody no other bands have rows of the table
 */
export function rowsIn(band: RowBand, edges: readonly number[], isBody: boolean): RowBand[] {
  if (band.spans || edges.length === 0) return [band];
  const lines = linesOf(band.fragments);
  const [name, next] = lines;
  const [above, below] = [name?.[0], next?.[0]];
  if (!name || !next || !above || !below) return [band];
  const groups = isBody ? rowsWithin(band, edges) : undefined;
  if (groups) return split(band, groups);
  const isName = name.every((word) => columnOf(word, edges) === 0) && columnsIn(next, edges) > 1;
  if (!isName || above.y - below.y <= below.size * LINE_EM) return [band];
  return split(band, [name, lines.slice(1).flat()]);
}

/** Text of a band by rows, one below the other. */
function split(band: RowBand, groups: readonly (readonly TextFragment[])[]): RowBand[] {
  const edges = groups.slice(1).map((group, at) => {
    const lowest = (groups[at] ?? []).reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY);
    return (lowest + topOf(group)) / 2;
  });
  const ys = [band.y1, ...edges, band.y0];
  return groups.map((fragments, at) => ({ y1: ys[at] ?? 0, y0: ys[at + 1] ?? 0, fragments }));
}

/** Text of a band by rows, where each of its lines has words in several columns and no column is running text. */
function rowsWithin({ fragments }: RowBand, edges: readonly number[]): TextFragment[][] | undefined {
  const lines = linesOf(fragments);
  const paired = lines.filter((line) => columnsIn(line, edges) > 1);
  const named = new Set(lines.filter((line) => line.some((word) => columnOf(word, edges) === 0)));
  const least = lines.length * MIN_PAIRED_SHARE;
  if (paired.length < least || named.size < least || isText(fragments, edges)) return undefined;
  const rows: TextFragment[][] = [];
  for (const line of lines) {
    const last = rows.at(-1);
    if (last && !named.has(line)) for (const word of line) last.push(word);
    else rows.push([...line]);
  }
  return rows;
}

/** Whether rows whose columns nothing but their text shows are those of a table. */
export function areRowsOfTable(rows: readonly RowBand[], edges: readonly number[], width: Span): boolean {
  const paired = rows.filter(({ fragments }) => columnsIn(fragments, edges) > 1);
  if (paired.length < MIN_ROWS || paired.length < rows.length * MIN_PAIRED_SHARE) return false;
  const fragments = rows.flatMap((row) => row.fragments);
  const sizes = fragments.map(({ size }) => size);
  const most = (values: readonly number[], pick: (a: number, b: number) => number, from: number): number =>
    values.reduce((best, value) => pick(best, value), from);
  if (most(sizes, Math.max, 0) > most(sizes, Math.min, Number.POSITIVE_INFINITY) * SAME_SIZE) return false;
  const short = rows.filter((row) => linesOf(row.fragments).length <= MAX_CELL_LINES);
  if (short.length < rows.length * MIN_PAIRED_SHARE) return false;
  const byColumn = Map.groupBy(fragments, (word) => columnOf(word, edges));
  const cells = rows.flatMap((row) => [
    ...Map.groupBy(row.fragments, (word) => columnOf(word, edges)).values(),
  ]);
  if (areLabels(cells.map((words) => linesOf(words).flat().at(-1)?.text ?? ''))) return false;
  const columns = [...edges, undefined].map((_, column) => reach(byColumn.get(column) ?? []));
  const room = columns.map((_, at) => (columns[at + 1]?.x0 ?? width.x1) - (columns[at - 1]?.x1 ?? width.x0));
  const listing = paired.filter((row) => listsInCells(row, edges, room));
  return listing.length <= paired.length * (1 - MIN_PAIRED_SHARE) && !isText(fragments, edges);
}

/**
 * Whether lines of a band that stand beside each other end before their column does: they are entries one below the other, as
 * in a part of a curriculum vitae, and no cells.
 *
 * @param room how wide each column may be
 */
function listsInCells({ fragments }: RowBand, edges: readonly number[], room: readonly number[]): boolean {
  const lines = linesOf(fragments)
    .map((line) => Map.groupBy(line, (word) => columnOf(word, edges)))
    .filter(({ size }) => size > 1);
  return lines.slice(1).some((line, at) =>
    [...line].every(([column, [first]]) => {
      const above = lines[at]?.get(column);
      if (!above || !first) return true;
      const text = reach(above);
      return text.x1 - text.x0 + first.x1 - first.x0 + first.size <= (room[column] ?? 0);
    }),
  );
}

/** Whether what stands in columns is running text, which is read one column after the other. */
function isText(fragments: readonly TextFragment[], edges: readonly number[]): boolean {
  const lines = pageRows(fragments, [])[0] ?? [];
  const columns = [...edges, undefined].map((): Segment[][] => []);
  for (const line of lines)
    for (const [column, own] of Map.groupBy(line, (segment) => columnOf(segment, edges)))
      columns[column]?.push(own);
  return areColumns(lines, columns);
}
