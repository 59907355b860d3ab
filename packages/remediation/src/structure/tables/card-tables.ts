import { reach } from '../../text/boxes.ts';
import { inlinesOf } from '../inlines.ts';
import { pitchOf } from '../listings/listing-rows.ts';
import type { Row } from '../page-lines.ts';
import { type DraftCell, type DraftTable, wordsOf } from './draft-table.ts';
import { isFigureText, LOOSE_EM, saysSomething } from './table-evidence.ts';

/** Fewer rows of cards are two texts beside each other. */
const MIN_BANDS = 3;
/** No sheet has more cards beside each other. */
const MAX_CARDS = 12;
const SAME_EDGE_PT = 1.5;
const SAME_STEP_PT = 1;
/** So much higher (em) a line is with a raised mark. */
const MARK_EM = 0.2;
/** What differs by more than this (points) is not on one line. */
const UNEVEN_PT = 0.5;
/** Lines of a card are nearer to each other than this share of the distance to the next row of cards. */
const INNER_SHARE = 0.9;
/** Rows of cards that nothing else tells from the verses of a poem are so many lines apart. */
const MIN_LINES_APART = 3;
/** Of the cards so many have several lines. */
const MIN_LONG_SHARE = 0.7;
/** Lines of a card use so much of its width at most, on average: text uses more. */
const MAX_FILL = 0.7;
/** A column with more figures than this has entries one below the other. */
const MAX_FIGURES_SHARE = 0.5;
const BLANK = /_{3}|\.{4}/;

/** Lines that are a row of cards. */
interface Band {
  readonly rows: readonly Row[];
  /** Between its first line and that of the band above, and between its first line and the last of that band (points). */
  readonly step: number;
  readonly gap: number;
}

/**
 * Cards that stand beside each other in rows, as addresses on a sheet of labels: blocks of lines that begin at the same places, evenly
 * apart though some have more lines than others, or far apart, or each below a name in bold. They are put into one table in the place of their lines.
 */
export function takeCards(rows: readonly Row[], page: number): readonly Row[] {
  const result: Row[] = [];
  for (let at = 0; at < rows.length; ) {
    const bands = bandsFrom(rows, at);
    const table = areCards(bands) ? tableOf(bands, page) : undefined;
    // What stands above cards may begin where they do.
    const passed = bands.length < MIN_BANDS ? bands.slice(0, 1) : bands;
    const end = at + passed.reduce((sum, band) => sum + band.rows.length, bands.length === 0 ? 1 : 0);
    if (table) {
      const { x0, x1, y1: y } = table;
      result.push([{ words: [], x0, x1, y, size: 10, bold: false, characters: 0, object: table }]);
    } else for (const row of rows.slice(at, end)) result.push(row);
    at = end;
  }
  return result;
}

/** Rows of cards that begin with a row, as far as their cards begin at the same places. */
function bandsFrom(rows: readonly Row[], at: number): Band[] {
  const first = rows[at] ?? [];
  const starts = first.map(({ x0 }) => x0);
  if (starts.length < 2 || starts.length > MAX_CARDS || !isOfCards(first, starts)) return [];
  const named = isName(first);
  const bands: { rows: Row[]; step: number; gap: number }[] = [];
  for (let next = at; next < rows.length; next++) {
    const row = cutAt(rows[next] ?? [], starts);
    const band = bands.at(-1);
    const [above, top] = [band?.rows.at(-1)?.[0], band?.rows[0]?.[0]];
    const gap = (above?.y ?? 0) - (row[0]?.y ?? 0);
    if (!isOfCards(row, starts)) break;
    const inner = bands[0] ? leadingOf(bands[0]) : 0;
    const isFirst = named ? isName(row) : gap > LOOSE_EM * (row[0]?.size ?? 0);
    if (band && !isFirst) {
      const most = bands[1]?.gap ?? Number.POSITIVE_INFINITY;
      if (gap >= (isApart(most, inner) ? most * INNER_SHARE : most + SAME_STEP_PT)) break;
      band.rows.push(row);
      continue;
    }
    // Only the last row of a sheet may have fewer cards.
    const isFull = (band?.rows[0]?.length ?? starts.length) === starts.length;
    if (!isFull || Math.abs((row[0]?.x0 ?? 0) - (starts[0] ?? 0)) > SAME_EDGE_PT) break;
    const step = (top?.y ?? 0) - (row[0]?.y ?? 0);
    // A raised mark makes its line a little higher.
    const slack = Math.max(SAME_STEP_PT, MARK_EM * (row[0]?.size ?? 0));
    const isEven = (a: number, b: number): boolean => Math.abs(a - b) <= slack;
    const second = bands[1];
    const isSpaced = named && isApart(gap, inner);
    if (second && !isEven(step, second.step) && !(isSpaced && isEven(gap, second.gap))) break;
    bands.push({ rows: [row], step, gap });
  }
  return bands;
}

/** The distance between the first two lines of a row of cards. */
function leadingOf({ rows: [first, next] }: Pick<Band, 'rows'>): number {
  return (first?.[0]?.y ?? 0) - (next?.[0]?.y ?? 0);
}

function isApart(gap: number, leading: number): boolean {
  return gap * INNER_SHARE > leading;
}

