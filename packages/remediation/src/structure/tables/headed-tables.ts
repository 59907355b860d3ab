import { reach } from '../../text/boxes.ts';
import { hasLeader } from '../contents-table.ts';
import { inlinesOf } from '../inlines.ts';
import { pitchOf } from '../listings/listing-rows.ts';
import { areColumns, haveAddress } from '../order/reading-order.ts';
import type { PlacedWord, Row, Segment } from '../page-lines.ts';
import { type DraftCell, type DraftRow, type DraftTable, isFilled, wordsOf } from './draft-table.ts';
import { logicalRows, type TableLine } from './logical-rows.ts';
import { saysSomething } from './table-evidence.ts';

/** Heads stand further apart than words of one (em). */
const HEAD_GAP_EM = 0.5;
/** Columns as close to each other as this (em) are none; below a wide gap nothing has to be aligned. */
const MIN_GAP_EM = 0.12;
const WIDE_GAP_EM = 1.6;
/** No row is further below the one before it (em). */
const MAX_LEADING_EM = 3.2;
const ALIGNED_PT = 1.5;
/** So many of a column's lines begin, end or have their middle at one place. */
const ALIGNED_SHARE = 0.7;
/** So many rows say something behind the first column. */
const MIN_PAIRED_SHARE = 0.7;
const MAX_COLUMNS = 40;
/** A line of a head this close below another (em) is of the same; there are few. */
const HEAD_LEADING_EM = 1.45;
const MAX_HEAD_LINES = 4;
/** Places where lines of a column begin: on the left, or at as many as there are widths of figures. */
const MAX_STARTS = 12;

interface Gap {
  readonly x0: number;
  readonly x1: number;
}

/** Lines below a head, as far down as they keep off the gaps between its columns. */
interface Found {
  readonly lines: readonly Row[];
  readonly heads: number;
  readonly gaps: readonly Gap[];
}

/**
 * Tables without rules whose columns have heads in bold: what stands below a head keeps off the gaps between the heads, line by line,
 * also where the lines of one cell are beside another's, or between them. Each is put into one row, in the place of its lines.
 */
export function takeHeadedTables(rows: readonly Row[], page: number): readonly Row[] {
  const result: Row[] = [];
  for (let at = 0; at < rows.length; at++) {
    const found = below(rows, at);
    const taken = found && tableOf(found, page);
    if (!taken) {
      const row = rows[at];
      if (row) result.push(row);
      continue;
    }
    const { x0, x1, y1: y } = taken.table;
    result.push([{ words: [], x0, x1, y, size: 10, bold: false, characters: 0, object: taken.table }]);
    at += taken.lines - 1;
  }
  return result;
}

/** What belongs to the head that begins in a row, if one does. */
function below(rows: readonly Row[], at: number): Found | undefined {
  const lines = headAt(rows, at);
  const heads = lines.length;
  const [first = []] = lines;
  let gaps = gapsOf(lines);
  if (gaps.length === 0 || gaps.length >= MAX_COLUMNS || pitchOf(first) !== undefined) return undefined;
  // What stands in the first column only is a heading above the table, or its name.
  if (first.every(({ x1 }) => x1 <= (gaps[0]?.x0 ?? 0))) return undefined;
  const starts = gaps.map((): number[] => []);
  for (let next = at + heads; next < rows.length; next++) {
    const row = rows[next] ?? [];
    if (isBold(row) || !isNear(lines.at(-1), row, MAX_LEADING_EM)) break;
    const left = gapsWithout(gaps, row);
    if (left.length < gaps.length || row.some(({ object }) => object)) break;
    if (runsAcross(row, left, starts)) break;
    gaps = left;
    lines.push(row);
  }
  return { lines: withoutTail(lines, gaps), heads, gaps };
}

/** The lines in bold that a head may have from a row on: of one in several lines others stand beside the middle. */
function headAt(rows: readonly Row[], at: number): Row[] {
  const lines: Row[] = [];
  for (let next = at; next < at + MAX_HEAD_LINES; next++) {
    const row = rows[next] ?? [];
    if (!isBold(row) || (lines.length > 0 && !isNear(lines.at(-1), row, HEAD_LEADING_EM))) break;
    lines.push(row);
  }
  return lines;
}

function isNear([above]: Row = [], [line]: Row, em: number): boolean {
  return above !== undefined && line !== undefined && above.y - line.y <= em * line.size;
}

