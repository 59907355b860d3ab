import type { OutlineEntry } from '../../pdf/outline.ts';
import type { DraftBlock } from '../draft-blocks.ts';
import { depthsInContents, type ListedDepths, opensContents } from './contents-depths.ts';
import { findTitle } from './document-title.ts';
import { type Candidate, candidatesOf, styleOf } from './heading-candidates.ts';
import { levelsAboveChapters } from './parts.ts';
import { follows } from './section-numbers.ts';

/** Numbering is believed from this many numbered headings on. */
const MIN_NUMBERED = 3;
/** At least this share of the highest numbers follow each other. */
const COUNTED_SHARE = 0.7;
/** Lines of a title page: larger than the first numbered heading and before it. */
const MAX_TITLE_LINES = 4;
const MAX_LEVEL = 6;
/** Numbers of steps and questions between two parts, at most. */
const MAX_STRAYS = 12;

export interface Headings {
  /** From 1 to 6. */
  readonly levels: ReadonlyMap<DraftBlock, number>;
  /** The lines of the document's title, where it is set apart from the headings; they are none. */
  readonly title: readonly DraftBlock[];
}

/**
 * Which blocks are headings, and of which level: the outline's where it names them; else the printed table of contents'; else by
 * how deep they are numbered, where a document numbers its headings, below its parts; else by size. A level is never skipped on the way down,
 * and headings of one depth are of one level wherever those between are missing. A title that is set apart is none of them.
 *
 * @param drafts all blocks that are not sideways, the entries of tables of contents among them
 * @param bodySize size that most of the document's text is set in, tables included
 */
export function findHeadings(
  drafts: readonly DraftBlock[],
  outline: readonly OutlineEntry[],
  bodySize: number,
): Headings {
  const texts = drafts.filter(({ contents }) => !contents);
  const all = withoutStrayNumbers(candidatesOf(texts, outline, bodySize));
  const listed = depthsInContents(drafts, all);
  const opening = opensContents(drafts, all);
  const title = findTitle({ drafts, candidates: all, bodySize, opening, listed, counts: believesNumbers });
  const apart = new Set([...title.lines, ...title.others]);
  const candidates = all.filter(({ draft }) => !apart.has(draft));
  const chapters = candidates.filter(({ draft }) => !opening.has(draft));
  const sizes = [...new Set(chapters.flatMap(({ size }) => size ?? []))].sort((a, b) => b - a);
  const numbered = believesNumbers(candidates);
  const above = numbered ? levelsAboveChapters(candidates) : 0;
  const stated = ({ draft, outlined, numbers, chapter }: Candidate): number | undefined =>
    outlined ??
    listed.depths.get(draft)?.depth ??
    (listed.belowTitle && draft === candidates[0]?.draft ? 1 : undefined) ??
    (numbered && (chapter || numbers) ? above + (chapter ? 1 : (numbers?.length ?? 1)) : undefined);
  const bySize = levelsBySize(chapters, sizes, stated);
  const least = leastDepths(candidates, listed, numbered ? above : undefined);
  const depthOf = (candidate: Candidate): number | undefined => {
    const own = stated(candidate);
    if (own !== undefined || opening.has(candidate.draft)) return own;
    return Math.max(bySize.get(candidate.size ?? 0) ?? 1, least.get(candidate) ?? 1);
  };
  // What a table of contents is below is a part of the document as its chapters are.
  const top = chapters.slice(title.lines.length > 0 || chapters.length === 1 ? 0 : 1).map(depthOf);
  const highest = top.reduce<number>((least, depth) => Math.min(least, depth ?? least), Infinity);
  const levels = new Map<DraftBlock, number>();
  const open: { depth: number; level: number }[] = [];
  let level = 0;
  for (const candidate of candidates) {
    const known = stated(candidate);
    const depth = known ?? depthOf(candidate) ?? (highest === Infinity ? 1 : highest);
    while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= depth) open.pop();
    // What is only smaller than what it is below is one level below that.
    level = Math.min(known === undefined ? (open.at(-1)?.level ?? 0) + 1 : known, level + 1, MAX_LEVEL);
    open.push({ depth, level });
    levels.set(candidate.draft, level);
  }
  return { levels, title: title.lines };
}

/** Numbers between 3.6.3 and 3.6.4 that are of no part of 3.6.3 count steps or questions there, and say nothing of depth. */
function withoutStrayNumbers(candidates: readonly Candidate[]): readonly Candidate[] {
  const numbered = candidates.filter(({ numbers }) => numbers !== undefined);
  const strays = new Set<Candidate>();
  for (const [at, { numbers: before = [] }] of numbered.entries()) {
    const later = numbered.slice(at + 1, at + 2 + MAX_STRAYS);
    const next = later.findIndex(
      ({ numbers = [] }) => numbers.length === before.length && follows(numbers, before),
    );
    // Chapters, which are counted by one number, look like steps.
    if (before.length < 2 || next === -1) continue;
    for (const each of later.slice(0, next))
      if (!before.every((number, depth) => each.numbers?.[depth] === number)) strays.add(each);
  }
  return candidates.map((each) => (strays.has(each) ? { ...each, numbers: undefined } : each));
}