/** A line's pieces, cut where a word begins with a card though little room is before it. */
function cutAt(row: Row, starts: readonly number[]): Row {
  return row.flatMap((segment) => {
    const inner = starts.filter((start) => start > segment.x0 + SAME_EDGE_PT && start < segment.x1);
    if (inner.length === 0 || segment.object) return [segment];
    const cuts = segment.words.flatMap(({ x0 }, at) =>
      at > 0 && inner.some((start) => Math.abs(start - x0) <= SAME_EDGE_PT) ? [at] : [],
    );
    return [0, ...cuts].map((from, part) => {
      const words = segment.words.slice(from, cuts[part]);
      return {
        ...segment,
        words,
        ...reach(words),
        characters: words.reduce((sum, { text }) => sum + text.length, 0),
      };
    });
  });
}

/** Whether each piece of a line begins where a card does, and ends before the next one. */
function isOfCards(row: Row, starts: readonly number[]): boolean {
  let column = -1;
  return row.every(({ x0, x1, words, object }) => {
    const own = starts.findIndex((start, at) => at > column && Math.abs(start - x0) <= SAME_EDGE_PT);
    column = own;
    const text = words.map((word) => word.text).join(' ');
    return own >= 0 && !object && x1 < (starts[own + 1] ?? Number.POSITIVE_INFINITY) && !BLANK.test(text);
  });
}

function isName(row: Row): boolean {
  return row.length > 1 && row.every(({ bold }) => bold);
}

function areCards(bands: readonly Band[]): boolean {
  const [first, second] = bands;
  if (!first || !second || bands.length < MIN_BANDS) return false;
  const rows = bands.flatMap((band) => band.rows);
  if (rows.some((row) => pitchOf(row) !== undefined)) return false;
  const starts = first.rows[0]?.map(({ x0 }) => x0) ?? [];
  const cards = bands.flatMap((band) => starts.map((start) => cardAt(band, start)));
  const filled = cards.filter(({ length }) => length > 0);
  if (filled.filter(({ length }) => length > 1).length < filled.length * MIN_LONG_SHARE) return false;
  const heights = new Set(filled.map(({ length }) => length));
  const named = bands.every(
    (band) =>
      isName(band.rows[0] ?? []) &&
      !band.rows
        .slice(1)
        .flat()
        .every(({ bold }) => bold),
  );
  const apart = second.gap >= leadingOf(first) * MIN_LINES_APART;
  return (
    (heights.size > 1 || apart || named || returnToLevel(bands)) &&
    !isText(filled, starts) &&
    !haveOneHead(bands, starts) &&
    !haveFigures(bands, starts)
  );
}

/**
 * Whether lines that are lower than those beside them, as a raised mark makes them, have none that is lower below them in the next row: in
 * columns, all that follows would be.
 */
function returnToLevel(bands: readonly Band[]): boolean {
  return bands.slice(1).some(({ rows: [next = []] }, at) => {
    const last = bands[at]?.rows.at(-1) ?? [];
    return last.length === next.length && isUneven(last) && !isUneven(next);
  });
}

function isUneven(row: Row): boolean {
  return row.some(({ y }) => Math.abs(y - (row[0]?.y ?? y)) > UNEVEN_PT);
}

/** The lines of a card. */
function cardAt({ rows }: Band, start: number): Row[] {
  return rows
    .map((row) => row.filter(({ x0 }) => Math.abs(x0 - start) <= SAME_EDGE_PT))
    .filter(({ length }) => length > 0);
}

function isText(cards: readonly (readonly Row[])[], starts: readonly number[]): boolean {
  const width = starts
    .slice(1)
    .reduce((least, start, at) => Math.min(least, start - (starts[at] ?? 0)), Number.POSITIVE_INFINITY);
  const lines = cards.flat(2);
  return lines.reduce((sum, { x0, x1 }) => sum + x1 - x0, 0) > lines.length * width * MAX_FILL;
}

/** Whether a column begins with the same words in all bands, and goes on with others: they are tables below each other. */
function haveOneHead(bands: readonly Band[], starts: readonly number[]): boolean {
  return starts.some((start) => {
    const cards = bands.map((band) => cardAt(band, start));
    const heads = new Set(cards.map((card) => textOf(card.slice(0, 1))));
    return heads.size === 1 && new Set(cards.map(textOf)).size > 1;
  });
}

function haveFigures(bands: readonly Band[], starts: readonly number[]): boolean {
  return starts.some((start) => {
    const lines = bands.flatMap((band) => cardAt(band, start));
    const figures = lines.filter((row) => isFigureText(textOf([row])));
    return figures.length > lines.length * MAX_FIGURES_SHARE;
  });
}

function textOf(rows: readonly Row[]): string {
  return rows.flatMap((row) => row.flatMap(({ words }) => words.map(({ text }) => text))).join(' ');
}

function tableOf(bands: readonly Band[], page: number): DraftTable | undefined {
  const pieces = bands.flatMap((band) => band.rows.flat());
  const starts = bands[0]?.rows[0]?.map(({ x0 }) => x0) ?? [];
  const cells = bands.map((band) =>
    starts.map((start, column): DraftCell => {
      const lines = cardAt(band, start);
      const content = inlinesOf(lines.flatMap(wordsOf), page);
      return { content, bold: lines.flat().every(({ bold }) => bold), columns: 1, rows: 1, column };
    }),
  );
  if (!saysSomething(cells)) return undefined;
  const { x0, x1 } = reach(pieces);
  const tops = bands.map(({ rows: [row = []] }) => (row[0]?.y ?? 0) + (row[0]?.size ?? 0));
  return {
    kind: 'table',
    ruled: false,
    columns: starts.map((start, at) => ({ x0: start, x1: starts[at + 1] ?? x1 })),
    tops,
    rows: cells,
    x0,
    x1,
    y0: bands.at(-1)?.rows.at(-1)?.[0]?.y ?? 0,
    y1: tops[0] ?? 0,
  };
}
