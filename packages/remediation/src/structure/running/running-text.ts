import type { RunningText } from '../../tagging/page-plan.ts';
import { goingOn, isBody, lineGroups, usualGap } from './body-edges.ts';
import { FIRST_YEAR, type MarginLine, type PageMargins } from './margin-lines.ts';

/** How far away the page with the same line may be: facing pages have headers of their own. */
const NEIGHBOURS = [1, -1, 2, -2];
const SAME_PLACE_PT = 4;
const LARGEST = 1.1;
const PAGE_NUMBER = /^(?:page|seite|p\.|[-–—|\s])*(?:#|[ivxlc]+)(?:(?:\s|of|von|sur|de|\/)*#)?[-–—|.\s]*$/i;
/** Nothing but a number: of the page, or a cell of a table that happens to stand there. */
const ONLY_NUMBER = '#';
/** An item of a list that comes back is one by chance. */
const ITEM = /^[•◦‣▪■□●○]/;

/** Of the lines of a page so many come back on another that is filled in from the same text: that its edges come back says nothing. */
const SAME_BODY_SHARE = 0.5;
const MIN_BODY_LINES = 3;

/** A line, and what it is on its page. */
interface Candidate {
  readonly line: MarginLine;
  readonly isPageNumber: boolean;
  /** Lines of pages nearby that say the same at the same place. */
  readonly twins: readonly Twin[];
}

interface Twin {
  readonly line: MarginLine;
  /** How many pages further on. */
  readonly step: number;
  /** Their numbers count pages. */
  readonly counts: boolean;
}

/**
 * Lines that come back at the same place on pages nearby, apart from the text, and page numbers that stand outermost. Numbers in
 * them may differ as far as they count pages: others are what the pages say. So is what is set and spaced like the text, stands where
 * the text of most pages nearby does, or comes back because all of its page does.
 *
 * @param bodySize size of the document's running text: what is larger at the head of a page is a heading, even if each page
 *   has one; at its foot there is nothing that it could head
 */
export function findRunningText(pages: readonly PageMargins[], bodySize: number): RunningText[][] {
  const places = pages.map(({ lines }) => new Map(lines.map((line) => [line.y, line])));
  const all = pages.map(({ lines }, index) =>
    lines.flatMap((line) => candidateOf(line, index, places, bodySize) ?? []),
  );
  const found = withEvidence(all, pages);
  const gap = usualGap(pages);
  const apart = new Set<MarginLine>();
  const known = found.map((candidates) => new Set(candidates.map(({ line }) => line)));
  const goesOn = goingOn(pages, known);
  for (const [index, lines] of known.entries()) {
    const ended = new Set<MarginLine['kind'] | undefined>();
    for (const group of lineGroups(lines, places[index] ?? new Map())) {
      const kind = group.lines[0]?.kind;
      const interrupts = goesOn[kind === 'Header' ? index : index + 1] === true;
      // What stands further out than a header or footer is no text, however near to it.
      if (!interrupts && !ended.has(kind) && isBody(group, gap, bodySize)) continue;
      ended.add(kind);
      for (const line of group.lines) apart.add(line);
    }
  }
  // What stands as near to the text as a paragraph on one page, and further away on another, is no part of it.
  const running = spread(found, ({ line, isPageNumber }) => isPageNumber || apart.has(line));
  return found.map((candidates) =>
    candidates
      .filter(({ line }) => running.has(line))
      .flatMap(({ line: { kind, fragments } }) => fragments.map((fragment) => ({ kind, fragment }))),
  );
}

function candidateOf(
  line: MarginLine,
  index: number,
  places: readonly ReadonlyMap<number, MarginLine>[],
  bodySize: number,
): Candidate | undefined {
  if (line.kind === 'Header' && line.size > bodySize * LARGEST) return undefined;
  if (!line.inMargin && !(line.outermost && line.number !== undefined)) return undefined;
  if (ITEM.test(line.key)) return undefined;
  const isPageNumber = PAGE_NUMBER.test(line.key);
  const twins = NEIGHBOURS.flatMap((step) =>
    near(places[index + step], line.y).flatMap((other): Twin[] => {
      const counted = line.outermost && other.outermost && counts(line, other, step);
      return other.kind === line.kind && (counted || comesBack(line, other, step, isPageNumber))
        ? [{ line: other, step, counts: counted || isPageNumber }]
        : [];
    }),
  );
  const alone = places.length > 1 && line.outermost && isPageNumber;
  if (twins.length === 0 && !(alone && (line.key !== ONLY_NUMBER || line.number === index + 1)))
    return undefined;
  return { line, twins, isPageNumber };
}

/** Those that do not come back by chance: as the first or last line of a text does, or as all of a letter does that goes to many. */
function withEvidence(
  pages: readonly (readonly Candidate[])[],
  margins: readonly PageMargins[],
): Candidate[][] {
  const reaches = pages.map((candidates, index) => reachOf(candidates, margins[index]));
  const left = pages.map((candidates, index) =>
    candidates.flatMap((candidate): Candidate[] => {
      const reachesBeyond = (step: number): boolean =>
        margins[index + step]?.height === margins[index]?.height &&
        isBeyond(reaches[index + step], candidate.line);
      const twins = candidate.twins.filter(
        ({ counts: counted, step }) => counted || Math.abs(step) < 2 || !reachesBeyond(step / 2),
      );
      const beyond = NEIGHBOURS.filter(reachesBeyond).length;
      const isThere =
        candidate.isPageNumber || twins.some((twin) => twin.counts) || twins.length >= Math.max(1, beyond);
      return isThere ? [{ ...candidate, twins }] : [];
    }),
  );
  const evident = spread(
    left,
    ({ twins, isPageNumber }, index) =>
      isPageNumber ||
      twins.some((twin) => twin.counts || !isSameBody(margins[index], margins[index + twin.step])),
  );
  return left.map((candidates) => candidates.filter(({ line }) => evident.has(line)));
}

/** Lines that something is known of, and those that come back with them: from page to page. */
function spread(
  pages: readonly (readonly Candidate[])[],
  isKnown: (candidate: Candidate, index: number) => boolean,
): ReadonlySet<MarginLine> {
  const known = new Set<MarginLine>();
  const mark = (candidates: readonly Candidate[], index: number): void => {
    for (const candidate of candidates)
      if (isKnown(candidate, index) || candidate.twins.some(({ line }) => known.has(line)))
        known.add(candidate.line);
  };
  for (const [index, candidates] of pages.entries()) mark(candidates, index);
  for (const [index, candidates] of [...pages.entries()].reverse()) mark(candidates, index);
  return known;
}

/** How far up and down the text of a page goes, as far as it is no line that comes back. */
function reachOf(
  candidates: readonly Candidate[],
  page: PageMargins | undefined,
): { readonly top: number; readonly bottom: number } {
  const own = new Set(candidates.map(({ line }) => line));
  let [top, bottom] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const line of page?.lines ?? []) {
    if (line.runsOn !== true || own.has(line)) continue;
    if (line.kind === 'Header') top = Math.max(top, line.y);
    else bottom = Math.min(bottom, line.y);
  }
  return { top, bottom };
}

