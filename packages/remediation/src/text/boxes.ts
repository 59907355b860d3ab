import type { Box } from './drawings.ts';

/** What two boxes have in common; undefined where they do not meet. */
export function intersection(a: Box, b: Box): Box | undefined {
  const box = {
    x0: Math.max(a.x0, b.x0),
    y0: Math.max(a.y0, b.y0),
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
  };
  return box.x0 <= box.x1 && box.y0 <= box.y1 ? box : undefined;
}

/** The box around boxes. */
export function union(boxes: readonly Box[]): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    x0 = Math.min(x0, box.x0);
    y0 = Math.min(y0, box.y0);
    x1 = Math.max(x1, box.x1);
    y1 = Math.max(y1, box.y1);
  }
  return { x0, y0, x1, y1 };
}

/** The first number, up to a last one, from which on something is so; the last where it is so for none before it. */
export function firstIndex(last: number, isSo: (at: number) => boolean): number {
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** From the leftmost edge to the rightmost. */
export function reach(spans: readonly Pick<Box, 'x0' | 'x1'>[]): Pick<Box, 'x0' | 'x1'> {
  let [x0, x1] = [Infinity, -Infinity];
  for (const span of spans) {
    x0 = Math.min(x0, span.x0);
    x1 = Math.max(x1, span.x1);
  }
  return { x0, x1 };
}

/** Stretches that spans cover together, from left to right; those that only touch are two. */
export function stretches(spans: readonly Pick<Box, 'x0' | 'x1'>[]): Pick<Box, 'x0' | 'x1'>[] {
  const covered: { x0: number; x1: number }[] = [];
  for (const { x0, x1 } of [...spans].sort((a, b) => a.x0 - b.x0)) {
    const last = covered.at(-1);
    if (last && x0 < last.x1) last.x1 = Math.max(last.x1, x1);
    else covered.push({ x0, x1 });
  }
  return covered;
}

export function area({ x0, y0, x1, y1 }: Box): number {
  return (x1 - x0) * (y1 - y0);
}

/** Whether the middle of a box lies in another one. */
export function liesIn(inner: Box, outer: Box, margin = 0): boolean {
  const [x, y] = [(inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2];
  return x >= outer.x0 - margin && x <= outer.x1 + margin && y >= outer.y0 - margin && y <= outer.y1 + margin;
}

/** Whether a box lies in another one altogether, but for a point. */
export function isInside(inner: Box, outer: Box): boolean {
  return (
    inner.x0 >= outer.x0 - 1 &&
    inner.x1 <= outer.x1 + 1 &&
    inner.y0 >= outer.y0 - 1 &&
    inner.y1 <= outer.y1 + 1
  );
}

/** How far boxes are from each other across and up the page; 0 where they overlap. */
export function gapBetween(a: Box, b: Box): { readonly x: number; readonly y: number } {
  return {
    x: Math.max(0, a.x0 - b.x1, b.x0 - a.x1),
    y: Math.max(0, a.y0 - b.y1, b.y0 - a.y1),
  };
}
