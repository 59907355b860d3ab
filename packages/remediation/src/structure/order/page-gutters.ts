import { reach } from '../../text/boxes.ts';
import type { Box } from '../../text/drawings.ts';

const STEP_PT = 1;
/** Columns may stand closer together than words of a heading: TeX leaves ten points between them. */
const MIN_WIDTH_PT = 6;
const MIN_ROWS = 12;
/** At most this share of the rows may run across: headings do. */
const MAX_CROSSING_SHARE = 0.12;
/** Lines of a column begin at its edge, within this many points. */
const EDGE_PT = 3;
const MIN_EDGE_SHARE = 0.5;
const MIN_COLUMN_PT = 100;
/** Lines of text fill most of their column; bullets and cells do not. */
const MIN_FILL = 0.5;

type Span = Pick<Box, 'x0' | 'x1'>;

/** Rows in columns, between others that run across the page. */
export interface ColumnRun {
  /** The first of its rows, and the one behind its last. */
  readonly from: number;
  readonly to: number;
  readonly gutters: readonly number[];
}

/**
 * Middles of the empty strips between columns of text, however narrow: where hardly any row runs across, both sides are
 * full of text, and the lines on the right begin at one edge.
 *
 * @param rows pieces of text on one baseline each
 */
export function pageGutters(rows: readonly (readonly Span[])[]): number[] {
  if (rows.length < MIN_ROWS) return [];
  const all = rows.flat();
  const { x0: left, x1: right } = reach(all);
  const steps = Math.min(3000, Math.ceil((right - left) / STEP_PT));
  const covered = new Uint32Array(steps + 1);
  const at = (x: number): number => Math.min(steps, Math.max(0, Math.round((x - left) / STEP_PT)));
  for (const { x0, x1 } of all)
    for (let step = at(x0); step < at(x1); step++) covered[step] = (covered[step] ?? 0) + 1;
  const gutters: number[] = [];
  for (let step = 1; step < steps; ) {
    let end = step;
    while (end < steps && (covered[end] ?? 0) <= rows.length * MAX_CROSSING_SHARE) end++;
    const [from, to] = [left + step * STEP_PT, left + end * STEP_PT];
    if (to - from >= MIN_WIDTH_PT && separatesColumns(rows, from, to, left, right))
      gutters.push((from + to) / 2);
    step = end + 1;
  }
  return gutters;
}

/**
 * Columns of text on a page that has others in between, which run across it: rows one below the other that leave the same strip
 * empty, with text as in columns on both of its sides.
 *
 * @param rows from top to bottom, each from left to right
 */
export function columnRuns(rows: readonly (readonly Span[])[]): ColumnRun[] {
  const { x0: left, x1: right } = reach(rows.flat());
  const whole = [{ x0: left + MIN_COLUMN_PT, x1: right - MIN_COLUMN_PT }];
  const runs: ColumnRun[] = [];
  for (let at = 0; at < rows.length; ) {
    let end = at;
    let strips = whole;
    for (; end < rows.length; end++) {
      const empty = strips.flatMap((strip) => emptyIn(strip, rows[end] ?? []));
      if (empty.length === 0) break;
      strips = empty;
    }
    const run = runOf(rows, at, end, strips);
    if (run) runs.push(run);
    // What is too short for columns may hide where they begin.
    at = run || end - at >= MIN_ROWS / 2 ? Math.max(end, at + 1) : at + 1;
  }
  return runs;
}

/** What a row leaves of a strip, where that is wide enough. */
export function emptyIn(strip: Span, row: readonly Span[]): Span[] {
  const left: Span[] = [];
  let from = strip.x0;
  for (const { x0, x1 } of row) {
    if (x1 <= from) continue;
    if (x0 >= strip.x1) break;
    left.push({ x0: from, x1: x0 });
    from = x1;
  }
  left.push({ x0: from, x1: strip.x1 });
  return left.filter(({ x0, x1 }) => x1 - x0 >= MIN_WIDTH_PT);
}

/** The rows as far as text stands on both sides of a strip, if these are columns. */
function runOf(
  rows: readonly (readonly Span[])[],
  start: number,
  end: number,
  strips: readonly Span[],
): ColumnRun | undefined {
  let [from, to] = [end, start];
  const gutters = strips.flatMap(({ x0, x1 }) => {
    const inside = rows.slice(start, end);
    const lefts = inside.flatMap((row, at) => (row.some((span) => span.x1 <= x0 + EDGE_PT) ? [at] : []));
    const rights = inside.flatMap((row, at) => (row.some((span) => span.x0 >= x1 - EDGE_PT) ? [at] : []));
    const [first, last] = [
      Math.max(lefts[0] ?? 0, rights[0] ?? 0),
      Math.max(lefts.at(-1) ?? 0, rights.at(-1) ?? 0) + 1,
    ];
    const own = inside.slice(first, last);
    if (own.length < MIN_ROWS / 2) return [];
    const edges = reach(own.flat());
    if (!separatesColumns(own, x0, x1, edges.x0, edges.x1)) return [];
    [from, to] = [Math.min(from, start + first), Math.max(to, start + last)];
    return [(x0 + x1) / 2];
  });
  return gutters.length > 0 ? { from, to, gutters } : undefined;
}

function separatesColumns(
  rows: readonly (readonly Span[])[],
  from: number,
  to: number,
  left: number,
  right: number,
): boolean {
  if (from - left < MIN_COLUMN_PT || right - to < MIN_COLUMN_PT) return false;
  const before = rows
    .map((row) => row.filter(({ x1 }) => x1 <= from + EDGE_PT))
    .filter((row) => row.length > 0);
  const behind = rows
    .map((row) => row.filter(({ x0 }) => x0 >= to - EDGE_PT))
    .filter((row) => row.length > 0);
  if (Math.min(before.length, behind.length) < MIN_ROWS / 2) return false;
  const edge = behind.filter((row) => row.some(({ x0 }) => x0 - to < EDGE_PT)).length;
  return (
    edge >= behind.length * MIN_EDGE_SHARE &&
    fill(before, from - left) > MIN_FILL &&
    fill(behind, right - to) > MIN_FILL
  );
}

function fill(rows: readonly (readonly Span[])[], width: number): number {
  const used = rows.flat().reduce((sum, { x0, x1 }) => sum + x1 - x0, 0);
  return used / (rows.length * width);
}
