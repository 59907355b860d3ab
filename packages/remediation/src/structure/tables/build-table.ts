import { isUnfinished, joinInlines } from '../inlines.ts';
import { plainText, type TableBlock, type TableCell } from '../types.ts';
import { allBold, type DraftRow, type DraftTable, isFilled } from './draft-table.ts';

/** Of the cells of a table to fill in so many say something already: what is summed up, or who is meant. */
const MAX_GIVEN_SHARE = 0.1;
/** Or of its rows so many say nothing: the first ones are filled in, or show how. */
const MIN_BLANK_SHARE = 0.5;
const DIGIT = /\p{N}/u;

/**
 * The table that these parts are, each of another page. Header cells are those that look different, a first row or a
 * first column in bold among others that are not, the rows that every page begins with, and the first column below a corner that a
 * head leaves empty. Each cell has one: a head goes on over columns that it leaves empty.
 */
export function buildTable(parts: readonly DraftTable[]): TableBlock {
  const [head, ...later] = parts;
  if (!head) return { kind: 'table', rows: [], repeated: [] };
  const repeats = repeatedRows(head, later);
  const rows = [...head.rows];
  for (const part of later) addRows(rows, part.rows.slice(repeats));
  const [first = [], ...others] = rows;
  const headed =
    others.length > 0 && ((namesColumns(first) && !allBold(others.flat())) || isToFillIn(first, others));
  const headRows = Math.max(repeats, headed ? 1 : 0);
  const body = rows.slice(Math.max(1, headRows)).flat();
  const firstColumn = body.filter((cell) => cell.column === 0);
  const complete = firstColumn.every(isFilled);
  const named =
    allBold(firstColumn) &&
    (complete || headRows > 0) &&
    !body.some((cell) => cell.column > 0 && isFilled(cell) && cell.bold);
  const corner = headRows > 0 && first[0]?.column === 0 && !isFilled(first[0]);
  const sided = firstColumn.filter(isFilled).length > 1 && (named || (corner && complete));
  return {
    kind: 'table',
    rows: rows.map((row, at) =>
      row.map((cell): TableCell => {
        const scope = at < headRows ? 'column' : sided && cell.column === 0 ? 'row' : undefined;
        const { columns, rows: down, content } = cell;
        return { scope: at < headRows || isFilled(cell) ? scope : undefined, columns, rows: down, content };
      }),
    ),
    repeated: later.flatMap((part) => part.rows.slice(0, repeats).flatMap(contentOf)),
  };
}

/** Whether a row in bold says what most of its columns are; a corner may be empty. */
function namesColumns(row: DraftRow): boolean {
  const filled = row.filter(isFilled).length;
  const empty = row.filter((cell) => cell.column > 0 && !isFilled(cell)).length;
  return allBold(row) && filled > empty;
}

/**
 * Whether a row says what belongs into the cells below it, which are empty but for the names of rows and few others, or but for the
 * first rows.
 */
function isToFillIn(row: DraftRow, below: readonly DraftRow[]): boolean {
  const cells = below.flat();
  const given = cells.filter((cell) => cell.column > 0 && isFilled(cell)).length;
  if (row.length < 2 || !row.every(isFilled)) return false;
  if (given <= cells.length * MAX_GIVEN_SHARE) return true;
  const last = below.findLastIndex((other) => other.some((cell) => cell.column > 0 && isFilled(cell)));
  const blank = below.length - (last + 1);
  return (
    blank >= below.length * MIN_BLANK_SHARE && !row.some(({ content }) => DIGIT.test(plainText(content)))
  );
}

function contentOf(row: DraftRow): DraftRow[number]['content'] {
  return row.flatMap(({ content }) => content);
}

/** Whether two rows say the same in the same cells. */
export function isSameRow(row: DraftRow, other: DraftRow): boolean {
  return (
    row.some(isFilled) &&
    row.length === other.length &&
    row.every((cell, at) => {
      const twin = other[at];
      return (
        twin?.columns === cell.columns &&
        twin.rows === cell.rows &&
        plainText(twin.content).trim() === plainText(cell.content).trim()
      );
    })
  );
}

/**
 * How many rows every page begins with. The same row can be there twice by chance: from three pages on the first one is
 * not, nor is what stands above nothing but empty cells, and others are not where they are set in bold among others that are not, or a cell of the head reaches into them.
 */
function repeatedRows(head: DraftTable, later: readonly DraftTable[]): number {
  if (later.length === 0) return 0;
  const most = later.reduce((least, { rows }) => Math.min(least, rows.length - 1), head.rows.length - 1);
  const plain = !allBold(head.rows.flat());
  const others = [head, ...later].flatMap(({ rows }) => rows.slice(1));
  const standsOut = (row: DraftRow, at: number): boolean =>
    (plain && allBold(row)) ||
    (at === 0
      ? later.length > 1 || isToFillIn(row, others)
      : head.rows.slice(0, at).some((above, from) => above.some((cell) => from + cell.rows > at)));
  const comesBack = (row: DraftRow, at: number): boolean =>
    later.every(({ rows }) => isSameRow(row, rows[at] ?? [])) && standsOut(row, at);
  let count = 0;
  while (count < most && comesBack(head.rows[count] ?? [], count)) count++;
  const crossing = head.rows.slice(0, count).some((row, at) => row.some((cell) => at + cell.rows > count));
  return crossing ? 0 : count;
}

/** Adds the rows of the next page; the first may go on with the last, where nothing else can be meant. */
function addRows(rows: DraftRow[], next: readonly DraftRow[]): void {
  const [first, ...others] = next;
  const last = rows.at(-1);
  if (!first) return;
  const isNameless = (row: DraftRow): boolean => !row[0] || !isFilled(row[0]);
  if (last && isRestOf(last, first) && !rows.some(isNameless) && !others.some(isNameless))
    rows[rows.length - 1] = last.map((cell, at) => {
      const rest = first[at];
      return rest && isFilled(rest) ? { ...cell, content: joinInlines(cell.content, rest.content) } : cell;
    });
  else rows.push(first);
  for (const other of others) rows.push(other);
}

function isRestOf(row: DraftRow, rest: DraftRow): boolean {
  const [name, ...cells] = rest;
  return (
    name !== undefined &&
    !isFilled(name) &&
    cells.some(isFilled) &&
    row.length === rest.length &&
    rest.every((cell, at) => {
      const before = row[at];
      if (before?.columns !== cell.columns || before.rows !== 1 || cell.rows !== 1) return false;
      return !isFilled(cell) || isUnfinished(plainText(before.content), plainText(cell.content));
    })
  );
}
