import { firstIndex } from '../../../text/boxes.ts';
import type { TextFragment } from '../../../text/text-pen.ts';

/** Words of one cell are nearer to each other than this (em); between columns there is more. */
const COLUMN_GAP_EM = 0.5;
const SAME_LINE_PT = 2;

/**
 * The text of an area between rules, by the columns that it stands in. Where other rows have rules between their columns
 * and this one has not, as between rows on a background, its text keeps off the lines that the rules are on. Undefined
 * where text reaches across them, or stands in one column only: the area is one cell.
 *
 * @param edges of the columns that the area covers, from left to right
 */
export function openCells(
  fragments: readonly TextFragment[],
  edges: readonly number[],
): readonly (readonly TextFragment[])[] | undefined {
  const columns = edges.slice(1).map((): TextFragment[] => []);
  let last: { readonly fragment: TextFragment; readonly column: number } | undefined;
  let beside = false;
  for (const fragment of [...fragments].sort((a, b) => b.y - a.y || a.x0 - b.x0)) {
    const column = firstIndex(columns.length - 1, (at) => fragment.x0 < (edges[at + 1] ?? 0));
    if (fragment.x0 < (edges[column] ?? 0) || fragment.x1 > (edges[column + 1] ?? 0)) return undefined;
    if (last && last.column !== column && last.fragment.y - fragment.y < SAME_LINE_PT) {
      const gap = fragment.x0 - last.fragment.x1;
      if (last.column < column && gap < COLUMN_GAP_EM * fragment.size) return undefined;
      beside = true;
    }
    columns[column]?.push(fragment);
    last = { fragment, column };
  }
  return beside ? columns : undefined;
}
