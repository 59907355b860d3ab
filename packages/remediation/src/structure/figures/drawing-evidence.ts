import { area, gapBetween, isInside, liesIn, union } from '../../text/boxes.ts';
import type { Box, Drawing } from '../../text/drawings.ts';
import { clusterPaths, isRule } from './path-clusters.ts';
import type { TextPatch } from './text-patches.ts';

/** More of its length than a round corner has. */
const SLANTED_SHARE = 0.4;
const MIN_MARK_PT = 2.5;
const LARGE_PT = 20;
const MIN_BAR_PT = 4;
/** More straight lines and areas than these are no chart of bars. */
const MAX_BARS = 1000;
/** Nor are so many heads and lines arrows. */
const MAX_ARROWS = 250_000;

const MIN_HEADS = 2;
const MIN_BOX_PT = 9;
const MIN_BOXES = 3;
const MAX_BOXES = 200;
const APART_PT = 4;
const MIN_APART_SHARE = 0.8;

/** Without a caption only what is larger than icons, lines and ornaments are. */
const MIN_SIDE_PT = 48;
const MIN_AREA_PT = 6000;
const MIN_CAPTIONED_SIDE_PT = 36;
/** Stripes behind rows or columns, and what touches them. */
const MIN_STRIPES = 2;
const STRIPE_LENGTH_SHARE = 0.8;
const MAX_STRIPE_SHARE = 0.5;
const TOUCHING_PT = 1;

/** More text than this share of a box is text in a box. */
const MAX_TEXT_SHARE = 0.35;

/** Whether paths, and the text among them, are as large as a drawing with a caption, and no frame around text. */
export function mayBeDrawing(paths: readonly Drawing[], box: Box, text: readonly TextPatch[]): boolean {
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  if (Math.min(width, height) < MIN_CAPTIONED_SIDE_PT) return false;
  const written = text.filter((patch) => liesIn(patch, box)).reduce((sum, patch) => sum + area(patch), 0);
  if (written > width * height * MAX_TEXT_SHARE) return false;
  return paths.length > 2 || paths.some(isSlanted);
}

/**
 * Whether paths can be nothing but a drawing, without a caption that says so: what is drawn of lines across and up the page is a
 * table, a form, a frame or a background, so it takes lines that are not, or bars.
 */
export function isSurelyDrawing(paths: readonly Drawing[], box: Box, text: readonly TextPatch[]): boolean {
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  if (Math.min(width, height) < MIN_SIDE_PT || width * height < MIN_AREA_PT) return false;
  const slanted = withoutSigns(paths.filter(isSlanted), paths, box);
  if (slanted.length > 0) {
    const reach = union(slanted);
    // A sign beside words, in a frame with them, is a sign in a frame.
    const wide = reach.x1 - reach.x0 > width * 0.35 && reach.y1 - reach.y0 > height * 0.35;
    const large = slanted.filter(({ x0, y0, x1, y1 }) => Math.max(x1 - x0, y1 - y0) >= LARGE_PT);
    const curve = large.some(
      ({ x0, y0, x1, y1, segments }) => segments >= 12 && Math.min(x1 - x0, y1 - y0) >= LARGE_PT,
    );
    if (wide && (curve || large.length >= 3 || slanted.length >= 15)) return true;
  }
  return hasLinkedBoxes(paths) || hasBars(paths, text, 'y') || hasBars(paths, text, 'x');
}

/** What is slanted, but for signs in the cells of a striped table: what is no thicker than a stripe, and goes over the edge of none. */
function withoutSigns(slanted: readonly Drawing[], paths: readonly Drawing[], box: Box): readonly Drawing[] {
  const flat = paths.filter((path) => path.slanted < SLANTED_SHARE && !isRule(path));
  return (['y', 'x'] as const).reduce((left, across) => {
    const along = across === 'y' ? 'x' : 'y';
    const stripes = flat.filter(
      (path) =>
        sideOf(path, along) >= sideOf(box, along) * STRIPE_LENGTH_SHARE &&
        sideOf(path, across) <= sideOf(box, across) * MAX_STRIPE_SHARE,
    );
    if (stripes.length < MIN_STRIPES || stripes.length > MAX_BOXES) return left;
    const thickness = stripes.reduce((most, stripe) => Math.max(most, sideOf(stripe, across)), 0);
    const isSign = (sign: Box): boolean => {
      const [low, high] = [sign[`${across}0`] + TOUCHING_PT, sign[`${across}1`] - TOUCHING_PT];
      const isCut = (edge: number): boolean => low < edge && edge < high;
      return (
        sideOf(sign, across) <= thickness &&
        !stripes.some((stripe) => isCut(stripe[`${across}0`]) || isCut(stripe[`${across}1`]))
      );
    };
    const groups = clusterPaths(left, { width: box.x1, height: box.y1 }, 0);
    return groups.filter((group) => !isSign(group.box)).flatMap((group) => group.paths);
  }, slanted);
}

