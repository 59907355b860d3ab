import type { DraftBlock } from '../draft-blocks.ts';
import type { Row } from '../page-lines.ts';
import { plainText } from '../types.ts';
import { isSameRow } from './build-table.ts';
import { allBold, type DraftRow, type DraftTable, isFilled } from './draft-table.ts';
import { cutAt, rowOf, topOf } from './headed-tables.ts';
import { hadNoRoom, hasSameColumns } from './join-tables.ts';
import { logicalRows, type TableLine } from './logical-rows.ts';

const ALIGNED_PT = 2;
/** A line this close below another (em) may be of the same row. */
const SAME_ROW_EM = 1.45;

/** A table that may go on over its page. */
export interface OpenTable {
  readonly table: DraftTable;
  /** Its first row, which may stand on a page before. */
  readonly head: DraftRow;
  /** Where text stands in each of its columns. */
  readonly columns: DraftTable['columns'];
}

/**
 * The table that a page ends with, if it may go on over the page: lines between its rows or a head in bold say that it is one, no rules close
 * it, and there was no room for another row.
 *
 * @param before the table that the page before ends with
 * @param lowest how far down (points) text of the document goes
 */
export function openTable(
  blocks: readonly DraftBlock[],
  before: OpenTable | undefined,
  lowest: number,
  height: number,
): OpenTable | undefined {
  const things = blocks.filter((draft) => draft.object ?? plainText(draft.content).trim() !== '');
  const table = things.at(-1)?.object;
  if (table?.kind !== 'table' || table.rows.length < 2 || !hadNoRoom(table, lowest, height)) return undefined;
  const goesOn = before && things.length === 1 && hasSameColumns(before.table, table);
  const head = goesOn ? before.head : (table.rows[0] ?? []);
  const columns = table.texts ?? (table.ruled ? undefined : table.columns);
  const isStated = table.texts !== undefined || (allBold(head) && (goesOn || !allBold(table.rows.flat())));
  return columns && isStated ? { table, head, columns } : undefined;
}

/**
 * With the rows that a page begins with as a part of the table of the page before, where all that they say stands in its columns: too few
 * of them to be a table by themselves, or without a head.
 */
export function takeCarriedRows(
  rows: readonly Row[],
  open: OpenTable | undefined,
  page: number,
): readonly Row[] {
  if (!open || rows[0]?.some(({ object }) => object)) return rows;
  const { table, head, columns } = open;
  const gaps = columns.slice(1).map(({ x0: x1 }, at) => ({ x0: columns[at]?.x1 ?? x1, x1 }));
  const lines: TableLine[] = [];
  for (const row of rows) {
    const line = cutAt(row, gaps);
    const [above, own] = [rows[lines.length - 1]?.[0], row[0]];
    const isRest = above !== undefined && own !== undefined && above.y - own.y <= SAME_ROW_EM * own.size;
    const filled = line.filter(({ length }) => length > 0).length;
    if (row.some(({ object }) => object) || !(isRest || filled > 1) || !isAligned(line, columns)) break;
    lines.push(line);
  }
  const parts = logicalRows(lines);
  const drafts = parts.map((part) => rowOf(part, page));
  const [first] = drafts;
  const heads = first && isSameRow(head, first) ? 1 : 0;
  if (!first || drafts.length === heads || drafts.some((row) => !row[0] || !isFilled(row[0]))) return rows;
  // A head of its own opens another table.
  if (heads === 0 && allBold(first) && !allBold(table.rows.slice(1).flat())) return rows;
  const tops = parts.map(topOf);
  const { x0, x1 } = table;
  const [y0, y1] = [rows[lines.length - 1]?.[0]?.y ?? 0, tops[0] ?? 0];
  const object: DraftTable = { ...table, tops, rows: drafts, y0, y1 };
  const taken: Row = [{ words: [], x0, x1, y: y1, size: 10, bold: false, characters: 0, object }];
  return [taken, ...rows.slice(lines.length)];
}

/** Whether each piece begins or ends where its column does, or stands in the middle of it. */
function isAligned(line: TableLine, columns: DraftTable['columns']): boolean {
  return line.every((pieces, at) => {
    const [column, first, last] = [columns[at], pieces[0], pieces.at(-1)];
    if (!first || !last) return true;
    if (!column) return false;
    const [left, right] = [first.x0 - column.x0, last.x1 - column.x1];
    return Math.min(Math.abs(left), Math.abs(right), Math.abs(left + right) / 2) <= ALIGNED_PT;
  });
}