/**
 * Whether words of a line stand left and right of a gap as they do in running text: near to each other, and not where the line above
 * begins behind it.
 *
 * @param starts where lines begin behind each gap; grows
 */
function runsAcross(row: Row, gaps: readonly Gap[], starts: readonly number[][]): boolean {
  const words = wordsFrom(row);
  const near = HEAD_GAP_EM * (row[0]?.size ?? 0);
  return gaps.some((gap, at) => {
    const after = words.findIndex(({ x0 }) => x0 >= gap.x1);
    const [before, word] = [words[after - 1], words[after]];
    if (!word) return false;
    const own = starts[at] ?? [];
    const aligned = own.some((start) => Math.abs(start - word.x0) <= ALIGNED_PT);
    if (!aligned && own.length > 0 && before && word.x0 - before.x1 < near) return true;
    if (!aligned && own.length < MAX_STARTS) own.push(word.x0);
    return false;
  });
}

function isBold(row: Row): boolean {
  return row.length > 0 && row.every(({ bold, object }) => bold && !object);
}

/** The gaps between heads: nothing in any of their lines stands in them. */
function gapsOf(lines: readonly Row[]): Gap[] {
  const least = HEAD_GAP_EM * (lines[0]?.[0]?.size ?? 0);
  let end = Number.POSITIVE_INFINITY;
  return wordsFrom(lines.flat()).flatMap(({ x0, x1 }) => {
    const gap = { x0: end, x1: x0 };
    end = end === Number.POSITIVE_INFINITY ? x1 : Math.max(end, x1);
    return gap.x1 - gap.x0 > least ? [gap] : [];
  });
}

function wordsFrom(row: Row): PlacedWord[] {
  return row.flatMap(({ words }) => words).sort((a, b) => a.x0 - b.x0);
}

/** The widest part of each gap that a line leaves free; gaps that it leaves nothing of are gone. */
function gapsWithout(gaps: readonly Gap[], row: Row): Gap[] {
  const words = wordsFrom(row);
  const least = MIN_GAP_EM * (row[0]?.size ?? 0);
  return gaps.flatMap(({ x0, x1 }) => {
    let [widest, from]: [Gap, number] = [{ x0, x1: x0 }, x0];
    for (const word of [...words, { x0: x1, x1 }]) {
      if (word.x1 <= from) continue;
      const to = Math.min(word.x0, x1);
      if (to - from > widest.x1 - widest.x0) widest = { x0: from, x1: to };
      from = Math.max(from, word.x1);
      if (from >= x1) break;
    }
    return widest.x1 - widest.x0 >= least ? [widest] : [];
  });
}

/** Lines at the end that stand in the first column only, and away from the others, are what comes next. */
function withoutTail(lines: readonly Row[], gaps: readonly Gap[]): readonly Row[] {
  const edge = gaps[0]?.x1 ?? 0;
  let end = lines.findLastIndex((row) => row.some(({ x1 }) => x1 > edge)) + 1;
  for (; end < lines.length; end++) {
    const [above, line] = [lines[end - 1]?.[0], lines[end]?.[0]];
    if (!above || !line || above.y - line.y > HEAD_LEADING_EM * line.size) break;
  }
  return lines.slice(0, end);
}

/** The table, and how many of the lines are its. */
function tableOf(
  { lines, heads, gaps: below }: Found,
  page: number,
): { table: DraftTable; lines: number } | undefined {
  const body = lines.slice(heads);
  const gaps = [...cornerOf(lines.slice(0, heads), body), ...below];
  if (body.length < 2 || body.some(hasLeader)) return undefined;
  // Below a numbered heading, or in a list, something else stands beside something by chance.
  const [only, more] = gaps;
  if (only && !more && only.x1 - only.x0 < WIDE_GAP_EM * (lines[0]?.[0]?.size ?? 0)) return undefined;
  const cut = lines.map((row) => cutAt(row, gaps));
  if (standBeside(cut.slice(heads))) return undefined;
  if (!gaps.every((gap, at) => isColumn(gap, cut.slice(heads), at + 1))) return undefined;
  const groups = logicalRows(cut.slice(heads));
  while (groups.at(-1)?.every((line) => line.slice(1).every(({ length }) => length === 0))) groups.pop();
  if (groups.length < 2) return undefined;
  const rows = [cut.slice(0, heads), ...groups].map((group) => rowOf(group, page));
  const filled = rows.slice(1).filter((row) => row.slice(1).some(isFilled));
  if (filled.length < (rows.length - 1) * MIN_PAIRED_SHARE || !saysSomething(rows)) return undefined;
  const used = heads + groups.reduce((sum, group) => sum + group.length, 0);
  const { x0, x1 } = reach(lines.slice(0, used).flat());
  const pieces = cut.slice(0, used);
  const tops = [cut.slice(0, heads), ...groups].map(topOf);
  const table: DraftTable = {
    kind: 'table',
    ruled: false,
    columns: [...gaps, undefined].map((_, column) => reach(pieces.flatMap((line) => line[column] ?? []))),
    tops,
    rows,
    x0,
    x1,
    y0: groups.at(-1)?.at(-1)?.flat()[0]?.y ?? 0,
    y1: tops[0] ?? 0,
  };
  return { table, lines: used };
}

