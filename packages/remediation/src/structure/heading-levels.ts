import type { OutlineEntry } from '../pdf/outline.ts';
import type { DraftBlock } from './draft-blocks.ts';
import { namesWhatIsCounted } from './figures/captions.ts';
import { follows } from './section-numbers.ts';
import { plainText } from './types.ts';

/** Text this much larger than the body is a heading. */
const HEADING_SCALE = 1.15;
const MAX_HEADING_CHARACTERS = 200;
const MAX_HEADING_LINES = 3;
const MAX_SENTENCE_HEADING_CHARACTERS = 40;
const MAX_BOLD_HEADING_CHARACTERS = 90;
/** Headings far down are smaller than the text, but not more so. */
const MIN_HEADING_SCALE = 0.66;

/** Numbering is believed from this many numbered headings on. */
const MIN_NUMBERED = 3;
/** At least this share of the highest numbers follow each other. */
const COUNTED_SHARE = 0.7;
/** Lines of a title page: larger than the first numbered heading and before it. */
const MAX_TITLE_LINES = 4;
const NUMBERED = /^(\d{1,3}(?:\.\d{1,3})*)[.)]?\s+\p{L}/u;

/** A block that looks like a heading, or that the outline says is one. */
interface Candidate {
  readonly draft: DraftBlock;
  /** Larger for larger text; undefined when only the outline names it. */
  readonly size: number | undefined;
  /** Depth in the outline, from 1. */
  readonly outlined: number | undefined;
  /** The numbers that stand before its text. */
  readonly numbers: readonly number[] | undefined;
}

/**
 * Which blocks are headings, and of which level: the outline's where it names them; else by how deep they are numbered,
 * where a document numbers its headings; else by size. A level is never skipped on the way down.
 *
 * @param bodySize size that most of the document's text is set in, tables included
 * @returns level, from 1 to 6, by block
 */
export function headingLevels(
  drafts: readonly DraftBlock[],
  outline: readonly OutlineEntry[],
  bodySize: number,
): Map<DraftBlock, number> {
  const candidates = candidatesOf(drafts, outline, bodySize);
  const sizes = [...new Set(candidates.flatMap(({ size }) => size ?? []))].sort((a, b) => b - a);
  const numbered = believesNumbers(candidates);
  const stated = ({ outlined, numbers }: Candidate): number | undefined =>
    outlined ?? (numbered ? numbers?.length : undefined);
  const bySize = levelsBySize(candidates, sizes, stated);
  const levels = new Map<DraftBlock, number>();
  let level = 0;
  for (const candidate of candidates) {
    const own = stated(candidate) ?? bySize.get(candidate.size ?? 0) ?? level;
    level = Math.max(1, Math.min(own, level + 1, 6));
    levels.set(candidate.draft, level);
  }
  return levels;
}

function candidatesOf(
  drafts: readonly DraftBlock[],
  outline: readonly OutlineEntry[],
  body: number,
): Candidate[] {
  const bodyIsBold = drafts.filter((draft) => draft.bold).reduce((sum, draft) => sum + draft.characters, 0);
  const all = drafts.reduce((sum, draft) => sum + draft.characters, 0);
  const boldStandsOut = bodyIsBold < all * 0.5;
  const counted = countedHeadings(drafts, body);
  const entries = new Map<string, OutlineEntry[]>();
  for (const entry of outline) {
    const key = squeezed(entry.title);
    const same = entries.get(key);
    if (same) same.push(entry);
    else entries.set(key, [entry]);
  }
  return drafts.flatMap((draft, at): Candidate[] => {
    if (draft.object || plainText(draft.content).trim() === '') return [];
    const beside = [drafts[at - 1], drafts[at + 1]].some((other) => canBeNamed(other, draft));
    const size = headingSize(draft, body, boldStandsOut, beside) ?? (counted.has(draft) ? 0 : undefined);
    const named =
      draft.lines <= MAX_HEADING_LINES && !draft.table
        ? entries.get(squeezed(plainText(draft.content)))
        : undefined;
    const entry =
      named?.find(({ page }) => page === draft.page) ??
      (size === undefined ? undefined : named?.find(({ page }) => page === undefined));
    if (size === undefined && !entry) return [];
    return [{ draft, size, outlined: entry?.depth, numbers: numbersOf(draft) }];
  });
}

/** Whether a block right before or behind another is one that has a name: a table, a figure, a listing. */
function canBeNamed(block: DraftBlock | undefined, { page }: DraftBlock): boolean {
  return block?.page === page && (block.object !== undefined || block.table || block.listing !== undefined);
}

function numbersOf({ content }: DraftBlock): readonly number[] | undefined {
  return NUMBERED.exec(plainText(content))?.[1]?.split('.').map(Number);
}

/** Lines in bold behind numbers of parts that count on from each other, also those that are smaller than the text. */
function countedHeadings(drafts: readonly DraftBlock[], body: number): Set<DraftBlock> {
  const numbered = drafts.flatMap((draft) => {
    const { bold, lines, characters, size, object, table } = draft;
    const fits = lines === 1 && characters <= MAX_BOLD_HEADING_CHARACTERS && size >= body * MIN_HEADING_SCALE;
    const numbers = bold && fits && !object && !table ? numbersOf(draft) : undefined;
    return numbers ? [{ draft, numbers }] : [];
  });
  return new Set(
    numbered.flatMap(({ draft, numbers }, at) => {
      const [before, after] = [numbered[at - 1]?.numbers, numbered[at + 1]?.numbers];
      const counts = (before && follows(numbers, before)) || (after && follows(after, numbers));
      return counts && Math.max(numbers.length, before?.length ?? 0, after?.length ?? 0) > 1 ? [draft] : [];
    }),
  );
}

/** Outlines leave numbers out as often as not. */
function squeezed(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/^\s*(?:\d{1,3}\.)*\d{0,3}\s+/, '')
    .replace(/\s+/g, '')
    .toLowerCase();
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

function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}

/** The size that ranks a heading, or undefined for what is none. Bold text at body size ranks below all others. */
function headingSize(
  draft: DraftBlock,
  body: number,
  boldStandsOut: boolean,
  besideNamed: boolean,
): number | undefined {
  const text = plainText(draft.content);
  if (draft.table || draft.characters < 2 || !/\p{L}/u.test(text)) return undefined;
  if (draft.lines > MAX_HEADING_LINES || draft.characters > MAX_HEADING_CHARACTERS) return undefined;
  if (draft.marker?.kind === 'bullet') return undefined;
  // A sentence in large letters opens a text: it heads nothing.
  if (!draft.bold && draft.characters > MAX_SENTENCE_HEADING_CHARACTERS && /[.;,]$/.test(text.trim()))
    return undefined;
  if (draft.size >= body * HEADING_SCALE) return rounded(draft.size);
  if (draft.listing) return undefined;
  // In bold, but named for what stands beside it.
  if (besideNamed && namesWhatIsCounted(text.trim())) return undefined;
  const short = draft.lines === 1 && draft.characters <= MAX_BOLD_HEADING_CHARACTERS;
  const stands = boldStandsOut && draft.bold && draft.size >= body * 0.97 && !/[.,;:!]$/.test(text);
  return short && stands ? 0 : undefined;
}
