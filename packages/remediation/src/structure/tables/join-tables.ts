import type { DraftBlock } from '../draft-blocks.ts';
import { bottomOf } from '../page-lines.ts';
import { plainText, type TableBlock } from '../types.ts';
import { buildTable, isSameRow } from './build-table.ts';
import { allBold, type DraftRow, type DraftTable, isFilled } from './draft-table.ts';

const SAME_EDGE_PT = 2;
/** Pages may end this much sooner than the fullest does, for the sake of lines that stay together. */
const SLACK_PT = 16;
/** A page whose last thing ends above this share of its height was not full. */
const FULL_SHARE = 0.18;

/**
 * The document's tables, by their first parts. What goes on over pages is one table: the last thing of a page and the
 * first of the next, in the same columns, broken off because the next row had no room.
 *
 * @param isNote notes stand below whatever goes on
 */
export function joinTables(
  pages: readonly { readonly blocks: readonly DraftBlock[]; readonly height: number }[],
  isNote: (draft: DraftBlock) => boolean,
): ReadonlyMap<DraftTable, TableBlock> {
  const lowest = pages
    .flatMap(({ blocks }) => blocks)
    .reduce(
      (least, draft) => Math.min(least, draft.object ? bottomOf(draft.object) : draft.bottom),
      Number.POSITIVE_INFINITY,
    );
  const chains: DraftTable[][] = [];
  /** The table that the page before ends with, and what is below it. */
  let open: { readonly parts: DraftTable[]; readonly floor: number } | undefined;
  for (const { blocks, height } of pages) {
    const full = height * FULL_SHARE;
    const things = blocks.filter((draft) => draft.object ?? plainText(draft.content).trim() !== '');
    const notes = things.filter(isNote);
    const atFoot = notes.some(({ bottom }) => bottom <= full);
    const floor = (atFoot ? notes : []).reduce(
      (most, note) => Math.max(most, note.top),
      Math.min(lowest, full),
    );
    const text = things.filter((draft) => !isNote(draft));
    let parts: DraftTable[] | undefined;
    for (const [at, { object }] of text.entries()) {
      parts = undefined;
      if (object?.kind !== 'table') continue;
      if (at === 0 && open && goesOn(open.parts, object, open.floor)) {
        parts = open.parts;
        parts.push(object);
      } else {
        parts = [object];
        chains.push(parts);
      }
    }
    open = parts && { parts, floor };
  }
  // What is empty throughout is no part of any.
  const tables = chains.filter((parts) => parts.some(({ rows }) => rows.some((row) => row.some(isFilled))));
  return new Map(tables.flatMap((parts) => (parts[0] ? [[parts[0], buildTable(parts)]] : [])));
}

function goesOn(parts: readonly DraftTable[], next: DraftTable, floor: number): boolean {
  const [head, last] = [parts[0], parts.at(-1)];
  if (!head || !last || last.ruled !== next.ruled || !hasSameColumns(last, next)) return false;
  const [first = []] = next.rows;
  const again = isSameRow(head.rows[0] ?? [], first) ? 1 : 0;
  // A head of its own opens another table.
  if (again === 0 && isHead(first, next.rows.slice(1))) return false;
  return last.y0 - floor < Math.max(rowHeight(next, again), next.ruled ? 0 : rowHeight(last, 0)) + SLACK_PT;
}

/** From the top of a row to that of the next, or as far down as its text goes. */
function rowHeight({ tops, y0 }: DraftTable, row: number): number {
  return (tops[row] ?? 0) - (tops[row + 1] ?? y0);
}

/**
 * Whether a page that ends with a table had no room for another row.
 *
 * @param lowest how far down (points) text of the document goes
 */
export function hadNoRoom(table: DraftTable, lowest: number, height: number): boolean {
  return table.y0 - Math.min(lowest, height * FULL_SHARE) < rowHeight(table, 0) + SLACK_PT;
}

function isHead(row: DraftRow, others: readonly DraftRow[]): boolean {
  return row.filter(isFilled).length > 1 && allBold(row) && others.length > 0 && !allBold(others.flat());
}

/** Columns between rules have both edges at the same places; those of text one, or their middle. */
export function hasSameColumns({ columns, ruled }: DraftTable, next: DraftTable): boolean {
  return (
    columns.length === next.columns.length &&
    columns.every(({ x0, x1 }, at) => {
      const other = next.columns[at];
      if (!other) return false;
      const [left, right] = [Math.abs(other.x0 - x0), Math.abs(other.x1 - x1)];
      const middle = Math.abs(other.x0 + other.x1 - x0 - x1) / 2;
      return (ruled ? Math.max(left, right) : Math.min(left, right, middle)) <= SAME_EDGE_PT;
    })
  );
}
