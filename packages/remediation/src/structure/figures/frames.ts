import { area, liesIn, union } from '../../text/boxes.ts';
import type { Drawing } from '../../text/drawings.ts';
import { holdsText } from './labels.ts';
import type { PathCluster } from './path-clusters.ts';
import type { TextPatch } from './text-patches.ts';

/** A frame covers more than this share of its page, and what is drawn fills this much of the frame if it is a drawing's. */
const MIN_FRAME_SHARE = 0.1;
const MAX_FRAME_SLANT = 0.2;
const MIN_FILLED_SHARE = 0.25;
/** A page with more boxes of that size has none around a drawing: they are cells, or drawn over each other. */
const MAX_FRAMES = 50;

/** The boxes of a page that are large enough to hold words and drawings beside each other. */
export function framesOf(
  paths: readonly Drawing[],
  pageArea: number,
  patches: readonly TextPatch[],
): Set<Drawing> {
  const large = paths.filter(
    (path) => path.slanted < MAX_FRAME_SLANT && area(path) > pageArea * MIN_FRAME_SHARE,
  );
  if (large.length > MAX_FRAMES) return new Set();
  return new Set(large.filter((path) => patches.filter((patch) => liesIn(patch, path)).length > 1));
}

/** Clusters, with those in a frame that they fill as one, frame included. */
export function framed(
  clusters: readonly PathCluster[],
  frames: ReadonlySet<Drawing>,
  patches: readonly TextPatch[],
  bodySize: number,
): readonly PathCluster[] {
  let result = clusters;
  for (const frame of [...frames].sort((a, b) => area(a) - area(b))) {
    const inner = new Set(result.filter(({ box }) => liesIn(box, frame)));
    if (inner.size === 0) continue;
    const boxes = [...inner].map(({ box }) => box);
    const beside = patches.filter(
      (patch) => liesIn(patch, frame) && !boxes.some((box) => liesIn(patch, box)),
    );
    if (area(union(boxes)) < area(frame) * MIN_FILLED_SHARE || holdsText(beside, bodySize)) continue;
    const paths = [...[...inner].flatMap((cluster) => cluster.paths), frame];
    result = [...result.filter((cluster) => !inner.has(cluster)), { paths, box: union(paths) }];
  }
  return result;
}
