import { isUnfinished } from '../inlines.ts';
import type { MarginLine, PageMargins } from './margin-lines.ts';

/** Lines one below the other at an edge of a page. */
interface LineGroup {
  /** From the text outwards. */
  readonly lines: readonly MarginLine[];
  /** Something else stands further out. */
  readonly enclosed: boolean;
}

/** Gaps of fewer paragraphs say nothing. */
const MIN_GAPS = 3;
/** Paragraphs are no further from each other than most are, by more than this; what runs on over lines may stand in a box of its own. */
const LOOSE = 1.1;
const BOXED = 2;
const SAME_SIZE_PT = 0.5;
const MIN_WORDS = 3;
const ENDS_SENTENCE = /[.?!:…。？！：؟]["”’)\]]*$/u;

/** How far paragraphs of the document are from each other, most often; undefined where there are too few to tell. */
export function usualGap(pages: readonly PageMargins[]): number | undefined {
  const gaps = pages.flatMap(({ paragraphGaps }) => paragraphGaps).sort((a, b) => a - b);
  return gaps.length < MIN_GAPS ? undefined : gaps[gaps.length >> 1];
}

/** Of some lines of a page, those that stand apart from its text, each with those further out that run on with it; at each edge from the text outwards. */
export function lineGroups(
  lines: ReadonlySet<MarginLine>,
  page: ReadonlyMap<number, MarginLine>,
): LineGroup[] {
  const sorted = [...page.values()].sort((a, b) => a.y - b.y);
  const from = (outward: readonly MarginLine[], kind: MarginLine['kind']): LineGroup[] => {
    const own = outward.filter((line) => line.kind === kind);
    const groups: MarginLine[][] = [];
    for (const [at, line] of own.entries()) {
      if (!lines.has(line)) continue;
      const inner = own[at - 1];
      // What runs on with a line that stands apart itself is of the same header.
      if (!line.runsOn) groups.push([line]);
      else if (inner !== undefined && groups.at(-1)?.at(-1) === inner) groups.at(-1)?.push(line);
    }
    return groups.map((group) => ({ lines: group, enclosed: own.at(-1) !== group.at(-1) }));
  };
  return [...from(sorted, 'Header'), ...from(sorted.toReversed(), 'Footer')];
}

/**
 * For each page, whether its text goes on from the page before in the middle of a sentence: what stands between at the edges of both pages is
 * no part of it.
 *
 * @param pages the lines near the edges of each page
 * @param known those of them that may be headers or footers
 */
export function goingOn(
  pages: readonly PageMargins[],
  known: readonly ReadonlySet<MarginLine>[],
): readonly boolean[] {
  const edge = (at: number, kind: MarginLine['kind']): MarginLine | undefined => {
    const out = kind === 'Header' ? 1 : -1;
    const own = (pages[at]?.lines ?? []).filter((line) => line.kind === kind);
    const ends = own.flatMap((line) => (known[at]?.has(line) === true ? [line.y * out] : []));
    const innermost = ends.reduce((least, end) => Math.min(least, end), Number.POSITIVE_INFINITY);
    const text = own.filter(({ y }) => y * out < innermost).sort((a, b) => (b.y - a.y) * out);
    return text[0]?.setAsText === true ? text[0] : undefined;
  };
  return pages.map((_, at) => {
    const [last, first] = [edge(at - 1, 'Footer'), edge(at, 'Header')];
    return last !== undefined && first !== undefined && isUnfinished(last.text, first.text);
  });
}

/**
 * Whether lines at the edge of a page are of its text: set as it is, no further from it than its paragraphs are from each other, and
 * sentences, or below something else; or sentences that go on over lines.
 *
 * @param gap how far paragraphs are from each other
 */
export function isBody({ lines, enclosed }: LineGroup, gap: number | undefined, bodySize: number): boolean {
  const read = lines[0]?.kind === 'Header' ? lines.toReversed() : lines;
  const [inner, last] = [lines[0], read.at(-1)];
  if (gap === undefined || inner?.gap === undefined || !last?.setAsText) return false;
  if (lines.some(({ size }) => Math.abs(size - bodySize) > SAME_SIZE_PT)) return false;
  const words = read.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
  const isSentence = words >= MIN_WORDS && ENDS_SENTENCE.test(last.text.trimEnd());
  const wraps = read.some(({ text }, at) => isUnfinished(read[at - 1]?.text ?? '.', text));
  return (
    (inner.gap <= gap * LOOSE && (isSentence || enclosed)) ||
    (inner.gap <= gap * BOXED && isSentence && wraps)
  );
}