/**
 * How deep headings are at least that nothing states of: between 3.6.3 and 3.6.4 all is of 3.6; and what a table of contents leaves
 * out between two entries is of the first of them, or its equal.
 */
function leastDepths(
  candidates: readonly Candidate[],
  { depths }: ListedDepths,
  above: number | undefined,
): ReadonlyMap<Candidate, number> {
  const least = new Map<Candidate, number>();
  const raise = (between: readonly Candidate[], depth: (candidate: Candidate) => number): void => {
    for (const each of between) least.set(each, Math.max(least.get(each) ?? 1, depth(each)));
  };
  for (const { before, between, after } of gaps(candidates, ({ draft }) => depths.has(draft))) {
    const [one, next] = [depths.get(before.draft), depths.get(after.draft)];
    if (one && next?.place === one.place + 1)
      raise(between, ({ draft }) => one.depth + (styleOf(draft) === styleOf(before.draft) ? 0 : 1));
  }
  if (above !== undefined)
    for (const { before, between, after } of gaps(candidates, ({ numbers }) => numbers !== undefined)) {
      const [one = [], next = []] = [before.numbers, after.numbers];
      const different = one.findIndex((number, at) => number !== next[at]);
      const shared = Math.min(different === -1 ? one.length : different, next.length - 1);
      // Between two chapters anything may stand, a part too.
      if (shared > 0) raise(between, () => above + shared + 1);
    }
  return least;
}

/** What stands between each two that follow each other of those that are named. */
function gaps(
  candidates: readonly Candidate[],
  isNamed: (candidate: Candidate) => boolean,
): { before: Candidate; between: Candidate[]; after: Candidate }[] {
  const found: { before: Candidate; between: Candidate[]; after: Candidate }[] = [];
  let before: Candidate | undefined;
  let between: Candidate[] = [];
  for (const candidate of candidates) {
    if (!isNamed(candidate)) between.push(candidate);
    else {
      if (before && between.length > 0) found.push({ before, between, after: candidate });
      before = candidate;
      between = [];
    }
  }
  return found;
}

/** Whether the numbers before headings say how deep they are, and are not those of dates, questions or steps. */
function believesNumbers(candidates: readonly Candidate[]): boolean {
  const numbered = candidates.filter(({ numbers }) => numbers !== undefined);
  if (numbered.length < MIN_NUMBERED) return false;
  // Parts of parts that count on from each other are that, whatever stands between them.
  const parts = numbered.filter(({ numbers = [] }, at) => follows(numbers, numbered[at - 1]?.numbers ?? []));
  const deep = parts.some(({ numbers = [] }) => numbers.length > 1);
  if (deep && parts.length >= numbered.length * COUNTED_SHARE) return true;
  const top = numbered.reduce((least, { numbers = [] }) => Math.min(least, numbers.length), Infinity);
  const highest = numbered.filter(({ numbers = [] }) => numbers.length === top);
  // The chapters above have their numbers elsewhere; what does not count on are hours and dates.
  if (top > 1) return parts.length * 2 >= numbered.length - 1;
  const counted = highest.filter(
    ({ numbers = [] }, at) => (numbers[0] ?? 0) - (highest[at - 1]?.numbers?.[0] ?? 0) === 1,
  );
  if (counted.length < highest.length * COUNTED_SHARE) return false;
  // What is larger than the highest numbered headings can only be the title.
  const first = candidates.findIndex(({ numbers }) => numbers !== undefined);
  const largest = numbered.reduce((most, { size = 0 }) => Math.max(most, size), 0);
  const above = candidates.flatMap(({ size, numbers }, at) =>
    numbers === undefined && (size ?? 0) > largest ? [at] : [],
  );
  return above.length <= MAX_TITLE_LINES && above.every((at) => at < first);
}

/** A level for each size: what most headings of the size state, else one below the next larger size. */
function levelsBySize(
  candidates: readonly Candidate[],
  sizes: readonly number[],
  stated: (candidate: Candidate) => number | undefined,
): Map<number, number> {
  const bySize = Map.groupBy(candidates, ({ size }) => size);
  const said = sizes.map((size) => mostCommon(bySize.get(size)?.flatMap((each) => stated(each) ?? []) ?? []));
  const first = said.findIndex((level) => level !== undefined);
  const levels = new Map<number, number>();
  let level = 0;
  for (const [index, size] of sizes.entries()) {
    const own = said[index];
    if (own !== undefined) level = own;
    else if (index < first) level = Math.max(1, (said[first] ?? 1) - (first - index));
    else level += 1;
    levels.set(size, level);
  }
  return levels;
}

function mostCommon(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
}
