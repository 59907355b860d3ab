import { inlinesOf } from '../inlines.ts';
import type { Row } from '../page-lines.ts';
import type { TableBlock, TableCell, Word } from '../types.ts';

/** A cell before it is known whether it is a header. */
export interface DraftCell {
  readonly words: readonly Word[];
  readonly bold: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly column: number;
}

/** Words of a cell's rows, a line for each piece of them. */
export function wordsOf(row: Row): Word[] {
  return row.flatMap((segment, index) =>
    segment.words.map((word, at) =>
      at > 0 ? word : { ...word, spaceBefore: index > 0, lineStart: index === 0 },
    ),
  );
}

/** Header cells are those that look different: a first row, or a first column, in bold among others that are not. */
export function tableOf(rows: readonly (readonly DraftCell[])[], page: number): TableBlock {
  const filled = (cells: readonly DraftCell[]): DraftCell[] => cells.filter((cell) => cell.words.length > 0);
  const allBold = (cells: readonly DraftCell[]): boolean =>
    filled(cells).length > 0 && filled(cells).every((cell) => cell.bold);
  const [first = [], ...others] = rows;
  const body = filled(others.flat());
  const headed = allBold(first) && !allBold(body);
  const firstColumn = others.flat().filter((cell) => cell.column === 0);
  const otherColumns = others.flat().filter((cell) => cell.column > 0);
  const sided =
    filled(firstColumn).length > 1 && allBold(firstColumn) && !filled(otherColumns).some((c) => c.bold);
  return {
    kind: 'table',
    rows: rows.map((row, at) =>
      row.map((cell): TableCell => {
        const scope =
          cell.words.length === 0
            ? undefined
            : at === 0 && headed
              ? 'column'
              : sided && cell.column === 0
                ? 'row'
                : undefined;
        return { scope, columns: cell.columns, rows: cell.rows, content: inlinesOf(cell.words, page) };
      }),
    ),
  };
}
