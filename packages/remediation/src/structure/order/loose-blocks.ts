import { reach } from '../../text/boxes.ts';
import { isNextLine } from '../headings/section-numbers.ts';
import { isMeant, type Row } from '../page-lines.ts';
import { blocksOf } from './entries.ts';

/** Of the blocks of two columns so many do not keep to a row that both have. */
const MIN_LOOSE_SHARE = 0.5;
/** So many blocks beside so many others are stanzas. */
const MIN_BLOCKS = 2;
/** Blocks of a column that go on below the others are no further apart than the widest gap above them, by this factor. */
export const BLOCK_ROOM = 1.25;
/** Fewer blocks beside each other may begin level by chance. */
const MIN_ROWS = 3;
/** Lines this near to each other (em) are on one line of the page. */
const LEVEL_EM = 0.3;

/** Lines of a column right below each other. */
interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly lines: number;
  readonly level: number;
}

/** Whether blocks of lines do not keep to rows that both columns have, as those of cells do, wherever in their row they stand. */
export function areLoose(column: readonly Row[], other: readonly Row[]): boolean {
  const [left, right] = [blocksIn(column), blocksIn(other)];
  const partners = new Map<Block, Block>();
  const loose = new Set<Block>();
  const through = new Set<readonly Block[]>();
  for (let [a, b] = [0, 0]; ; ) {
    const [one, two] = [left[a], right[b]];
    if (!one || !two) break;
    const level = Math.min(one.level, two.level);
    if (one.top >= two.bottom - level && two.top >= one.bottom - level) {
      const [before, above] = [partners.get(one), partners.get(two)];
      const shifted = isShifted(one, two, level);
      if (before || shifted) through.add(left);
      if (above || shifted) through.add(right);
      for (const block of before || above || shifted ? [one, two, before, above] : [])
        if (block) loose.add(block);
      partners.set(one, two);
      partners.set(two, one);
    }
    if (one.bottom >= two.bottom) a++;
    else b++;
  }
  const crossed = [...crossings(column, other), ...crossings(other, column)];
  return (
    // Where only one has gaps, they are what a longer cell beside them leaves.
    through.size === 2 &&
    loose.size >= partners.size * MIN_LOOSE_SHARE &&
    crossed.filter((meant) => !meant).length * 2 <= crossed.length
  );
}

/** Whether blocks of two columns begin level with each other though one above ended before the other, as cells do and stanzas do not. */
export function keepToRows(column: readonly Row[], other: readonly Row[]): boolean {
  const [left, right] = [blocksIn(column), blocksIn(other)];
  const rows = Math.min(left.length, right.length);
  const pairs = left.slice(0, rows).flatMap((one, at): [Block, Block][] => {
    const two = right[at];
    return two && Math.abs(one.top - two.top) <= Math.min(one.level, two.level) ? [[one, two]] : [];
  });
  return (
    rows >= MIN_ROWS &&
    pairs.length === rows &&
    pairs.slice(0, -1).some(([one, two]) => one.lines !== two.lines)
  );
}

/** Whether two columns are one block each, with a line of the one beside each of the other. */
export function areEvenBlocks(column: readonly Row[], other: readonly Row[]): boolean {
  const isBlock = (lines: readonly Row[]): boolean => blocksOf(lines, isNextLine).length === 1;
  const isLevel = (line: Row, at: number): boolean =>
    Math.abs(yOf(line) - yOf(other[at])) <= sizeOf(line) * LEVEL_EM;
  return column.length === other.length && column.every(isLevel) && isBlock(column) && isBlock(other);
}

/**
 * Of gaps between a column's lines in which another has some, whether the other's line above ends though the next word had room. Where cells
 * stand close to each other, a gap is what a cell leaves beside one that is wrapped.
 */
function crossings(column: readonly Row[], other: readonly Row[]): boolean[] {
  const { x1: right } = reach(other.flat());
  const found: boolean[] = [];
  let at = 0;
  for (const [index, line] of column.entries()) {
    const next = column[index + 1];
    if (!next || isNextLine(line, next)) continue;
    const level = sizeOf(line) * LEVEL_EM;
    while (at < other.length && yOf(other[at]) >= yOf(line) - level) at++;
    const [above, inside] = [other[at - 1], other[at]];
    const [last, first] = [above?.at(-1), inside?.[0]];
    if (!above || !inside || !last || !first) continue;
    if (yOf(inside) > yOf(next) + level && isNextLine(above, inside)) found.push(isMeant(last, first, right));
  }
  return found;
}

/** Whether one of two blocks begins and ends further down than the other. */
function isShifted(one: Block, two: Block, level: number): boolean {
  const [above, below] = [one.top - two.top, one.bottom - two.bottom];
  const isFurther = above * below > 0 && Math.min(Math.abs(above), Math.abs(below)) > level;
  return isFurther && Math.min(one.lines, two.lines) > 1;
}

function blocksIn(column: readonly Row[]): Block[] {
  return blocksOf(column, isNextLine).map((lines) => ({
    top: yOf(lines[0]),
    bottom: yOf(lines.at(-1)),
    lines: lines.length,
    level: sizeOf(lines[0]) * LEVEL_EM,
  }));
}

function yOf([first]: Row = []): number {
  return first?.y ?? 0;
}

function sizeOf([first]: Row = []): number {
  return first?.size ?? 0;
}

/**
 * Whether the longer of two columns goes on below the other as it began: in blocks of lines, no further apart than those that stand beside
 * blocks of the other. What comes below a letter's head is set otherwise.
 */
export function goesOnInBlocks(column: readonly Row[], other: readonly Row[]): boolean {
  const [longer, shorter] = [blocksIn(column), blocksIn(other)].sort(
    (a, b) => (a.at(-1)?.bottom ?? 0) - (b.at(-1)?.bottom ?? 0),
  );
  const end = shorter?.at(-1)?.bottom ?? 0;
  const beside = longer?.filter(({ top }) => top >= end) ?? [];
  const below = longer?.slice(beside.length) ?? [];
  if (Math.min(beside.length, shorter?.length ?? 0) < MIN_BLOCKS) return false;
  const room = widestGap(beside) * BLOCK_ROOM;
  return (
    widestGap([...beside.slice(-1), ...below]) <= room &&
    below.filter(({ lines }) => lines > 1).length * 2 > below.length
  );
}

function widestGap(blocks: readonly Block[]): number {
  return blocks.slice(1).reduce((most, { top }, at) => Math.max(most, (blocks[at]?.bottom ?? top) - top), 0);
}
