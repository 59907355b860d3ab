import type { PageText } from '../../text/page-text.ts';
import type { TextFragment } from '../../text/text-pen.ts';

const NUMBER = /^\d{1,5}$/;
const GOES_ON = /^\p{Ll}/u;
const SAME_EDGE_PT = 1;
const SAME_LINE_PT = 2;
/** Fewer in a document may be a list. */
const MIN_NUMBERS = 20;
const MIN_ON_A_PAGE = 3;
const MAX_STEPS = 3;
/** Of the columns of figures on a page, the longest are looked at. */
const MAX_COLUMNS = 8;
/** Of numbered lines, these begin within a sentence; of entries of a list or rows of a table hardly any does. */
const GOING_ON_SHARE = 0.1;
/** Of those that do, most follow a line that was full: entries begin small too where they are no sentences. */
const FULL_SHARE = 0.6;
/** Words of a line of text, at least: of a list of words none is full. */
const MIN_WORDS = 4;
const SPACE_EM = 0.2;
const WORD_GAP_EM = 1.6;
/** Lines are further apart than this; at most so many heights lie between two. */
const SCRIPT_EM = 0.7;
const MAX_SCRIPTS = 4;
/** Of the lines between the first number and the last, at least this share are counted: entries and verses count several as one. */
const COUNTED_SHARE = 0.6;

/** Numbers below each other beside the text of a page. */
interface Column {
  readonly page: number;
  /** From top to bottom. */
  readonly numbers: readonly TextFragment[];
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** Lines of text from the first number to the last, and how many of the numbered ones begin within a sentence. */
  readonly lines: number;
  readonly goingOn: number;
  /** How many of the latter follow a line in which their first word had no room. */
  readonly full: number;
}

/**
 * The numbers of lines, as contracts, drafts and court papers have them in the margin: a column outside of the text that counts
 * its lines, on from page to page or from the same number on each. For each page.
 */
export function findLineNumbers(pages: readonly PageText[]): TextFragment[][] {
  const columns = pages.flatMap(({ fragments }, page) => columnOf(fragments, page) ?? []);
  const [start] = columns;
  const counts = columns.every(({ first, step }, index) => {
    const before = columns[index - 1];
    if (!before || !start) return true;
    return step === start.step && (isNext(first, before.last, step) || first === start.first);
  });
  const sum = (amount: (column: Column) => number): number =>
    columns.reduce((all, column) => all + amount(column), 0);
  const [all, goingOn] = [sum(({ numbers }) => numbers.length), sum((column) => column.goingOn)];
  const counted = sum(({ numbers, step: each }) => numbers.length * each);
  // A poem is counted by fives, and its lines end where they are meant to: nothing else leaves so many out between two numbers.
  const areLines = (start?.step ?? 1) > 1 || sum(({ full }) => full) >= goingOn * FULL_SHARE;
  const isThere =
    counts &&
    all >= MIN_NUMBERS &&
    goingOn >= all * GOING_ON_SHARE &&
    areLines &&
    counted >= sum(({ lines }) => lines) * COUNTED_SHARE;
  return pages.map(({ fragments }, page) => {
    if (!isThere) return [];
    const own = columns.find((column) => column.page === page);
    return own ? [...own.numbers] : fewNumbers(fragments, page, columns);
  });
}

/** The one or two numbers of a page that has no more lines: they stand below those of the page before, and count on. */
function fewNumbers(
  fragments: readonly TextFragment[],
  page: number,
  columns: readonly Column[],
): TextFragment[] {
  const before = columns.findLast((column) => column.page < page);
  const edge = before?.numbers.at(-1);
  if (!before || !edge) return [];
  const inColumn = fragments.filter(
    ({ text, quarter, x0, x1 }) =>
      quarter === 0 &&
      NUMBER.test(text) &&
      (Math.abs(x0 - edge.x0) <= SAME_EDGE_PT || Math.abs(x1 - edge.x1) <= SAME_EDGE_PT),
  );
  const sorted = inColumn.toSorted((a, b) => b.y - a.y);
  const values = sorted.map(({ text }) => Number(text));
  const goesOn = values.every((value, at) => isNext(value, values[at - 1] ?? before.last, before.step));
  const again = values.every((value, at) => value === before.first + at * before.step);
  return goesOn || again ? sorted : [];
}

