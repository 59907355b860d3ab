import type { Comparing, WorkBudget } from '../../budget.ts';
import { area, gapBetween, intersection, isInside, liesIn, union } from '../../text/boxes.ts';
import type { Box } from '../../text/drawings.ts';
import type { PageText } from '../../text/page-text.ts';
import type { TextFragment } from '../../text/text-pen.ts';
import { inlinesOf } from '../inlines.ts';
import { pageRows } from '../page-lines.ts';
import { wordsOf } from '../tables/draft-table.ts';
import type { FigureBlock, LinkArea } from '../types.ts';
import { beginsAsCaption, captionedBoxes, isBeside } from './captions.ts';
import { hasBoxesApart, hasLinkedBoxes, isSurelyDrawing, mayBeDrawing } from './drawing-evidence.ts';
import { framed, framesOf } from './frames.ts';
import { holdsText, isOfForms, labelsOf, legendOf, ownForms } from './labels.ts';
import { clusterPaths, isRule, type PathCluster } from './path-clusters.ts';
import { type TextPatch, textPatches } from './text-patches.ts';

/** A page whose tables and running text have been found. */
export interface UndrawnPage {
  readonly content: PageText;
  /** Text that is in no table. */
  readonly text: readonly TextFragment[];
  readonly tables: readonly Box[];
  readonly fields: readonly Box[];
  readonly links: readonly LinkArea[];
  readonly pictures: readonly FigureBlock[];
  readonly rightToLeft: boolean;
}

interface Found {
  readonly box: Box;
  readonly labels: readonly TextPatch[];
  /** Parts beside each other share one. */
  readonly caption: TextPatch | undefined;
}

/** What may be a drawing. */
interface Candidate extends Found {
  readonly cluster: PathCluster;
  /** Of the words as large as those of the page it may not have many, unless it brings them along in a form. */
  readonly words: readonly TextPatch[];
}

interface Candidates {
  readonly candidates: readonly Candidate[];
  readonly captions: readonly TextPatch[];
  readonly running: readonly TextPatch[];
}

/** Text of more characters than this, in lines of at least so many, runs: it is no label. */
const RUNNING_CHARACTERS = 150;
const RUNNING_LINE_CHARACTERS = 25;
/** Nearer to the edge of the page (points) than any text stands: it is cut off there. */
const EDGE_PT = 3;
const BACKGROUND_SHARE = 0.8;
const MIN_PAGE_CHARACTERS = 20;
/** A form larger than this share of the page is the page, with all that it says. */
const PAGE_FORM_SHARE = 0.5;
/** A picture smaller than this is a sign, and one that is thinner a rule: neither has a caption. */
const MIN_PICTURE_PT = 36;
const MIN_THICKNESS_PT = 9;
/** A page with more than these, or whose paths and words would have to be compared more often, is not looked at. */
const MAX_CLUSTERS = 2000;
const MAX_CANDIDATES = 200;
const MAX_COMPARISONS = 20_000_000;
/** Drawings beside each other, with one caption. */
const PARTS_GAP_PT = 40;
const PARTS_SHARED = 0.5;
const REPEATED_PAGES = 3;
const REPEATED_SHARE = 0.3;

/**
 * Drawings made of lines and areas, with the text inside of them: see the decision 0045 for what counts as one.
 *
 * @returns for each page its figures, the pictures that are not part of a drawing included, and the text that is in none
 */
export function findDrawnFigures(
  pages: readonly UndrawnPage[],
  bodySize: number,
  budget: WorkBudget,
): { figures: FigureBlock[]; rest: readonly TextFragment[] }[] {
  const found = pages.map((page) => {
    budget.checkTime();
    return candidatesOf(page, bodySize, budget);
  });
  const places = new Map<string, number>();
  for (const { candidates } of found)
    for (const place of new Set(candidates.map(placeOf))) places.set(place, (places.get(place) ?? 0) + 1);
  const isDecoration = (candidate: Candidate): boolean => {
    const count = places.get(placeOf(candidate)) ?? 0;
    return count >= REPEATED_PAGES && count >= pages.length * REPEATED_SHARE;
  };
  return pages.map((page, index) => {
    const { candidates, captions, running } = found[index] ?? NONE;
    const others = [...page.tables, ...page.pictures.map(({ box }) => box)];
    const drawings = withCaptions(
      candidates.filter((candidate) => !isDecoration(candidate)),
      captions,
      others,
    ).filter((each) => each.caption !== undefined || isDrawing(each, bodySize));
    return taken(page, index, joinParts(drawings, running));
  });
}

/**
 * What a page draws but for diagrams, boxes that arrows link or a caption calls a figure: their lines cross as those of a table
 * do.
 *
 * @returns the page itself where there are none
 */
