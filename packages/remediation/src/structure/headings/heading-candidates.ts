import type { OutlineEntry } from '../../pdf/outline.ts';
import type { DraftBlock } from '../draft-blocks.ts';
import { namesWhatIsCounted } from '../figures/captions.ts';
import { plainText } from '../types.ts';
import { italicHeadings } from './italic-headings.ts';
import { follows } from './section-numbers.ts';
import { sectionSigns } from './section-signs.ts';

/** Text this much larger than the body is a heading. */
const HEADING_SCALE = 1.15;
const MAX_HEADING_CHARACTERS = 200;
const MAX_HEADING_LINES = 3;
const MAX_SENTENCE_HEADING_CHARACTERS = 40;
const MAX_BOLD_HEADING_CHARACTERS = 90;
/** Headings far down are smaller than the text, but not more so. */
const MIN_HEADING_SCALE = 0.66;

/** The parts of an appendix are counted behind its letter. */
const NUMBERED = /^((?:\d{1,3}|[A-Z](?=\.\d))(?:\.\d{1,3})*)[.)]?\s+\p{L}/u;
const FIRST_LETTER = 1000;
/** Below what is in bold. */
const ITALIC_SIZE = -1;
const CHAPTER = /^\p{L}+\s+(\d{1,3}|[A-Z])(?:[.:–—-]?\s|[.:]?$)/u;

/** A block that looks like a heading, or that the outline says is one. */
export interface Candidate {
  readonly draft: DraftBlock;
  /** Larger for larger text; undefined when only the outline names it. */
  readonly size: number | undefined;
  /** Depth in the outline, from 1. */
  readonly outlined: number | undefined;
  /** The numbers that stand before its text. */
  readonly numbers: readonly number[] | undefined;
  /** A word and the number that the sections below it begin with: "Chapter 3". */
  readonly chapter: boolean;
}

/** What looks like a heading, in the order of the document. */
export function candidatesOf(
  drafts: readonly DraftBlock[],
  outline: readonly OutlineEntry[],
  body: number,
): Candidate[] {
  const bodyIsBold = drafts.filter((draft) => draft.bold).reduce((sum, draft) => sum + draft.characters, 0);
  const all = drafts.reduce((sum, draft) => sum + draft.characters, 0);
  const boldStandsOut = bodyIsBold < all * 0.5;
  const counted = countedHeadings(drafts, body);
  const slanted = italicHeadings(drafts, body);
  const signs = sectionSigns(drafts, body);
  const entries = new Map<string, OutlineEntry[]>();
  for (const entry of outline) {
    const key = squeezed(entry.title);
    const same = entries.get(key);
    if (same) same.push(entry);
    else entries.set(key, [entry]);
  }
  const found = drafts.flatMap((draft, at): Candidate[] => {
    if (draft.object || plainText(draft.content).trim() === '') return [];
    const beside = [drafts[at - 1], drafts[at + 1]].some((other) => canBeNamed(other, draft));
    const size =
      headingSize(draft, body, boldStandsOut, beside) ??
      (signs.has(draft) ? signSize(draft, body) : undefined) ??
      (counted.has(draft) ? 0 : slanted.has(draft) ? ITALIC_SIZE : undefined);
    const named =
      draft.lines <= MAX_HEADING_LINES && !draft.table
        ? entries.get(squeezed(plainText(draft.content)))
        : undefined;
    const entry =
      named?.find(({ page }) => page === draft.page) ??
      (size === undefined ? undefined : named?.find(({ page }) => page === undefined));
    if (size === undefined && !entry) return [];
    return [{ draft, size, outlined: entry?.depth, numbers: numbersOf(draft), chapter: false }];
  });
  return withChapters(found);
}

/** Takes a word with a number for a chapter where the sections that follow are its parts, and those before are not, but for a page's head. */
function withChapters(candidates: readonly Candidate[]): Candidate[] {
  const result: Candidate[] = [];
  let next: readonly number[] = [];
  const before = candidates.map(() => undefined as readonly number[] | undefined);
  let last: readonly number[] | undefined;
  for (const [at, { numbers }] of candidates.entries()) {
    before[at] = last;
    last = numbers ?? last;
  }
  for (const [at, candidate] of [...candidates.entries()].reverse()) {
    const own = candidate.numbers ? undefined : chapterNumber(candidate.draft);
    const opens = own !== undefined && next.length > 1 && next[0] === own;
    const chapter = opens && (before[at]?.[0] !== own || before[at]?.join() === next.join());
    result.push(chapter ? { ...candidate, chapter } : candidate);
    next = candidate.numbers ?? next;
  }
  return result.reverse();
}

function chapterNumber({ content }: DraftBlock): number | undefined {
  const text = plainText(content).trim();
  const [, number] = CHAPTER.exec(text) ?? [];
  return number === undefined || namesWhatIsCounted(text) ? undefined : numberOf(number);
}

function numberOf(part: string): number {
  return /\d/.test(part) ? Number(part) : FIRST_LETTER + part.charCodeAt(0);
}

/** Whether a block right before or behind another is one that has a name: a table, a figure, a listing. */
function canBeNamed(block: DraftBlock | undefined, { page }: DraftBlock): boolean {
  return block?.page === page && (block.object !== undefined || block.table || block.listing !== undefined);
}

/** The numbers before a text; a letter before others is a number past all of them. */
export function numbersOf({ content }: Pick<DraftBlock, 'content'>): readonly number[] | undefined {
  return NUMBERED.exec(plainText(content))?.[1]?.split('.').map(numberOf);
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

/** A text as outlines and tables of contents have it: they leave numbers out as often as not. */
export function squeezed(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/^\s*(?:[A-Z]\.(?=\d))?(?:\d{1,3}\.)*\d{0,3}\s+/, '')
    .replace(/\s+/g, '')
    .toLowerCase();
}

/** What headings of one level have in common. */
export function styleOf({ size, bold }: DraftBlock): string {
  return `${Math.round(size * 2)} ${bold}`;
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

/** The size that ranks the sign of a section, which has no letters: in the type of the text it is below all others. */
function signSize({ size }: DraftBlock, body: number): number {
  return size >= body * HEADING_SCALE ? rounded(size) : 0;
}
