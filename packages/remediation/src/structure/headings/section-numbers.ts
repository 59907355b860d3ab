import type { Row, Segment } from '../page-lines.ts';

const NUMBER = /^(\d{1,3}(?:\.\d{1,3})*)[.)]?$/;

const MAX_LEADING_EM = 1.6;
const MIN_TABLE_ROWS = 3;
/** Cells that begin this close (points) are of one column. */
const SAME_EDGE_PT = 2;

/** The number of a section that stands before a line's text, however far, as a tab puts it; undefined where there is none. */
export function sectionNumber(row: Row): readonly number[] | undefined {
  const [first, text] = row;
  if (row.length !== 2 || first?.words.length !== 1 || !text) return undefined;
  if (!/\p{L}/u.test(text.words.map((word) => word.text).join(''))) return undefined;
  return NUMBER.exec(first.words[0]?.text ?? '')?.[1]
    ?.split('.')
    .map(Number);
}

/** Whether a section of this number comes after one of the other: the next of its own depth or of one above, or its first part. */
export function follows(numbers: readonly number[], before: readonly number[]): boolean {
  const last = numbers.length - 1;
  const opens = numbers.length === before.length + 1 && (numbers[last] ?? 0) <= 1;
  return (
    (opens || (numbers.length <= before.length && numbers[last] === (before[last] ?? 0) + 1)) &&
    numbers.slice(0, last).every((number, at) => number === before[at])
  );
}

/** Whether a row is one line below another, or less. */
export function isNextLine([above]: Row, [below]: Row): boolean {
  if (!above || !below) return true;
  return above.y - below.y <= Math.max(above.size, below.size) * MAX_LEADING_EM;
}

/** Rows that are headings behind numbers that count them, each of several parts, and no rows of a table. */
export function numberedHeadings(rows: readonly Row[]): ReadonlySet<Row> {
  const numbers = rows.flatMap((row) => {
    const own = sectionNumber(row);
    return own ? [{ row, own }] : [];
  });
  const counted = numbers.filter(({ own }, at) => {
    const [before, after] = [numbers[at - 1]?.own, numbers[at + 1]?.own];
    const counts = (before && follows(own, before)) || (after && follows(after, own));
    return own.length > 1 && counts;
  });
  const headings = new Set(counted.map(({ row }) => row));
  for (const run of runsOfCells(rows))
    if (countsRows(run, headings)) for (const row of run) headings.delete(row);
  return headings;
}

/** Rows of several pieces with no line of text between them. */
function runsOfCells(rows: readonly Row[]): Row[][] {
  const runs: Row[][] = [[]];
  for (const row of rows)
    if (row.length > 1) runs.at(-1)?.push(row);
    else runs.push([]);
  return runs;
}

/**
 * Whether numbers are the first column of a table: it has further columns, or a head above them and above the texts, or its rows
 * are one line apart and not in bold, where headings have their text between them.
 */
function countsRows(run: readonly Row[], counted: ReadonlySet<Row>): boolean {
  const wide = new Set(run.flatMap(([, cell, more]) => (cell && more ? [edgeOf(cell)] : [])));
  const isPlain = (row: Row): boolean => counted.has(row) && !row.every(({ bold }) => bold);
  let lines = 0;
  return run.some((row, at) => {
    const above = run[at - 1];
    lines = above && isPlain(above) && isPlain(row) && isNextLine(above, row) ? lines + 1 : 1;
    const [number, text] = row;
    if (!counted.has(row) || !number || !text) return false;
    const edge = edgeOf(text);
    const hasColumn = [edge - 1, edge, edge + 1].some((near) => wide.has(near));
    return hasColumn || lines >= MIN_TABLE_ROWS || (above !== undefined && isHead(above, number, text));
  });
}

function edgeOf({ x0 }: Segment): number {
  return Math.round(x0 / SAME_EDGE_PT);
}

/** Whether a row without a number has one piece over the number and another over the text. */
function isHead(row: Row, number: Segment, text: Segment): boolean {
  const [left, right] = row;
  if (row.length !== 2 || !left || !right || sectionNumber(row)) return false;
  return isOver(left, number) && isOver(right, text);
}

function isOver(above: Segment, below: Segment): boolean {
  return above.x0 < below.x1 && above.x1 > below.x0;
}
