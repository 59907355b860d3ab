import { reach } from '../../text/boxes.ts';
import type { DraftBlock } from '../draft-blocks.ts';
import { plainText } from '../types.ts';
import { type ListedDepths, textEdge } from './contents-depths.ts';
import { type Candidate, numbersOf, styleOf } from './heading-candidates.ts';

/** A line that begins this much (points) further in than the text does not begin at its edge. */
const INDENT_PT = 6;
/** Room on both sides of a line in the middle differs by no more than this (points). */
const OFF_CENTRE_PT = 8;
/** A line at the right edge begins behind this share of the width. */
const RIGHT_SHARE = 1 / 3;
/** Lines of a title page, and of what stands below a title: names, dates, versions. */
const MAX_LINE_CHARACTERS = 120;
const MAX_BLOCK_CHARACTERS = 200;
const MAX_BLOCKS = 12;
/** Text this much larger than the body is set in a size of its own. */
const LARGER_SCALE = 1.15;
/** In browsers the first level is 1.71 times as large as the third; in Word the title is 1.75 times as large as the first level. */
const TITLE_STEP = 1.72;
/** Chapters that are counted from 1. */
const MIN_CHAPTERS = 2;

export interface FoundTitle {
  /** Its lines, in the order of the document; none where no title is set apart. */
  readonly lines: readonly DraftBlock[];
  /** What looks like a heading and is more of it: a second title, an author, a date. */
  readonly others: readonly DraftBlock[];
}

interface TitleSearch {
  /** All blocks, the entries of tables of contents among them. */
  readonly drafts: readonly DraftBlock[];
  readonly candidates: readonly Candidate[];
  readonly bodySize: number;
  /** What stands right above tables of contents. */
  readonly opening: ReadonlySet<DraftBlock>;
  readonly listed: ListedDepths;
  /** Whether the numbers before headings say how deep they are. */
  readonly counts: (candidates: readonly Candidate[]) => boolean;
}

const NONE: FoundTitle = { lines: [], others: [] };

/**
 * The title of a document, where it is set apart from its headings: as large as the largest of them at least, before all of them,
 * and either on a page of its own, or in the middle or at the right above lines that are set like it (a second title, an
 * author, a date); or larger than all of them, and above such a line in a size of its own, a table of contents, chapters that
 * are counted from 1 or that the outline begins with, or larger by more than a level makes it. What a table of contents or an
 * outline names, or leaves room for, is a heading.
 */
export function findTitle(search: TitleSearch): FoundTitle {
  const { candidates, bodySize, opening, listed } = search;
  const texts = search.drafts.filter(({ object, content }) => !object && plainText(content).trim() !== '');
  const page = texts[0]?.page;
  const isAside = asideIn(texts, page);
  const isCover = isCoverOf(search, page, isAside);
  const title = titleOn(page, candidates, isCover);
  if (!title || listed.belowTitle || isHeading(title, search)) return NONE;
  const at = texts.indexOf(title.draft);
  const following = isCover
    ? texts.filter((draft) => draft.page === page)
    : linesBelow(at, texts, isAside, search);
  const lines = [title.draft, ...sameStyle(texts, at, following)];
  const apart = new Set([...lines, ...following]);
  const below = candidates.filter(({ draft }) => !apart.has(draft) && !opening.has(draft));
  const [next] = below;
  const style = styleOf(title.draft);
  if (!next || below.some(({ draft }) => styleOf(draft) === style)) return NONE;
  // An outline may list it beside the chapters; what has them below it is the first heading.
  const { outlined } = title;
  if (outlined !== undefined && below.every((each) => (each.outlined ?? Infinity) > outlined)) return NONE;
  const size = title.size ?? 0;
  const largest = below.reduce((most, each) => Math.max(most, each.size ?? 0), 0);
  const others = following.filter((draft) => !lines.includes(draft));
  const found = { lines, others };
  if (isCover) return found;
  if (size < largest) return NONE;
  if (isAside(title.draft) && others.length > 0) return found;
  if (size === largest) return NONE;
  const behind = texts.slice(at + 1).find((draft) => !apart.has(draft));
  const opensWithContents = behind !== undefined && (behind.contents || opening.has(behind));
  const step = below.length > 1 && largest >= bodySize * LARGER_SCALE && size >= largest * TITLE_STEP;
  const outlineBegins = outlined === undefined && next.outlined === 1;
  const evidence = others.length > 0 || opensWithContents || step || outlineBegins;
  return evidence || opensWithChapters(below, search) ? found : NONE;
}

