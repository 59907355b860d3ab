import { firstIndex, stretches } from '../../../text/boxes.ts';
import type { Box } from '../../../text/drawings.ts';
import type { TextFragment } from '../../../text/text-pen.ts';

export type Span = Pick<Box, 'x0' | 'x1'>;

/** Words on one baseline, from left to right. */
export type BandLine = readonly TextFragment[];

/** Baselines nearer to each other than this (em) are of one line. */
const BASELINE_EM = 0.42;
/** Words of one cell are nearer to each other than this (em). */
const TOUCHING_EM = 1.6;

/** Words by the lines that they are on, from top to bottom. */
export function linesOf(fragments: readonly TextFragment[]): BandLine[] {
  const lines: TextFragment[][] = [];
  let y = Number.POSITIVE_INFINITY;
  for (const fragment of fragments.toSorted((a, b) => b.y - a.y)) {
    const last = lines.at(-1);
    if (last && y - fragment.y <= fragment.size * BASELINE_EM) last.push(fragment);
    else {
      lines.push([fragment]);
      y = fragment.y;
    }
  }
  for (const line of lines) line.sort((a, b) => a.x0 - b.x0);
  return lines;
}

/** Whether the words of a line stand near to each other, as those of one cell do. */
export function touches(line: BandLine): boolean {
  return line.every(({ x0, size }, at) => x0 - (line[at - 1]?.x1 ?? x0) <= size * TOUCHING_EM);
}

/** What text leaves empty of gaps (from left to right), where that is wide enough. */
export function gapsLeft(gaps: readonly Span[], fragments: readonly TextFragment[], least: number): Span[] {
  const covered = stretches(fragments);
  let first = 0;
  return gaps.flatMap((gap) => {
    const left: Span[] = [];
    let from = gap.x0;
    while ((covered[first]?.x1 ?? Number.POSITIVE_INFINITY) <= gap.x0) first++;
    for (let at = first; at < covered.length; at++) {
      const { x0, x1 } = covered[at] ?? gap;
      if (x0 >= gap.x1) break;
      left.push({ x0: from, x1: x0 });
      from = Math.max(from, x1);
    }
    left.push({ x0: from, x1: gap.x1 });
    return left.filter(({ x0, x1 }) => x1 - x0 >= least);
  });
}

/** The gaps that have text on both of their sides. */
export function gapsBetween(gaps: readonly Span[], { x0, x1 }: Span): Span[] {
  return gaps.filter((gap) => gap.x0 >= x0 && gap.x1 <= x1);
}

/** The column, counted from 0, that something stands in. */
export function columnOf({ x0, x1 }: Span, edges: readonly number[]): number {
  return firstIndex(edges.length, (at) => (edges[at] ?? 0) > (x0 + x1) / 2);
}

/** How many columns say something. */
export function columnsIn(fragments: readonly TextFragment[], edges: readonly number[]): number {
  return new Set(fragments.map((fragment) => columnOf(fragment, edges))).size;
}

/** Upper edge of a line. */
export function topOf(line: BandLine): number {
  return line.reduce((most, { y, size }) => Math.max(most, y + size), Number.NEGATIVE_INFINITY);
}
