import type { WorkBudget } from '../../budget.ts';
import { area, gapBetween, intersection, isInside, liesIn, union } from '../../text/boxes.ts';
import type { Box } from '../../text/drawings.ts';
import type { PageText } from '../../text/page-text.ts';
import type { TextFragment } from '../../text/text-pen.ts';
import { inlinesOf } from '../inlines.ts';
import { pageRows } from '../page-lines.ts';
import { wordsOf } from '../tables/draft-table.ts';
import type { FigureBlock, LinkArea } from '../types.ts';
import { beginsAsCaption } from './captions.ts';
import { hasBoxesApart, hasLinkedBoxes, isSurelyDrawing, mayBeDrawing } from './drawing-evidence.ts';
import { framed, isFrame } from './frames.ts';
import { labelsOf, legendOf, ownForms } from './labels.ts';
import { clusterPaths, isRule } from './path-clusters.ts';
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
  /** Of those beside each other that share one, one only has it. */
  readonly caption: TextPatch | undefined;
}

/** Text of more characters than this, in lines of at least so many, runs: it is no label. */
const RUNNING_CHARACTERS = 150;
const RUNNING_LINE_CHARACTERS = 25;
const CAPTION_GAP_EM = 3.5;
/** Nearer to the edge of the page (points) than any text stands: it is cut off there. */
const EDGE_PT = 3;
const BACKGROUND_SHARE = 0.8;
const MIN_PAGE_CHARACTERS = 20;
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
    return drawingsOf(page, bodySize);
  });
  const places = new Map<string, number>();
  for (const drawings of found)
    for (const place of new Set(drawings.map(placeOf))) places.set(place, (places.get(place) ?? 0) + 1);
  return pages.map((page, index) => {
    const drawings = (found[index] ?? []).filter((drawing) => {
      const count = places.get(placeOf(drawing)) ?? 0;
      return count < REPEATED_PAGES || count < pages.length * REPEATED_SHARE;
    });
    return taken(page, index, drawings);
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
  const clusters = clusterPaths(paths, page).filter(hasBoxesApart);
  if (clusters.length === 0) return page;
  const captions = textPatches(text)?.filter((patch) => beginsAsCaption(patch.text)) ?? [];
  const isCaptioned = (box: Box): boolean => captions.some((caption) => isBeside(caption, box));
  const gone = new Set(
    clusters.filter((cluster) => hasLinkedBoxes(cluster) || isCaptioned(union(cluster))).flat(),
  );
  return gone.size === 0
    ? page
    : { ...page, drawings: page.drawings.filter((drawing) => !gone.has(drawing)) };
}

function placeOf({ box }: Found): string {
  return [box.x0, box.y0, box.x1, box.y1].map((value) => Math.round(value / 4)).join(' ');
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

function drawingsOf({ content, text, tables, fields }: UndrawnPage, bodySize: number): Found[] {
  const page = { x0: 0, y0: 0, x1: content.width, y1: content.height };
  const shapes = content.drawings.filter(
    (drawing) =>
      drawing.kind === 'path' &&
      intersection(drawing, page) !== undefined &&
      area(drawing) < area(page) * BACKGROUND_SHARE &&
      !tables.some((table) => liesIn(drawing, table, 2)),
  );
  if (shapes.every(isRule)) return [];
  const patches = textPatches(text);
  if (!patches) return [];
  const running = patches.filter(isRunning);
  const captions = patches.filter((patch) => beginsAsCaption(patch.text));
  // What stands behind running text, around it or in it is no drawing.
  const paths = shapes.filter(
    (shape) => !running.some((patch) => liesIn(patch, shape) || liesIn(shape, patch)),
  );
  const others = patches.filter((patch) => !running.includes(patch) && !captions.includes(patch));
  const frames = paths.filter((path) => isFrame(path, area(page), patches));
  const loose = clusterPaths(
    paths.filter((path) => !frames.includes(path)),
    content,
  );
  const clusters = framed(loose, frames, patches, bodySize);
  const found = clusters.flatMap((cluster): Found[] => {
    if (cluster.every(isRule)) return [];
    const own = union(cluster);
    const core = union([own, ...legendOf(own, clusters, others, bodySize)]);
    if (!mayBeDrawing(cluster, own, others) || running.some((patch) => liesIn(patch, core))) return [];
    if (fields.some((field) => liesIn(field, core))) return [];
    if (runsOffPage(core, page) && hasText(text)) return [];
    const labels = labelsOf(core, others, ownForms(content.drawings, cluster, core));
    const box = union([core, ...labels]);
    const caption = captions.find((each) => isBeside(each, box));
    if (!caption && !isSurelyDrawing(cluster, own, labels)) return [];
    return [{ box, labels, caption }];
  });
  const isOfOne = (a: Found, b: Found): boolean =>
    intersection(a.box, b.box) !== undefined ||
    (standBeside(a, b) && !running.some((patch) => liesIn(patch, union([a.box, b.box]))));
  return found.reduce<Found[]>((joined, next) => join(joined, next, isOfOne), []);
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

function isBeside(caption: TextPatch, box: Box): boolean {
  const gap = gapBetween(caption, box);
  return gap.x === 0 && gap.y <= caption.size * CAPTION_GAP_EM;
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