/** Whether there is hardly anything on a page but lines of a title, and pictures, and no heading at the edge of the text as further down. */
function isCoverOf(
  { drafts, candidates }: TitleSearch,
  page: number | undefined,
  isAside: (draft: DraftBlock) => boolean,
): boolean {
  const own = drafts.filter((draft) => draft.page === page);
  const further = new Set(
    candidates.filter(({ draft }) => draft.page !== page).map(({ draft }) => styleOf(draft)),
  );
  const isHeading = (draft: DraftBlock): boolean => further.has(styleOf(draft)) && !isAside(draft);
  return (
    own.length <= MAX_BLOCKS &&
    own.every(
      ({ object, characters, marker, table, listing, contents }) =>
        object?.kind === 'figure' ||
        (!object && !marker && !table && !listing && !contents && characters <= MAX_LINE_CHARACTERS),
    ) &&
    !candidates.some(({ draft }) => draft.page === page && isHeading(draft))
  );
}

/** What may be the title: the first of what looks like headings; on a cover the largest of it. */
function titleOn(
  page: number | undefined,
  candidates: readonly Candidate[],
  isCover: boolean,
): Candidate | undefined {
  const own = candidates.filter(({ draft, size }) => draft.page === page && size !== undefined);
  const [first] = own;
  const found = isCover
    ? own.reduce((most, each) => ((each.size ?? 0) > (most?.size ?? 0) ? each : most), first)
    : first;
  return found?.size === 0 || (!isCover && first !== candidates[0]) ? undefined : found;
}

function isHeading({ draft, numbers, chapter }: Candidate, { opening, listed }: TitleSearch): boolean {
  return chapter || numbers !== undefined || opening.has(draft) || listed.depths.has(draft);
}

/** What goes on right below a line in its style. */
function sameStyle(texts: readonly DraftBlock[], at: number, among: readonly DraftBlock[]): DraftBlock[] {
  const [title] = texts.slice(at, at + 1);
  const rest = texts.slice(at + 1, at + 1 + MAX_BLOCKS);
  const end = rest.findIndex(
    (draft) => !title || styleOf(draft) !== styleOf(title) || !among.includes(draft),
  );
  return end === -1 ? rest : rest.slice(0, end);
}

/**
 * Lines below a title that are of it: set in the middle or at the right as it is; at the edge of the text one in a size of
 * its own, right above a heading or a table of contents. No heading further down is in their style.
 */
function linesBelow(
  at: number,
  texts: readonly DraftBlock[],
  isAside: (draft: DraftBlock) => boolean,
  { candidates, bodySize }: TitleSearch,
): readonly DraftBlock[] {
  const title = texts[at];
  if (!title) return [];
  const aside = isAside(title);
  const rest = texts.slice(at + 1, at + 1 + MAX_BLOCKS);
  const fits = (draft: DraftBlock): boolean =>
    draft.page === title.page &&
    !draft.contents &&
    !draft.marker &&
    !draft.table &&
    numbersOf(draft) === undefined &&
    (aside
      ? isAside(draft) && draft.characters <= MAX_BLOCK_CHARACTERS
      : draft.lines === 1 &&
        draft.characters <= MAX_LINE_CHARACTERS &&
        draft.size >= bodySize * LARGER_SCALE &&
        styleOf(draft) !== styleOf(title));
  const end = rest.findIndex((draft) => !fits(draft));
  let run = end === -1 ? rest : rest.slice(0, end);
  const heads = new Set(candidates.map(({ draft }) => draft));
  for (let cut = 0; cut >= 0; ) {
    const own = new Set([title, ...run]);
    const further = new Set(
      candidates.filter(({ draft }) => !own.has(draft)).map(({ draft }) => styleOf(draft)),
    );
    cut = run.findIndex((draft) => heads.has(draft) && further.has(styleOf(draft)));
    if (cut >= 0) run = run.slice(0, cut);
  }
  if (aside) return run;
  const behind = rest[1];
  return run.length === 1 && behind && (heads.has(behind) || behind.contents) ? run : [];
}

/** Whether a line stands in the middle of the text's width, or at the right edge of it. */
function asideIn(texts: readonly DraftBlock[], page: number | undefined): (draft: DraftBlock) => boolean {
  const edge = textEdge(texts);
  const full = texts.filter(({ lines }) => lines > 1);
  const own = full.filter((draft) => draft.page === page);
  const atEdge = ({ x0 }: DraftBlock): boolean => Math.abs(x0 - edge) <= INDENT_PT;
  const { x0: left, x1: right } = own.some(atEdge) ? reach(own) : reach(full.filter(atEdge));
  return ({ x0, x1 }) => {
    const [before, after] = [x0 - left, right - x1];
    if (before < INDENT_PT) return false;
    const isMiddle = Math.abs(before - after) <= OFF_CENTRE_PT;
    return isMiddle || (Math.abs(after) <= OFF_CENTRE_PT && before > (right - left) * RIGHT_SHARE);
  };
}

/** Whether what is below are chapters that are counted from 1. */
function opensWithChapters(below: readonly Candidate[], { counts }: TitleSearch): boolean {
  const chapters = below.filter(({ numbers }) => numbers?.length === 1);
  const [first] = chapters;
  if (chapters.length < MIN_CHAPTERS || first?.numbers?.[0] !== 1) return false;
  const counted = chapters.every(({ numbers }, at) => numbers?.[0] === at + 1);
  return counts(below) || (counted && first === below[0]);
}
