import { reach } from '../../text/boxes.ts';
import { isIndex, leaderLength } from '../contents-table.ts';
import { isNextLine, numberedHeadings } from '../headings/section-numbers.ts';
import { isUnfinished } from '../inlines.ts';
import { pitchOf } from '../listings/listing-rows.ts';
import type { Row, Segment } from '../page-lines.ts';
import { haveNames } from '../tables/table-evidence.ts';
import { isAddress } from './addresses.ts';
import {
  fill,
  hasSentences,
  isHeaded,
  MIN_COLUMN_ROWS,
  mastheadRows,
  rowsAboveHeading,
  runsOn,
  textOf,
} from './column-text.ts';
import { blocksOf, entriesIn } from './entries.ts';
import { goesOnInBlocks } from './loose-blocks.ts';
import { columnRuns } from './page-gutters.ts';

/** Rows that are read from top to bottom: a column, a heading across columns, a table. */
export interface Region {
  readonly rows: readonly Row[];
  readonly table: boolean;
  /** An entry of a table of contents. */
  readonly contents?: boolean;
  /** An entry of an index: dots in it lead to pages. */
  readonly index?: boolean;
}

const GUTTER_WIDTH_PT = 7;
const GUTTER_STEP_PT = 2;
/** At most this share of the rows may run across a gutter. */
const CROSSING_SHARE = 0.35;
/** Cells of a table leave most of their column empty; lines of text fill theirs. */
const TABLE_FILL = 0.55;
const MAX_DEPTH = 4;
/** Between heads that stand beside the text there is text, more often than not. */
const MIN_SPACED_SHARE = 0.5;
/** Of the lines of a text so many go on in the next; of entries hardly any does. */
const MIN_RUNNING_SHARE = 0.3;
/** Of heads in figures so many have one. */
const MIN_FIGURES_SHARE = 0.7;
/** Cuts rows into regions in reading order: columns from left to right between what runs across them. */
export function readingOrder(rows: readonly Row[], depth = 0): Region[] {
  const gutter = depth < MAX_DEPTH ? findGutter(rows) : undefined;
  if (gutter === undefined) return depth === 0 ? betweenRuns(rows) : splitTables(rows, depth);
  const regions: Region[] = [];
  const all = bands(rows, gutter);
  const first = all.findIndex(({ crossing }) => !crossing);
  for (const [at, { crossing, rows: whole }] of all.entries()) {
    const over = depth === 0 && at === first ? mastheadRows(whole) : 0;
    for (const part of splitTables(whole.slice(0, over), depth)) regions.push(part);
    const below = whole.slice(over);
    const sides = sidesOf(gutter);
    const end = crossing || at + 1 === all.length ? below.length : rowsAboveHeading(below, sides);
    const band = below.slice(0, end);
    const [left = [], right = []] = sides.map((belongs) => side(band, belongs));
    const columns = Math.min(left.length, right.length) >= MIN_COLUMN_ROWS;
    const across = crossing || !columns || isTable(band, left, right);
    const parts = across ? splitTables(band, depth) : besideEachOther(band, left, right, depth);
    for (const part of parts) regions.push(part);
    for (const part of splitTables(below.slice(end), depth)) regions.push(part);
  }
  return regions;
}

/** Columns of text one after the other, each run of them between what runs across the page. */
function betweenRuns(rows: readonly Row[]): Region[] {
  const regions: Region[][] = [];
  let at = 0;
  for (const { from, to, gutters } of columnRuns(rows)) {
    const over = at === 0 ? mastheadRows(rows.slice(from, to)) : 0;
    const run = rows.slice(from + over, to);
    const edges = [Number.NEGATIVE_INFINITY, ...gutters, Number.POSITIVE_INFINITY];
    const sides = edges.slice(1).map(
      (edge, column) =>
        ({ x0, x1 }: Segment) =>
          x0 >= (edges[column] ?? 0) && x1 <= edge,
    );
    const end = to === rows.length ? run.length : rowsAboveHeading(run, sides);
    const columns = sides.map((belongs) => side(run.slice(0, end), belongs));
    const areTexts = columns.every((column) => runsOn(column, MIN_RUNNING_SHARE));
    if (!areTexts || (isHeaded(run) && !columns.every(hasSentences))) continue;
    regions.push(splitTables(rows.slice(at, from + over), 0));
    for (const column of columns) regions.push(readingOrder(column, 1));
    at = from + over + end;
  }
  regions.push(splitTables(rows.slice(at), 0));
  return regions.flat();
}

/** Columns are read one after the other; blocks of short lines only as far as they stand beside each other, as above a letter. */
function besideEachOther(
  band: readonly Row[],
  left: readonly Row[],
  right: readonly Row[],
  depth: number,
): Region[] {
  const areTexts = [left, right].some((column) => runsOn(column, MIN_RUNNING_SHARE));
  const blocks = areTexts ? [band] : blocksOf(band, isNextLine);
  // Entries of two lists with more than a line between them.
  const entries = blocks.filter((rows) => rows.length === 1 && rows.some((row) => row.length > 1));
  // What is below them stands on one side: else they are columns, however short their lines.
  const below = blocks.at(-1)?.flat() ?? [];
  const isOver = [left, right].some((column) => {
    const own = new Set(column.flat());
    return below.every((segment) => !own.has(segment));
  });
  if (isOver && blocks.length > 1 && entries.length < 2 && !goesOnInBlocks(left, right))
    return blocks.flatMap((rows) => readingOrder(rows, depth + 1));
  return [...readingOrder(left, depth + 1), ...readingOrder(right, depth + 1)];
}

