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

/** Numbers below each other beside the text of a page. */
interface Column {
  readonly page: number;
  /** From top to bottom. */
  readonly numbers: readonly TextFragment[];
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly goingOn: number;
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
  const all = columns.reduce((sum, { numbers }) => sum + numbers.length, 0);
  const goingOn = columns.reduce((sum, column) => sum + column.goingOn, 0);
  const isThere = counts && all >= MIN_NUMBERS && goingOn >= all * GOING_ON_SHARE;
  const found = pages.map((): TextFragment[] => []);
  if (isThere) for (const { page, numbers } of columns) found[page] = [...numbers];
  return found;
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
      ? [{ page, numbers: sorted, first, last, step, goingOn: goingOnBeside(sorted, flat) }]
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

/** How many of the numbered lines begin in small letters. */
function goingOnBeside(numbers: readonly TextFragment[], fragments: readonly TextFragment[]): number {
  const own = new Set(numbers);
  const begins = new Map<number, TextFragment>();
  for (const fragment of fragments) {
    if (own.has(fragment)) continue;
    const y = Math.round(fragment.y);
    const first = begins.get(y);
    if (!first || fragment.x0 < first.x0) begins.set(y, fragment);
  }
  return numbers.filter(({ y }) =>
    [0, 1, -1].some((off) => GOES_ON.test(begins.get(Math.round(y) + off)?.text ?? '')),
  ).length;
}