function isBeyond(reach: ReturnType<typeof reachOf> | undefined, { kind, y }: MarginLine): boolean {
  if (!reach) return false;
  return kind === 'Header' ? reach.top > y - SAME_PLACE_PT : reach.bottom < y + SAME_PLACE_PT;
}

/** Whether two pages say the same between their margins, but for some of it. */
function isSameBody(page: PageMargins | undefined, other: PageMargins | undefined): boolean {
  if (!page || !other || page.body.size < MIN_BODY_LINES) return false;
  let same = 0;
  for (const [y, digest] of page.body)
    if ([y, y - 1, y + 1].some((at) => other.body.get(at) === digest)) same++;
  return same >= page.body.size * SAME_BODY_SHARE;
}

/** The lines of a page at a height. */
function near(lines: ReadonlyMap<number, MarginLine> | undefined, y: number): MarginLine[] {
  const found: MarginLine[] = [];
  for (let at = y - SAME_PLACE_PT + 1; at < y + SAME_PLACE_PT; at++) {
    const line = lines?.get(at);
    if (line) found.push(line);
  }
  return found;
}

function comesBack(line: MarginLine, other: MarginLine, step: number, isPageNumber: boolean): boolean {
  if (line.key === ONLY_NUMBER) return false;
  return saysTheSame(line, other, step) || (isPageNumber && PAGE_NUMBER.test(other.key));
}

/** Whether two lines hold the numbers of their pages, whatever else they hold. */
function counts(line: MarginLine, other: MarginLine, step: number): boolean {
  const isCount = (number: number | undefined, twin: number | undefined): boolean =>
    number !== undefined && twin !== undefined && twin - number === step;
  // Above pages a number opens a header that comes back, or the names of what stands below them.
  if (line.kind === 'Header' && line.opensWithNumber && line.key !== other.key) return false;
  if (!countsOthers(line)) return isCount(line.number, other.number);
  // In a footer a year may stand behind the number of its page.
  const { leading = FIRST_YEAR, kind } = line;
  return kind === 'Footer' && leading < FIRST_YEAR && isCount(leading, other.leading);
}

/** Whether words are behind which a number is no page's: above a page they name what is below, as "Room 12" does. */
function countsOthers({ number = 0, kind, numbered }: MarginLine): boolean {
  return numbered && (kind === 'Header' || number >= FIRST_YEAR);
}

/** Whether two lines say the same, but for numbers that count pages. */
function saysTheSame(line: MarginLine, other: MarginLine, step: number): boolean {
  if (line.key !== other.key) return false;
  if (countsOthers(line) && ownNumber(line) !== ownNumber(other)) return false;
  return line.numbers.every((number, at) => {
    const twin = other.numbers[at];
    return twin === number || Number(twin) - Number(number) === step;
  });
}

/** The number of a name: what it ends or begins with, with a point or without. */
function ownNumber({ number, numbers, key }: MarginLine): number {
  return number ?? Number(key.startsWith('#') ? numbers[0] : numbers.at(-1));
}
