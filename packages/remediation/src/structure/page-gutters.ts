import { reach } from '../text/boxes.ts';
import type { Box } from '../text/drawings.ts';

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
