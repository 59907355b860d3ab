import { area, liesIn, union } from '../../text/boxes.ts';
import type { Drawing } from '../../text/drawings.ts';
import type { TextPatch } from './text-patches.ts';

/** A frame covers more than this share of its page, and what is drawn fills this much of the frame if it is a drawing's. */
const MIN_FRAME_SHARE = 0.1;
const MAX_FRAME_SLANT = 0.2;
const MIN_FILLED_SHARE = 0.25;
/** More words than these beside a drawing, as large as running text, are not its labels. */
const LABEL_SIZE = 0.95;
const MAX_FRAME_CHARACTERS = 60;

/** A box large enough to hold words and drawings beside each other. */
export function isFrame(path: Drawing, pageArea: number, patches: readonly TextPatch[]): boolean {
  return (
    path.slanted < MAX_FRAME_SLANT &&
    area(path) > pageArea * MIN_FRAME_SHARE &&
    patches.filter((patch) => liesIn(patch, path)).length > 1
  );
}

/** Clusters, with those in a frame that they fill as one, frame included. */
export function framed(
  clusters: readonly Drawing[][],
  frames: readonly Drawing[],
  patches: readonly TextPatch[],
  bodySize: number,
): Drawing[][] {
  let result = [...clusters];
  for (const frame of [...frames].sort((a, b) => area(a) - area(b))) {
    const inner = result.filter((cluster) => liesIn(union(cluster), frame));
    if (inner.length === 0) continue;
    const boxes = inner.map(union);
    const words = patches
      .filter((patch) => patch.size > bodySize * LABEL_SIZE && liesIn(patch, frame))
      .filter((patch) => !boxes.some((box) => liesIn(patch, box)))
      .reduce((sum, { text }) => sum + text.length, 0);
    if (area(union(boxes)) < area(frame) * MIN_FILLED_SHARE || words > MAX_FRAME_CHARACTERS) continue;
    result = [...result.filter((cluster) => !inner.includes(cluster)), [...inner.flat(), frame]];
  }
  return result;
}