export function withoutDiagrams(page: PageText, text: readonly TextFragment[]): PageText {
  const paths = page.drawings.filter(({ kind }) => kind === 'path');
  if (paths.every(isRule)) return page;
  const all = clusterPaths(paths, page);
  const clusters = all.filter((cluster) => hasBoxesApart(cluster.paths));
  if (clusters.length === 0 || all.length > MAX_CLUSTERS) return page;
  const captions = textPatches(text)?.filter((patch) => beginsAsCaption(patch.text)) ?? [];
  const boxes = clusters.map(({ box }) => box);
  const pictures = page.drawings.filter((drawing) => drawing.kind === 'image');
  const others = [...all.filter((cluster) => !clusters.includes(cluster)).map(({ box }) => box), ...pictures];
  const owned = ownersOf(captions, boxes, others);
  const gone = new Set(
    clusters
      .filter(({ paths, box }) => hasLinkedBoxes(paths) || owned.has(box))
      .flatMap(({ paths }) => paths),
  );
  return gone.size === 0
    ? page
    : { ...page, drawings: page.drawings.filter((drawing) => !gone.has(drawing)) };
}

/** The same paths at one place; what is written beside them may differ. */
function placeOf({ cluster: { box, paths } }: Candidate): string {
  const sum = paths.reduce((all, { x0, y0, x1, y1 }) => all + x0 + y0 + x1 + y1, 0);
  return [paths.length, ...[box.x0, box.y0, box.x1, box.y1, sum].map((value) => Math.round(value / 4))].join(
    ' ',
  );
}

/**
 * The captions of drawings, but for those that pictures and tables nearer to them have.
 *
 * @param others signs, rules, parts of drawings, and what is drawn around one, have none
 */
function ownersOf(
  captions: readonly TextPatch[],
  drawings: readonly Box[],
  others: readonly Box[],
): Map<Box, TextPatch> {
  if (captions.length === 0 || others.length * (drawings.length + captions.length) > MAX_COMPARISONS)
    return new Map();
  const rivals = others.filter(
    (other) =>
      Math.max(other.x1 - other.x0, other.y1 - other.y0) >= MIN_PICTURE_PT &&
      Math.min(other.x1 - other.x0, other.y1 - other.y0) >= MIN_THICKNESS_PT &&
      !drawings.some((drawing) => liesIn(other, drawing) || isInside(drawing, other)),
  );
  return captionedBoxes(captions, [...drawings, ...rivals]);
}

function taken(
  { content, text, links, pictures, rightToLeft }: UndrawnPage,
  page: number,
  drawings: readonly Found[],
): { figures: FigureBlock[]; rest: readonly TextFragment[] } {
  if (drawings.length === 0) return { figures: [...pictures], rest: text };
  const inside = new Set<TextFragment>();
  const left = new Set(pictures);
  const figures = drawings.map(({ box, labels }): FigureBlock => {
    const own = labels.flatMap(({ fragments }) => fragments).filter((fragment) => !inside.has(fragment));
    for (const fragment of own) inside.add(fragment);
    const parts = [...left].filter((picture) => liesIn(picture.box, box));
    for (const part of parts) left.delete(part);
    const words = pageRows(own, links, [], rightToLeft).flat().flatMap(wordsOf);
    return {
      kind: 'figure',
      page,
      box,
      drawings: [
        ...content.drawings.filter((drawing) => drawing.kind === 'path' && isInside(drawing, box)),
        ...parts.flatMap((part) => part.drawings),
      ],
      text: inlinesOf(words, page),
      caption: [],
    };
  });
  return { figures: [...left, ...figures], rest: text.filter((fragment) => !inside.has(fragment)) };
}

const NONE: Candidates = { candidates: [], captions: [], running: [] };

