/** A history, and how much of what was not met with before it brings. */
export interface Chosen {
  readonly seed: number;
  readonly isNew: number;
}

/**
 * So many histories that together go through as much as possible: always the one that adds most, of equals the first. When everything
 * has been met with, all counts anew, so that what is rare is met with again.
 */
export const choose = (
  histories: ReadonlyMap<number, ReadonlySet<string>>,
  count: number,
): readonly Chosen[] => {
  const chosen: Chosen[] = [];
  const left = new Map(histories);
  let met = new Set<string>();
  while (chosen.length < count && left.size > 0) {
    let best: Chosen = { seed: 0, isNew: 0 };
    for (const [seed, paths] of left) {
      if (paths.size <= best.isNew) continue;
      let isNew = 0;
      for (const path of paths) if (!met.has(path)) isNew += 1;
      if (isNew > best.isNew) best = { seed, isNew };
    }
    if (best.isNew === 0) {
      if (met.size === 0) break;
      met = new Set();
      continue;
    }
    chosen.push(best);
    for (const path of left.get(best.seed) ?? []) met.add(path);
    left.delete(best.seed);
  }
  return chosen;
};