export function topOf(group: readonly TableLine[]): number {
  return group.flat(2).reduce((most, { y, size }) => Math.max(most, y + size), Number.NEGATIVE_INFINITY);
}

/** The gap behind a first column that has no head. */
function cornerOf(heads: readonly Row[], body: readonly Row[]): Gap[] {
  const { x0: x1 } = reach(heads.flat());
  let gaps = [{ x0: reach(body.flat()).x0, x1 }].filter((gap) => gap.x0 < x1);
  for (const row of body) gaps = gapsWithout(gaps, row);
  return gaps.filter((gap) => gap.x1 - gap.x0 >= WIDE_GAP_EM * (body[0]?.[0]?.size ?? 0));
}

/** A line's pieces by the columns that they stand in. */
export function cutAt(row: Row, gaps: readonly Gap[]): Segment[][] {
  const columns: Segment[][] = [...gaps, undefined].map(() => []);
  for (const segment of row) {
    const byColumn = new Map<number, PlacedWord[]>();
    for (const word of segment.words) {
      const found = gaps.findIndex(({ x1 }) => word.x0 < x1);
      const column = found === -1 ? gaps.length : found;
      const beside = byColumn.get(column);
      if (beside) beside.push(word);
      else byColumn.set(column, [word]);
    }
    for (const [column, words] of byColumn) columns[column]?.push({ ...segment, words, ...reach(words) });
  }
  return columns;
}

/** Whether what stands in the columns is text, each with a heading, or an address. */
function standBeside(lines: readonly TableLine[]): boolean {
  const columns = (lines[0] ?? []).map((_, column) =>
    lines.map((line) => [...(line[column] ?? [])]).filter((row) => row.length > 0),
  );
  const rows = lines.map((line) => line.flat());
  return areColumns(rows, columns) || haveAddress(columns);
}

/** Whether a gap has a column behind it: what stands there is aligned, unless the gap is wide. */
function isColumn({ x0, x1 }: Gap, lines: readonly TableLine[], column: number): boolean {
  const pieces = lines.flatMap((line) => {
    const [first, last] = [line[column]?.[0], line[column]?.at(-1)];
    return first && last ? [{ x0: first.x0, x1: last.x1, size: first.size }] : [];
  });
  if (pieces.length === 0) return false;
  if (x1 - x0 >= WIDE_GAP_EM * (pieces[0]?.size ?? 0)) return true;
  return [
    pieces.map((piece) => piece.x0),
    pieces.map((piece) => piece.x1),
    pieces.map((piece) => (piece.x0 + piece.x1) / 2),
  ].some((places) => {
    const common = places.toSorted((a, b) => a - b)[Math.floor(places.length / 2)] ?? 0;
    const aligned = places.filter((place) => Math.abs(place - common) <= ALIGNED_PT);
    return aligned.length >= places.length * ALIGNED_SHARE;
  });
}

export function rowOf(group: readonly TableLine[], page: number): DraftRow {
  return (group[0] ?? []).map((_, column): DraftCell => {
    const lines = group.map((line) => line[column] ?? []).filter((line) => line.length > 0);
    const pieces = lines.flat();
    return {
      content: inlinesOf(
        lines.flatMap((line) => wordsOf(line)),
        page,
      ),
      bold: pieces.length > 0 && pieces.every(({ bold }) => bold),
      columns: 1,
      rows: 1,
      column,
    };
  });
}