function candidatesOf(
  { content, text, tables, fields }: UndrawnPage,
  bodySize: number,
  budget: Comparing,
): Candidates {
  const page = { x0: 0, y0: 0, x1: content.width, y1: content.height };
  const drawn = content.drawings.filter(({ kind }) => kind === 'path');
  if (drawn.every(isRule)) return NONE;
  const patches = textPatches(text);
  const comparisons = drawn.length * ((patches?.length ?? 0) + tables.length + fields.length);
  if (!patches || comparisons > MAX_COMPARISONS || !budget.compares(comparisons)) return NONE;
  const shapes = drawn.filter(
    (drawing) =>
      intersection(drawing, page) !== undefined &&
      area(drawing) < area(page) * BACKGROUND_SHARE &&
      !tables.some((table) => liesIn(drawing, table, 2)),
  );
  const running = patches.filter(isRunning);
  const captions = patches.filter((patch) => beginsAsCaption(patch.text));
  // What stands behind running text, around it or in it is no drawing.
  const paths = shapes.filter(
    (shape) => !running.some((patch) => liesIn(patch, shape) || liesIn(shape, patch)),
  );
  const others = patches.filter((patch) => !isRunning(patch) && !beginsAsCaption(patch.text));
  const frames = framesOf(paths, area(page), patches);
  const loose = clusterPaths(
    paths.filter((path) => !frames.has(path)),
    content,
  );
  if (loose.length > MAX_CLUSTERS) return NONE;
  const clusters = framed(loose, frames, patches, bodySize);
  const large = clusters.filter((cluster) => mayBeDrawing(cluster.paths, cluster.box, others));
  if (large.length > MAX_CANDIDATES) return NONE;
  const candidates = large.flatMap((cluster): Candidate[] => {
    if (cluster.paths.every(isRule)) return [];
    const core = union([cluster.box, ...legendOf(cluster.box, clusters, others, bodySize)]);
    if (running.some((patch) => liesIn(patch, core))) return [];
    if (fields.some((field) => liesIn(field, core))) return [];
    if (runsOffPage(core, page) && hasText(text)) return [];
    const forms = ownForms(content.drawings, cluster.paths, core);
    const labels = labelsOf(core, others, forms);
    const words =
      area(core) < area(page) * PAGE_FORM_SHARE ? labels.filter((label) => !isOfForms(label, forms)) : labels;
    return [{ cluster, box: union([core, ...labels]), labels, words, caption: undefined }];
  });
  return { candidates, captions, running };
}

/** Gives drawings their captions: one each, and the same to those that stand beside each other above or below it. */
function withCaptions(
  candidates: readonly Candidate[],
  captions: readonly TextPatch[],
  others: readonly Box[],
): Candidate[] {
  const boxes = candidates.map(({ box }) => box);
  const owned = ownersOf(captions, boxes, others);
  const owners = candidates.flatMap((owner) => {
    const caption = owned.get(owner.box);
    return caption ? [{ ...owner, caption }] : [];
  });
  return candidates.map((each) => ({
    ...each,
    caption:
      owned.get(each.box) ??
      owners.find((owner) => isBeside(owner.caption, each.box) && standBeside(owner, each))?.caption,
  }));
}

function isDrawing({ cluster, labels, words }: Candidate, bodySize: number): boolean {
  return !holdsText(words, bodySize) && isSurelyDrawing(cluster.paths, cluster.box, labels);
}

function joinParts(drawings: readonly Found[], running: readonly TextPatch[]): Found[] {
  const isOfOne = (a: Found, b: Found): boolean =>
    intersection(a.box, b.box) !== undefined ||
    (standBeside(a, b) && !running.some((patch) => liesIn(patch, union([a.box, b.box]))));
  return drawings.reduce<Found[]>((joined, next) => join(joined, next, isOfOne), []);
}

function isRunning({ text, lines }: TextPatch): boolean {
  return text.length >= RUNNING_CHARACTERS && text.length / lines >= RUNNING_LINE_CHARACTERS;
}

function hasText(fragments: readonly TextFragment[]): boolean {
  return fragments.reduce((sum, { text }) => sum + text.length, 0) >= MIN_PAGE_CHARACTERS;
}

function runsOffPage(box: Box, page: Box): boolean {
  return (
    box.x0 < page.x0 + EDGE_PT ||
    box.y0 < page.y0 + EDGE_PT ||
    box.x1 > page.x1 - EDGE_PT ||
    box.y1 > page.y1 - EDGE_PT
  );
}

/** Parts of one figure: beside each other, with not more than one caption. */
function standBeside(a: Found, b: Found): boolean {
  if (a.caption !== b.caption && a.caption && b.caption) return false;
  const gap = gapBetween(a.box, b.box);
  const shared = Math.min(a.box.y1, b.box.y1) - Math.max(a.box.y0, b.box.y0);
  const lower = Math.min(a.box.y1 - a.box.y0, b.box.y1 - b.box.y0);
  return (a.caption ?? b.caption) !== undefined && gap.x <= PARTS_GAP_PT && shared > lower * PARTS_SHARED;
}

function join(found: readonly Found[], next: Found, isOfOne: (a: Found, b: Found) => boolean): Found[] {
  const meeting = found.filter((each) => isOfOne(each, next));
  const all = [...meeting, next];
  const joined = {
    box: union(all.map(({ box }) => box)),
    labels: [...new Set(all.flatMap(({ labels }) => labels))],
    caption: all.find(({ caption }) => caption)?.caption,
  };
  return [...found.filter((each) => !meeting.includes(each)), joined];
}
