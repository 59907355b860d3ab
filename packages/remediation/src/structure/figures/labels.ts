import { area, gapBetween, isInside, liesIn, union } from '../../text/boxes.ts';
import type { Box, Drawing } from '../../text/drawings.ts';
import { isRule, type PathCluster } from './path-clusters.ts';
import type { TextPatch } from './text-patches.ts';

/** A label beside a drawing is this short, and this near (em). */
const MAX_LABEL_CHARACTERS = 40;
const LABEL_GAP_EM = 1;
/** Labels, then the names of the axes that stand beside them. */
const LABEL_ROUNDS = 3;
/** A legend beside a drawing is this near. */
const LEGEND_GAP_PT = 40;
const LEGEND_SHARE = 0.4;
/** Labels and legends are smaller than running text. */
const LABEL_SIZE = 0.95;
/** More characters than these, as large as running text, are no labels. */
const MAX_LARGE_CHARACTERS = 60;

/** Forms that draw nothing but what is in a cluster: a drawing that was put into the page as one. */
export function ownForms(
  drawings: readonly Drawing[],
  cluster: readonly Drawing[],
  core: Box,
): ReadonlySet<number> {
  const forms = new Set(cluster.map(({ stream }) => stream).filter((stream) => stream > 0));
  if (forms.size > 0) for (const each of drawings) if (!isInside(each, core)) forms.delete(each.stream);
  return forms;
}

/** Whether so much of what stands in or beside a drawing is as large as running text that it is the page's, and not the drawing's. */
export function holdsText(patches: readonly TextPatch[], bodySize: number): boolean {
  const small = patches.filter(({ bold, size }) => !bold && size <= bodySize * LABEL_SIZE);
  // Words that are bold and larger than every label are headings of what is below them.
  const labelSize = small.reduce((largest, { size }) => Math.max(largest, size), 0) || Infinity;
  const large = patches.filter(
    ({ bold, size }) => size > bodySize * LABEL_SIZE || (bold && size > labelSize * 1.05),
  );
  return large.reduce((sum, { text }) => sum + text.length, 0) > MAX_LARGE_CHARACTERS;
}

/** Whether text is drawn by one of these streams. */
export function isOfForms({ fragments }: TextPatch, forms: ReadonlySet<number>): boolean {
  return fragments.every(({ spans }) => spans.every(({ stream }) => forms.has(stream)));
}

/**
 * The text inside of a drawing, and the short pieces right beside it: numbers of axes, and their names.
 *
 * @param forms streams whose text is the drawing's wherever it stands
 */
export function labelsOf(core: Box, patches: readonly TextPatch[], forms: ReadonlySet<number>): TextPatch[] {
  const isLabel = (patch: TextPatch): boolean => liesIn(patch, core) || isOfForms(patch, forms);
  const labels = patches.filter(isLabel);
  const left = new Set(patches.filter((patch) => !isLabel(patch)));
  for (let round = 0; round < LABEL_ROUNDS; round++) {
    const box = union([core, ...labels]);
    for (const patch of left) {
      const gap = gapBetween(patch, box);
      if (patch.bold || patch.text.length > MAX_LABEL_CHARACTERS) continue;
      if (Math.max(gap.x, gap.y) > patch.size * LABEL_GAP_EM) continue;
      labels.push(patch);
      left.delete(patch);
    }
  }
  return labels;
}

/** Signs beside a drawing with small words behind each: what its colours and lines stand for. */
export function legendOf(
  core: Box,
  clusters: readonly PathCluster[],
  patches: readonly TextPatch[],
  bodySize: number,
): Drawing[] {
  return clusters.flatMap(({ paths, box: sign }) => {
    const gap = gapBetween(sign, core);
    if (gap.y > 0 || gap.x > LEGEND_GAP_PT || paths.every(isRule) || isInside(sign, core)) return [];
    // As large as that: a drawing of its own.
    if (area(sign) > area(core) * LEGEND_SHARE) return [];
    const isNamed = patches.some(
      (patch) =>
        patch.size < bodySize * LABEL_SIZE &&
        gapBetween(patch, sign).y === 0 &&
        gapBetween(patch, sign).x <= patch.size * LABEL_GAP_EM,
    );
    return isNamed ? paths : [];
  });
}