/** What belongs to the left of a gutter, and to its right. */
function sidesOf(gutter: number): ((segment: Segment) => boolean)[] {
  return [({ x1 }) => x1 <= gutter, ({ x0 }) => x0 >= gutter];
}

function side(rows: readonly Row[], belongs: (segment: Segment) => boolean): Row[] {
  return rows.map((row) => row.filter(belongs)).filter((row) => row.length > 0);
}

/** The x of the emptiest vertical strip that has enough text on both sides. */
function findGutter(rows: readonly Row[]): number | undefined {
  const segments = rows.flat();
  if (rows.length < MIN_COLUMN_ROWS * 2 && rows.filter((row) => row.length > 1).length < MIN_COLUMN_ROWS)
    return undefined;
  const { x0: left, x1: right } = reach(segments);
  const steps = Math.min(2000, Math.ceil((right - left) / GUTTER_STEP_PT));
  const covered = new Uint32Array(Math.max(1, steps + 1));
  const at = (x: number): number => Math.min(steps, Math.max(0, Math.round((x - left) / GUTTER_STEP_PT)));
  for (const segment of segments)
    for (let step = at(segment.x0); step <= at(segment.x1); step++) covered[step] = (covered[step] ?? 0) + 1;
  const allowed = rows.length * CROSSING_SHARE;
  let best: { x: number; balance: number; crossings: number } | undefined;
  for (let step = 1; step < steps; ) {
    let end = step;
    const crossings = covered[step] ?? 0;
    while (end < steps && (covered[end] ?? 0) === crossings) end++;
    const wide = (end - step) * GUTTER_STEP_PT >= GUTTER_WIDTH_PT;
    if (wide && crossings <= allowed) {
      const x = left + ((step + end) / 2) * GUTTER_STEP_PT;
      const lefts = rows.filter((row) => row.some((segment) => segment.x1 <= x)).length;
      const rights = rows.filter((row) => row.some((segment) => segment.x0 >= x)).length;
      const balance = Math.min(lefts, rights) - crossings;
      if (Math.min(lefts, rights) >= MIN_COLUMN_ROWS && (!best || balance > best.balance))
        best = { x, balance, crossings };
    }
    step = Math.max(end, step + 1);
  }
  return best && best.balance > 0 ? best.x : undefined;
}

function bands(rows: readonly Row[], gutter: number): { crossing: boolean; rows: Row[] }[] {
  const result: { crossing: boolean; rows: Row[] }[] = [];
  for (const row of rows) {
    const crossing = row.some((segment) => segment.x0 < gutter && segment.x1 > gutter);
    const last = result.at(-1);
    if (last?.crossing === crossing) last.rows.push(row);
    else result.push({ crossing, rows: [row] });
  }
  return result;
}

function isTable(band: readonly Row[], left: readonly Row[], right: readonly Row[]): boolean {
  const paired = band.filter((row) => row.length > 1).length;
  if (paired < Math.min(left.length, right.length) * 0.7) return false;
  if (isIndex(left) && isIndex(right)) return false;
  if (haveAddress([left, right]) || haveNames(band, [left, right])) return false;
  if (hasLeaders(band) || hasSideHeads(band, left, right) || hasSideNotes(band, left, right)) return true;
  return [left, right].every((column) => fill(column) < TABLE_FILL) || band.some((row) => row.length > 3);
}

/** Whether an address stands in one of the columns, as of a sender beside that of a receiver. */
export function haveAddress(sides: readonly (readonly Row[])[]): boolean {
  return sides.some((side) => columnsOf(side, 1).some((column) => isAddress(column.map(textOf))));
}

/** Whether dots lead from one side to the other. */
function hasLeaders(band: readonly Row[]): boolean {
  return band.filter((row) => leaderLength(row) > 0).length * 2 >= band.length;
}

/**
 * Whether what stands on the left are heads of the text beside them, as hours and years are: each on the first line of its text,
 * with further lines below it, or in figures where no text runs on beside the next one.
 */
function hasSideHeads(all: readonly Row[], lefts: readonly Row[], right: readonly Row[]): boolean {
  // A title above them stands on the left as they do.
  const above = all.findIndex((row) => row.length > 1);
  const band = all.slice(above);
  const left = all.slice(0, above).every((row, at) => row[0] === lefts[at]?.[0]) ? lefts.slice(above) : lefts;
  const heads = band.flatMap((row, at) => (row.length > 1 ? [at] : []));
  if (heads.length < left.length || left.length > right.length || fill(left) >= TABLE_FILL) return false;
  const spaced = heads.filter((head, at) => (heads[at + 1] ?? band.length) - head > 1);
  if (left.length < right.length && spaced.length >= heads.length * MIN_SPACED_SHARE) return true;
  const figures = left.filter((row) => /\d/.test(textOf(row)));
  return figures.length >= left.length * MIN_FIGURES_SHARE && !runsOn(right, MIN_RUNNING_SHARE);
}

