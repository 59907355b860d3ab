import type { Row, Segment } from './page-lines.ts';

/** Rows that are read from top to bottom: a column, a heading across columns, a table. */
export interface Region {
  readonly rows: readonly Row[];
  readonly table: boolean;
  /** An entry of a table of contents. */
  readonly contents?: boolean;
}

const GUTTER_WIDTH_PT = 7;
const GUTTER_STEP_PT = 2;
/** At most this share of the rows may run across a gutter. */
const CROSSING_SHARE = 0.35;
const MIN_COLUMN_ROWS = 3;
/** Cells of a table leave most of their column empty; lines of text fill theirs. */
const TABLE_FILL = 0.55;
const MAX_DEPTH = 4;

/** Cuts rows into regions in reading order: columns from left to right between what runs across them. */
export function readingOrder(rows: readonly Row[], depth = 0): Region[] {
  const gutter = depth < MAX_DEPTH ? findGutter(rows) : undefined;
  if (gutter === undefined) return rows.length > 0 ? splitTables(rows) : [];
  const regions: Region[] = [];
  for (const { crossing, rows: band } of bands(rows, gutter)) {
    const left = side(band, (segment) => segment.x1 <= gutter);
    const right = side(band, (segment) => segment.x0 >= gutter);
    const columns = Math.min(left.length, right.length) >= MIN_COLUMN_ROWS;
    if (crossing || !columns || isTable(band, left, right)) regions.push(...splitTables(band));
    else regions.push(...readingOrder(left, depth + 1), ...readingOrder(right, depth + 1));
  }
  return regions;
}

function side(rows: readonly Row[], belongs: (segment: Segment) => boolean): Row[] {
  return rows.map((row) => row.filter(belongs)).filter((row) => row.length > 0);
}

/** The x of the emptiest vertical strip that has enough text on both sides. */
function findGutter(rows: readonly Row[]): number | undefined {
  const segments = rows.flat();
  if (rows.length < MIN_COLUMN_ROWS * 2 && rows.filter((row) => row.length > 1).length < MIN_COLUMN_ROWS)
    return undefined;
  const left = Math.min(...segments.map((segment) => segment.x0));
  const right = Math.max(...segments.map((segment) => segment.x1));
  const steps = Math.min(2000, Math.ceil((right - left) / GUTTER_STEP_PT));
  const covered = new Uint32Array(Math.max(1, steps + 1));
  const at = (x: number): number => Math.min(steps, Math.max(0, Math.round((x - left) / GUTTER_STEP_PT)));
  for (const segment of segments)
    for (let step = at(segment.x0); step <= at(segment.x1); step++) covered[step] = (covered[step] ?? 0) + 1;
  const allowed = rows.length * CROSSING_SHARE;
  let best: { x: number; balance: number; crossings: number } | undefined;
  for (let step = 1; step < steps; ) {
    let end = step;
    const crossings = covered[step] ?? 0;
    while (end < steps && (covered[end] ?? 0) === crossings) end++;
    const wide = (end - step) * GUTTER_STEP_PT >= GUTTER_WIDTH_PT;
    if (wide && crossings <= allowed) {
      const x = left + ((step + end) / 2) * GUTTER_STEP_PT;
      const lefts = rows.filter((row) => row.some((segment) => segment.x1 <= x)).length;
      const rights = rows.filter((row) => row.some((segment) => segment.x0 >= x)).length;
      const balance = Math.min(lefts, rights) - crossings;
      if (Math.min(lefts, rights) >= MIN_COLUMN_ROWS && (!best || balance > best.balance))
        best = { x, balance, crossings };
    }
    step = Math.max(end, step + 1);
  }
  return best && best.balance > 0 ? best.x : undefined;
}

function bands(rows: readonly Row[], gutter: number): { crossing: boolean; rows: Row[] }[] {
  const result: { crossing: boolean; rows: Row[] }[] = [];
  for (const row of rows) {
    const crossing = row.some((segment) => segment.x0 < gutter && segment.x1 > gutter);
    const last = result.at(-1);
    if (last?.crossing === crossing) last.rows.push(row);
    else result.push({ crossing, rows: [row] });
  }
  return result;
}

function isTable(band: readonly Row[], left: readonly Row[], right: readonly Row[]): boolean {
  const paired = band.filter((row) => row.length > 1).length;
  if (paired < Math.min(left.length, right.length) * 0.7) return false;
  return [left, right].every((column) => fill(column) < TABLE_FILL) || band.some((row) => row.length > 3);
}

/** How much of its width a column's rows use, on average. */
function fill(column: readonly Row[]): number {
  const segments = column.flat();
  const width = Math.max(...segments.map((s) => s.x1)) - Math.min(...segments.map((s) => s.x0));
  const used = segments.reduce((sum, segment) => sum + segment.x1 - segment.x0, 0) / column.length;
  // A column of short entries is narrow itself: measure against what a line of text needs.
  const size = segments[0]?.size ?? 10;
  return used / Math.max(width, size * 12);
}

/** Tells runs of rows with several cells each from running text. */
function splitTables(rows: readonly Row[]): Region[] {
  const regions: { rows: Row[]; table: boolean }[] = [];
  for (const row of rows) {
    const table = row.length > 1;
    const last = regions.at(-1);
    if (last?.table === table) last.rows.push(row);
    else regions.push({ rows: [row], table });
  }
  // A single row with a gap in it (a date on the right of a title) is a line like any other.
  return regions.map((region) => ({ rows: region.rows, table: region.table && region.rows.length >= 3 }));
}
