import type { Box } from '../../text/drawings.ts';
import type { Row } from '../page-lines.ts';
import type { Inline, Word } from '../types.ts';

/** A cell before it is known whether it is a header. */
export interface DraftCell {
  readonly content: readonly Inline[];
  readonly bold: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly column: number;
}

export type DraftRow = readonly DraftCell[];

/** A table, or the part of one that stands on a page. */
export interface DraftTable extends Box {
  readonly kind: 'table';
  readonly ruled: boolean;
  /** From rule to rule, or as far as text reaches where there are none; from left to right, in points. */
  readonly columns: readonly { readonly x0: number; readonly x1: number }[];
  /** As far as text reaches in each column, where no rules close the table around its rows. */
  readonly texts?: DraftTable['columns'] | undefined;
  /** Upper edge of each row, in points. */
  readonly tops: readonly number[];
  readonly rows: readonly DraftRow[];
}

/** Words of a cell's rows, a line for each piece of them. */
export function wordsOf(row: Row): Word[] {
  return row.flatMap((segment, index) =>
    segment.words.map((word, at) =>
      at > 0 ? word : { ...word, spaceBefore: index > 0, lineStart: index === 0 },
    ),
  );
}

export function isFilled({ content }: DraftCell): boolean {
  return content.length > 0;
}

/** Whether cells have text, and all of it is in bold. */
export function allBold(cells: readonly DraftCell[]): boolean {
  const filled = cells.filter(isFilled);
  return filled.length > 0 && filled.every((cell) => cell.bold);
}