function columnOf(fragments: readonly TextFragment[], page: number): Column | undefined {
  const flat = fragments.filter(({ quarter }) => quarter === 0);
  const numbers = flat.filter(({ text }) => NUMBER.test(text));
  const sides = [...alignedBy(numbers, ({ x1 }) => x1), ...alignedBy(numbers, ({ x0 }) => x0)];
  const largest = sides.toSorted((a, b) => b.length - a.length).slice(0, MAX_COLUMNS);
  const columns = largest.flatMap((side) => {
    const sorted = side.toSorted((a, b) => b.y - a.y);
    const values = sorted.map(({ text }) => Number(text));
    const [first = 0, second = 0] = values;
    const [step, last] = [second - first, values.at(-1) ?? 0];
    const counted = values.every((value, at) => at === 0 || isNext(value, values[at - 1] ?? 0, step));
    return counted && isOutside(sorted, flat)
      ? [{ page, numbers: sorted, first, last, step, ...linesBeside(sorted, flat) }]
      : [];
  });
  return columns[0];
}

/** Lines that are hidden are counted, and not shown. */
function isNext(value: number, before: number, step: number): boolean {
  const steps = (value - before) / step;
  return step > 0 && Number.isInteger(steps) && steps > 0 && steps <= MAX_STEPS;
}

/** Fragments in groups that share an edge. */
function alignedBy(
  fragments: readonly TextFragment[],
  edge: (fragment: TextFragment) => number,
): TextFragment[][] {
  const groups: TextFragment[][] = [];
  for (const fragment of fragments.toSorted((a, b) => edge(a) - edge(b))) {
    const group = groups.at(-1);
    const [before] = group ?? [];
    if (group && before && edge(fragment) - edge(before) <= SAME_EDGE_PT) group.push(fragment);
    else groups.push([fragment]);
  }
  return groups.filter((group) => group.length >= MIN_ON_A_PAGE);
}

/** Whether all text between the first number and the last stands on one side of them. */
function isOutside(numbers: readonly TextFragment[], fragments: readonly TextFragment[]): boolean {
  const own = new Set(numbers);
  const [top = 0, bottom = 0] = [numbers[0]?.y, numbers.at(-1)?.y];
  const others = fragments.filter(
    (other) => !own.has(other) && other.y <= top + SAME_LINE_PT && other.y >= bottom - SAME_LINE_PT,
  );
  const right = numbers.reduce((most, { x1 }) => Math.max(most, x1), Number.NEGATIVE_INFINITY);
  const left = numbers.reduce((least, { x0 }) => Math.min(least, x0), Number.POSITIVE_INFINITY);
  return others.every(({ x0 }) => x0 > right) || others.every(({ x1 }) => x1 < left);
}

/** Counts the lines that numbers stand beside, those of them that begin in small letters, and those of the latter that follow a full one. */
function linesBeside(
  numbers: readonly TextFragment[],
  fragments: readonly TextFragment[],
): Pick<Column, 'lines' | 'goingOn' | 'full'> {
  const own = new Set(numbers);
  const [top = 0, bottom = 0] = [numbers[0]?.y, numbers.at(-1)?.y];
  const beside = fragments.filter(
    (other) => !own.has(other) && other.y <= top + SAME_LINE_PT && other.y >= bottom - SAME_LINE_PT,
  );
  const lines: TextFragment[][] = [];
  for (const fragment of beside.toSorted((a, b) => b.y - a.y)) {
    const last = lines.at(-1);
    if (last?.[0] && last[0].y - fragment.y <= SAME_LINE_PT) last.push(fragment);
    else lines.push([fragment]);
  }
  for (const line of lines) line.sort((a, b) => a.x0 - b.x0);
  const right = lines.reduce(
    (most, line) => Math.max(most, line.at(-1)?.x1 ?? most),
    Number.NEGATIVE_INFINITY,
  );
  const heights = new Set(numbers.map(({ y }) => Math.round(y)));
  const goingOn = lines.flatMap(([first], at) => {
    const isNumbered = first && [0, 1, -1].some((off) => heights.has(Math.round(first.y) + off));
    return isNumbered && GOES_ON.test(first.text)
      ? [{ first, before: lines.slice(Math.max(0, at - MAX_SCRIPTS), at) }]
      : [];
  });
  const full = goingOn.filter(({ first, before }) => {
    // Raised and lowered signs between two lines have heights of their own.
    const above = before.findLast((line) => (line[0]?.y ?? 0) - first.y > first.size * SCRIPT_EM);
    return (
      above &&
      isRunning(above) &&
      (above.at(-1)?.x1 ?? 0) + first.size * SPACE_EM + first.x1 - first.x0 > right
    );
  });
  const whole = lines.filter(({ length }) => length > 1);
  return { lines: whole.length, goingOn: goingOn.length, full: full.length };
}

/** Whether a line is one of a text: it has words, and no gap between them. */
function isRunning(line: readonly TextFragment[]): boolean {
  return (
    line.length >= MIN_WORDS &&
    line.every(({ x0, size }, at) => x0 - (line[at - 1]?.x1 ?? x0) <= size * WORD_GAP_EM)
  );
}
