import type { RunningText } from '../../tagging/page-plan.ts';
import type { PageText } from '../../text/page-text.ts';
import { FIRST_YEAR, type MarginLine } from './margin-lines.ts';

/** How far away the page with the same line may be: facing pages have headers of their own. */
const NEIGHBOURS = [1, -1, 2, -2];
const SAME_PLACE_PT = 4;
const LARGEST = 1.1;
const PAGE_NUMBER = /^(?:page|seite|p\.|[-–—|\s])*(?:#|[ivxlc]+)(?:(?:\s|of|von|sur|de|\/)*#)?[-–—|.\s]*$/i;
/** Nothing but a number: of the page, or a cell of a table that happens to stand there. */
const ONLY_NUMBER = '#';
/** So much of a document in a face of fixed pitch is text, where it is larger than the rest. */
const FIXED_TEXT_SHARE = 0.25;
/** Of a document without text. */
const DEFAULT_SIZE = 10;
/** An item of a list that comes back is one by chance. */
const ITEM = /^[•◦‣▪■□●○]/;

/** A line, and what it is on its page. */
interface Candidate {
  readonly line: MarginLine;
  readonly isPageNumber: boolean;
  /** Lines of pages nearby that say the same at the same place. */
  readonly twins: readonly MarginLine[];
}

/**
 * Lines that come back at the same place on pages nearby, apart from the text, and page numbers that stand outermost. Numbers in
 * them may differ as far as they count pages: others are what the pages say.
 *
 * @param bodySize size of the document's running text: what is larger at the head of a page is a heading, even if each page
 *   has one; at its foot there is nothing that it could head
 */
export function findRunningText(
  pages: readonly (readonly MarginLine[])[],
  bodySize: number,
): RunningText[][] {
  const places = pages.map((lines) => new Map(lines.map((line) => [line.y, line])));
  const found = pages.map((lines, index) =>
    lines.flatMap((line) => candidateOf(line, index, places, bodySize) ?? []),
  );
  const apart = new Set(
    found.flatMap((candidates, index) => apartOf(candidates, places[index] ?? new Map())),
  );
  return found.map((candidates) =>
    candidates
      .filter(
        ({ line, twins, isPageNumber }) => isPageNumber || [line, ...twins].some((each) => apart.has(each)),
      )
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
    near(places[index + step], line.y).filter(
      (other) => other.kind === line.kind && comesBack(line, other, step, isPageNumber),
    ),
  );
  const alone = places.length > 1 && line.outermost && isPageNumber;
  if (twins.length === 0 && !(alone && (line.key !== ONLY_NUMBER || line.number === index + 1)))
    return undefined;
  return { line, twins, isPageNumber };
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
  if (line.outermost && other.outermost && counts(line, other, step)) return true;
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

/** Of the lines of a page that come back, those that stand apart from its text, and those further out. */
function apartOf(candidates: readonly Candidate[], page: ReadonlyMap<number, MarginLine>): MarginLine[] {
  const lines = new Set(candidates.map(({ line }) => line));
  const sorted = [...page.values()].sort((a, b) => a.y - b.y);
  const from = (outward: readonly MarginLine[], kind: MarginLine['kind']): MarginLine[] => {
    const apart: MarginLine[] = [];
    let inner: MarginLine | undefined;
    for (const line of outward) {
      if (line.kind !== kind) continue;
      // What runs on with a line that stands apart itself is of the same header.
      if (lines.has(line) && (!line.runsOn || (inner !== undefined && apart.at(-1) === inner)))
        apart.push(line);
      inner = line;
    }
    return apart;
  };
  return [...from(sorted, 'Header'), ...from(sorted.toReversed(), 'Footer')];
}

/**
 * The size that most of the text is set in.
 *
 * @param typewritten half or more of it is in a face of fixed pitch, which says nothing of what is a listing then
 */
export function bodySizeOf(pages: readonly PageText[], typewritten: boolean): number {
  const [texts, listings] = [new Map<number, number>(), new Map<number, number>()];
  for (const { fragments } of pages)
    for (const { size, text, pitch } of fragments) {
      const weight = pitch !== undefined && !typewritten ? listings : texts;
      const rounded = Math.round(size * 2) / 2;
      weight.set(rounded, (weight.get(rounded) ?? 0) + text.length);
    }
  const all = [...texts.values(), ...listings.values()].reduce((sum, count) => sum + count, 0);
  const [[size, count], [fixedSize, fixedCount]] = [mostOf(texts), mostOf(listings)];
  // Listings are often set smaller than the text; what is larger, and much, is a text itself below small print.
  const isText = count === 0 || (fixedSize > size && fixedCount >= all * FIXED_TEXT_SHARE);
  return (isText ? fixedSize : size) || DEFAULT_SIZE;
}

function mostOf(weight: ReadonlyMap<number, number>): readonly [size: number, characters: number] {
  return [...weight].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0, 0];
}
