import type { Comparing } from '../../../budget.ts';
import { reach } from '../../../text/boxes.ts';
import type { Box, Drawing } from '../../../text/drawings.ts';
import type { PageText } from '../../../text/page-text.ts';
import { rowGrids, type Stripe } from './row-rules.ts';
import { Underlines } from './underlines.ts';

/** A cell of a ruled table: its place in the grid, and on the page. */
interface RuledCell extends Box {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export interface RuledGrid extends Box {
  readonly cells: readonly RuledCell[];
  /** Edges of its columns from left to right, and of its rows from top to bottom. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** No rule closes it on two opposite sides: what it has are rules between columns, or between rows. */
  readonly innerOnly: boolean;
  /** Without the rows that no line closes: at the edge of a page such a one may be its header. */
  readonly closed?: Box;
  /** From where to where text stands in each of its columns, where rules or backgrounds are of rows. */
  readonly texts?: readonly Pick<Box, 'x0' | 'x1'>[];
  /** These are drawn cell by cell, and so show the columns. */
  readonly drawn?: boolean;
}

interface Rule {
  /** Position across the rule. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

const MAX_THICKNESS_PT = 3;
const MIN_RULE_PT = 8;
/** Round corners are a smaller share of a box than this. */
const MAX_BOX_SLANT = 0.4;
const TOUCHING_PT = 3;
/** Parts of one line are no further (points) above each other than this. */
const SAME_LINE_PT = 0.5;
/** More rules than this are a drawing, not tables. */
const MAX_RULES = 1200;
/** So are more columns times rows than this. */
const MAX_PLACES = 20_000;

/**
 * Grids that the rules of a page draw, with at least two columns; none when that takes more comparisons than are left. One of a
 * single row may be the rest of a table.
 *
 * @param blank also where nothing stands in any cell
 */
export function ruledGrids(
  { drawings, fragments, width, height }: Pick<PageText, 'drawings' | 'fragments' | 'width' | 'height'>,
  budget: Comparing,
  blank = false,
): RuledGrid[] {
  if (!blank && !fragments.some(({ quarter }) => quarter === 0)) return [];
  const horizontal: Rule[] = [];
  const vertical: Rule[] = [];
  const underlines = new Underlines(fragments, budget);
  for (const drawing of drawings) {
    if (drawing.kind === 'path' && !(isThin(drawing) ? underlines.has(drawing) : underlines.marks(drawing)))
      addRules(drawing, { width, height }, horizontal, vertical);
    if (horizontal.length > MAX_RULES || vertical.length > MAX_RULES || underlines.gaveUp) return [];
  }
  if (!budget.compares(horizontal.length * vertical.length)) return [];
  const groups = connected(horizontal, vertical);
  const grids = new Map(groups.map((group) => [group, gridOf(group.horizontal, group.vertical)]));
  const lines = groups.flatMap((group) => (group.vertical.length === 0 ? group.horizontal : []));
  const stripes = [
    ...linesAcross(lines),
    ...groups.flatMap((group) => stripeOf(group, grids.get(group)) ?? []),
  ];
  const byRows = rowGrids(stripes, fragments, budget);
  const rest = [...grids.values()].flatMap((grid) => grid ?? []);
  return [...byRows, ...rest.filter((grid) => !byRows.some((other) => isOver(other, grid)))];
}

/** Whether a grid stands where another one is. */
function isOver(grid: RuledGrid, { x0, x1, y0, y1 }: RuledGrid): boolean {
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return x > grid.x0 && x < grid.x1 && y > grid.y0 && y < grid.y1;
}

/** Lines across the page, each with the places where its parts meet. */
function linesAcross(rules: readonly Rule[]): Stripe[] {
  const lines: { at: number; x0: number; x1: number; inner: number[] }[] = [];
  for (const { at, from, to } of rules.toSorted((a, b) => b.at - a.at || a.from - b.from)) {
    const last = lines.at(-1);
    if (last && last.at - at <= SAME_LINE_PT && from >= last.x0 && from <= last.x1 + TOUCHING_PT) {
      if (from >= last.x1 - TOUCHING_PT && to > last.x1) last.inner.push((from + last.x1) / 2);
      last.x1 = Math.max(last.x1, to);
    } else lines.push({ at, x0: from, x1: to, inner: [] });
  }
  return lines.map(({ at, x0, x1, inner }) => ({ x0, x1, inner, ys: [at], grid: undefined }));
}

/** A group of boxes as a background behind rows, where none of its cells is larger than the others. */
function stripeOf({ horizontal, vertical }: Group, grid: RuledGrid | undefined): Stripe | undefined {
  if (vertical.length === 0) return undefined;
  if (!grid) {
    const [xs, ys] = [positions(vertical), positions(horizontal)];
    const [x0, x1] = [xs[0], xs[1]];
    const isBox = xs.length === 2 && ys.length > 1 && x0 !== undefined && x1 !== undefined;
    return isBox ? { x0, x1, inner: [], ys, grid } : undefined;
  }
  const { x0, x1, xs, ys, cells } = grid;
  if (cells.some(({ rows, columns }) => rows > 1 || columns > 1)) return undefined;
  return { x0, x1, inner: xs.slice(1, -1), ys, grid };
}

function isThin({ x0, y0, x1, y1 }: Drawing): boolean {
  return y1 - y0 <= MAX_THICKNESS_PT && x1 - x0 >= MIN_RULE_PT;
}

function addRules(
  drawing: Drawing,
  page: { width: number; height: number },
  horizontal: Rule[],
  vertical: Rule[],
): void {
  const { x0, y0, x1, y1, slanted } = drawing;
  const [wide, high] = [x1 - x0, y1 - y0];
  if (isThin(drawing)) horizontal.push({ at: (y0 + y1) / 2, from: x0, to: x1 });
  else if (wide <= MAX_THICKNESS_PT && high >= MIN_RULE_PT)
    vertical.push({ at: (x0 + x1) / 2, from: y0, to: y1 });
  else if (
    wide >= MIN_RULE_PT &&
    high >= MIN_RULE_PT &&
    wide < page.width * 0.95 &&
    high < page.height * 0.8 &&
    slanted <= MAX_BOX_SLANT
  ) {
    // A box, or the background of a cell: its sides are rules. What is slanted is a sign, which has none.
    horizontal.push({ at: y0, from: x0, to: x1 }, { at: y1, from: x0, to: x1 });
    vertical.push({ at: x0, from: y0, to: y1 }, { at: x1, from: y0, to: y1 });
  }
}

interface Group {
  horizontal: Rule[];
  vertical: Rule[];
}

/** Rules that touch each other, directly or by way of others. */
function connected(horizontal: readonly Rule[], vertical: readonly Rule[]): Group[] {
  const parent = Uint32Array.from({ length: horizontal.length + vertical.length }, (_, index) => index);
  const find = (start: number): number => {
    let node = start;
    for (let above = parent[node] ?? node; above !== node; above = parent[node] ?? node) {
      parent[node] = parent[above] ?? above;
      node = above;
    }
    return node;
  };
  // Every rule is compared with every other: what is looked at lies together.
  const [ats, froms, tos] = (['at', 'from', 'to'] as const).map((side) =>
    Float64Array.from(vertical, (rule) => rule[side]),
  ) as [Float64Array, Float64Array, Float64Array];
  for (const [h, row] of horizontal.entries()) {
    const root = find(h);
    const [left, right] = [row.from - TOUCHING_PT, row.to + TOUCHING_PT];
    const [low, high] = [row.at - TOUCHING_PT, row.at + TOUCHING_PT];
    for (let v = 0; v < ats.length; v++) {
      const at = ats[v] ?? 0;
      if (at < left || at > right || high < (froms[v] ?? 0) || low > (tos[v] ?? 0)) continue;
      const other = find(horizontal.length + v);
      if (other !== root) parent[other] = root;
    }
  }
  const groups = new Map<number, Group>();
  const groupOf = (index: number): Group => {
    const root = find(index);
    const known = groups.get(root) ?? { horizontal: [], vertical: [] };
    groups.set(root, known);
    return known;
  };
  for (const [index, rule] of horizontal.entries()) groupOf(index).horizontal.push(rule);
  for (const [index, rule] of vertical.entries()) groupOf(horizontal.length + index).vertical.push(rule);
  return [...groups.values()];
}

function gridOf(horizontal: readonly Rule[], vertical: readonly Rule[]): RuledGrid | undefined {
  const [across, down] = [positions(vertical), positions(horizontal)];
  const xs = withOpenEnds(across, horizontal).sort((a, b) => a - b);
  const ys = withOpenEnds(down, vertical).sort((a, b) => b - a);
  const [columnCount, rowCount] = [xs.length - 1, ys.length - 1];
  if (columnCount < 2 || rowCount < 1 || columnCount * rowCount > MAX_PLACES) return undefined;
  const innerOnly = xs.length - across.length > 1 || ys.length - down.length > 1;
  const [x0 = 0, x1 = 0, y1 = 0, y0 = 0] = [xs[0], xs.at(-1), ys[0], ys.at(-1)];
  const [walls, floors] = [xs.map((x) => rulesAt(vertical, x)), ys.map((y) => rulesAt(horizontal, y))];
  const wall = (row: number, line: number): boolean =>
    separates(walls[line] ?? [], ((ys[row] ?? 0) + (ys[row + 1] ?? 0)) / 2);
  const floor = (line: number, column: number): boolean =>
    separates(floors[line] ?? [], ((xs[column] ?? 0) + (xs[column + 1] ?? 0)) / 2);
  const [rows, columns] = [indices(rowCount), indices(columnCount)];
  const sides = [
    [rows.map((row) => wall(row, 0)), rows.map((row) => wall(row, columnCount))],
    [columns.map((column) => floor(0, column)), columns.map((column) => floor(rowCount, column))],
  ];
  if (areBoxes(sides)) return undefined;
  const taken = new Set<number>();
  const cells: RuledCell[] = [];
  for (let row = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++) {
      if (taken.has(row * columnCount + column)) continue;
      let columns = 1;
      const free = (at: number): boolean => !taken.has(row * columnCount + at);
      while (column + columns < columnCount && !wall(row, column + columns) && free(column + columns))
        columns++;
      const spanned = Array.from({ length: columns }, (_, index) => column + index);
      let rows = 1;
      const goesDown = (line: number): boolean =>
        spanned.every((at) => !floor(line, at) && !taken.has(line * columnCount + at)) &&
        spanned.slice(1).every((at) => !wall(line, at));
      while (row + rows < rowCount && goesDown(row + rows)) rows++;
      for (let down = row; down < row + rows; down++)
        for (const at of spanned) taken.add(down * columnCount + at);
      const box = {
        x0: xs[column] ?? 0,
        x1: xs[column + columns] ?? 0,
        y1: ys[row] ?? 0,
        y0: ys[row + rows] ?? 0,
      };
      cells.push({ ...box, row, column, rows, columns });
    }
  }
  return { x0, y0, x1, y1, cells, xs, ys, innerOnly };
}

/**
 * Whether what is closed is boxes that lines lead between, as in a chart of steps: they leave gaps on all sides, or between boxes on two
 * opposite ones. A table has sides that are closed, or altogether open; a corner of it may be missing.
 *
 * @param sides of the whole, in pairs: where they are closed, from one end to the other
 */
function areBoxes(sides: readonly (readonly (readonly boolean[])[])[]): boolean {
  const isBetween = (side: readonly boolean[]): boolean =>
    side.slice(side.indexOf(true), side.lastIndexOf(true)).includes(false);
  const isBroken = (side: readonly boolean[]): boolean => side.includes(true) && side.includes(false);
  return sides.flat().every(isBroken) || sides.some((pair) => pair.every(isBetween));
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function positions(rules: readonly Rule[]): number[] {
  const sorted = rules.map((rule) => rule.at).sort((a, b) => a - b);
  const result: number[] = [];
  for (const at of sorted)
    if (result.length === 0 || at - (result.at(-1) ?? 0) > TOUCHING_PT) result.push(at);
  return result;
}

/**
 * With an end that no rule closes: where a table has rules on two sides only, or goes on over a page, the rules across
 * it end together, the outermost two among them.
 *
 * @param across rules that run in the direction of the positions
 */
function withOpenEnds(sorted: readonly number[], across: readonly Rule[]): number[] {
  const [low = 0, high = 0] = [sorted[0], sorted.at(-1)];
  const { x0: lowest, x1: highest } = reach(across.map(({ at }) => ({ x0: at, x1: at })));
  const outer = [lowest, highest];
  const openEnd = (ends: readonly { readonly at: number; readonly past: number }[]): number[] => {
    const farthest = ends.reduce((most, end) => Math.max(most, end.past), 0);
    const reaching = ends.filter(({ past }) => past > TOUCHING_PT);
    const together = reaching.every(({ past }) => farthest - past <= TOUCHING_PT);
    const closed = outer.every((edge) => reaching.some(({ at }) => Math.abs(at - edge) <= TOUCHING_PT));
    return farthest >= MIN_RULE_PT && together && closed ? [farthest] : [];
  };
  const below = openEnd(across.map(({ at, from }) => ({ at, past: low - from }))).map((past) => low - past);
  const above = openEnd(across.map(({ at, to }) => ({ at, past: to - high }))).map((past) => high + past);
  return [...below, ...sorted, ...above];
}

function rulesAt(rules: readonly Rule[], at: number): Rule[] {
  return rules.filter((rule) => Math.abs(rule.at - at) <= TOUCHING_PT + 1);
}

function separates(rules: readonly Rule[], middle: number): boolean {
  return rules.some((rule) => rule.from - TOUCHING_PT <= middle && rule.to + TOUCHING_PT >= middle);
}