/**
 * Whether what stands on the right are notes to the texts beside them, as dates of entries are, and initials: each on the first line of
 * an entry, with further lines below it.
 */
function hasSideNotes(band: readonly Row[], left: readonly Row[], right: readonly Row[]): boolean {
  const notes = band.flatMap((row, at) => (row.length > 1 ? [at] : []));
  if (notes.length < right.length || right.length > left.length || fill(right) >= TABLE_FILL) return false;
  if (right.every((row) => pitchOf(row) !== undefined)) return false;
  const spaced = notes.filter((note, at) => (notes[at + 1] ?? band.length) - note > 1);
  if (spaced.length < notes.length * MIN_SPACED_SHARE || spaced.length === 0) return false;
  const own = new Set(right.flat());
  const beginning = notes.filter((note) => {
    const [above, line] = [band[note - 1], band[note]].map((row = []) =>
      row.filter((each) => !own.has(each)),
    );
    return !above || !line || !isUnfinished(textOf(above), textOf(line));
  });
  return beginning.length >= notes.length * MIN_FIGURES_SHARE;
}

/** Whether pieces of a line beside each other are of columns of running text, which are read one after the other. */
export function areColumns(rows: readonly Row[], sides: readonly (readonly Row[])[]): boolean {
  const headed = isHeaded(rows);
  const text = headed ? rows.slice(1) : rows;
  const columns = sides.flatMap((own) => columnsOf(headed ? own.slice(1) : own, 1));
  const even = text.every((row, at) => isNextLine(row, text[at + 1] ?? row));
  const full = columns.filter((column) => fill(column) >= TABLE_FILL && runsOn(column));
  return (
    even &&
    // Beside two texts another column may end before them, whatever is in it.
    (full.length === columns.length ||
      (full.length > 1 && columns.every((column) => endsFirst(column, text)))) &&
    // Phrases below heads are entries, however long they are; sentences are not.
    (!headed || full.every(hasSentences))
  );
}

/** Whether a column says something in each row as far as it goes: what heads other columns has rows of theirs beside it. */
function endsFirst(column: readonly Row[], rows: readonly Row[]): boolean {
  const own = new Set(column.flat());
  return rows.slice(0, column.length).every((row) => row.some((segment) => own.has(segment)));
}

/** The columns that are beside each other in rows. */
function columnsOf(rows: readonly Row[], depth: number): (readonly Row[])[] {
  const gutter = depth < MAX_DEPTH ? findGutter(rows) : undefined;
  if (gutter === undefined) return [rows];
  return sidesOf(gutter).flatMap((belongs) => columnsOf(side(rows, belongs), depth + 1));
}

/** Rows that are read as they stand, but for entries with something beside their text. */
function splitTables(rows: readonly Row[], depth: number): Region[] {
  const headings = numberedHeadings(rows);
  return entriesIn(rows).flatMap((part) =>
    'rows' in part
      ? splitRows(part.rows, headings, depth)
      : part.columns.map((column) => ({ rows: column, table: false })),
  );
}

/** Tells runs of rows with several cells each from running text, from text in columns, and from headings behind numbers that count them. */
function splitRows(rows: readonly Row[], headings: ReadonlySet<Row>, depth: number): Region[] {
  const regions: { rows: Row[]; table: boolean }[] = [];
  for (const row of rows) {
    const last = regions.at(-1);
    // Columns of a listing are no cells, unless words of another face head them.
    const cells = row.length > 1 && !headings.has(row);
    const table = cells && (last?.table === true || pitchOf(row) === undefined);
    if (last?.table === table) last.rows.push(row);
    else regions.push({ rows: [row], table });
  }
  const taken = new Set<Row>();
  return regions.flatMap((region, at): Region[] => {
    const rows = region.rows.filter((row) => !taken.has(row));
    // A single row with a gap in it (a date on the right of a title) is a line like any other.
    const table = region.table && rows.length >= 3;
    const gutter = table && depth < MAX_DEPTH ? findGutter(rows) : undefined;
    if (gutter === undefined) return rows.length > 0 ? [{ rows, table }] : [];
    const sides = sidesOf(gutter);
    if (
      !areColumns(
        rows,
        sides.map((belongs) => side(rows, belongs)),
      )
    )
      return [{ rows, table }];
    // One of the columns may have further lines.
    const columns = [...rows];
    for (const row of regions[at + 1]?.rows ?? []) {
      const isBelow = isNextLine(columns.at(-1) ?? row, row) && sides.some((belongs) => row.every(belongs));
      if (!isBelow) break;
      columns.push(row);
      taken.add(row);
    }
    return sides.flatMap((belongs) => readingOrder(side(columns, belongs), depth + 1));
  });
}