function sideOf(box: Box, along: 'x' | 'y'): number {
  return box[`${along}1`] - box[`${along}0`];
}

/** Boxes that stand apart, with lines and the heads of arrows between them. A sign between stripes is a head only where it touches a line. */
export function hasLinkedBoxes(paths: readonly Drawing[]): boolean {
  const slanted = paths.filter(isSlanted);
  const rules = paths.filter(isRule);
  if (slanted.length < MIN_HEADS || rules.length === 0 || !hasBoxesApart(paths)) return false;
  if (withoutSigns(slanted, paths, union(paths)).length >= MIN_HEADS) return true;
  if (slanted.length * rules.length > MAX_ARROWS) return false;
  const heads = slanted.filter((head) =>
    rules.some((rule) => {
      const gap = gapBetween(head, rule);
      return Math.max(gap.x, gap.y) <= TOUCHING_PT;
    }),
  );
  return heads.length >= MIN_HEADS;
}

/** Boxes that stand apart: the cells of a table touch each other. */
export function hasBoxesApart(paths: readonly Drawing[]): boolean {
  const boxes = paths.filter(
    ({ slanted, x0, y0, x1, y1 }) => slanted < SLANTED_SHARE && Math.min(x1 - x0, y1 - y0) >= MIN_BOX_PT,
  );
  if (boxes.length < MIN_BOXES || boxes.length > MAX_BOXES) return false;
  // Those around others are groups of them; a box may be painted twice, for its line and its area.
  const nodes = boxes.filter((box) => !boxes.some((other) => isInside(other, box) && !isInside(box, other)));
  const apart = nodes.filter((box) =>
    nodes.every((other) => {
      const gap = gapBetween(box, other);
      return Math.max(gap.x, gap.y) > APART_PT || (isInside(other, box) && isInside(box, other));
    }),
  );
  return apart.length >= MIN_BOXES && apart.length >= nodes.length * MIN_APART_SHARE;
}

function isSlanted({ slanted, x0, y0, x1, y1 }: Drawing): boolean {
  return slanted > SLANTED_SHARE && Math.max(x1 - x0, y1 - y0) >= MIN_MARK_PT;
}

/** Bars of a chart: as thick as each other, beside each other on one line, of different lengths, and empty. */
function hasBars(all: readonly Drawing[], text: readonly TextPatch[], along: 'x' | 'y'): boolean {
  const paths = all.filter(({ slanted }) => slanted === 0);
  if (paths.length > MAX_BARS) return false;
  const bars = new Map<string, { at: number; length: number }[]>();
  for (const path of paths) {
    const across = along === 'y' ? path.x1 - path.x0 : path.y1 - path.y0;
    const length = along === 'y' ? path.y1 - path.y0 : path.x1 - path.x0;
    if (across < MIN_BAR_PT || length < MIN_BAR_PT) continue;
    const base = along === 'y' ? path.y0 : path.x0;
    const key = `${Math.round(base)} ${Math.round(across)}`;
    const at = along === 'y' ? path.x0 : path.y0;
    const row = bars.get(key) ?? [];
    bars.set(key, row);
    if (
      !text.some((patch) => liesIn(patch, path)) &&
      !row.some((bar) => Math.abs(bar.at - at) < across * 0.9)
    )
      row.push({ at, length });
  }
  // Rows of words with a background begin at one edge as well: bars that lie have to begin at a line.
  const standsOnLine = (key: string): boolean => {
    const base = Number(key.split(' ')[0]);
    return paths.some((path) =>
      along === 'y'
        ? isRule(path) && Math.abs((path.y0 + path.y1) / 2 - base) < 2 && path.x1 - path.x0 > LARGE_PT
        : isRule(path) && Math.abs((path.x0 + path.x1) / 2 - base) < 2 && path.y1 - path.y0 > LARGE_PT,
    );
  };
  return [...bars].some(
    ([key, row]) =>
      row.length >= 3 &&
      new Set(row.map(({ length }) => Math.round(length))).size >= 3 &&
      (along === 'y' || standsOnLine(key)),
  );
}
