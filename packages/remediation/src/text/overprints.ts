import type { TextFragment } from './text-pen.ts';

/** How far (em) a second print of a word is from the first: bold faces, shadows and outlines are made of them. */
const APART_EM = 0.12;
const SAME_SIZE = 0.05;

/** The words of a page, and those of them that are drawn once more at the same place, which are read once. */
export function withoutOverprints(fragments: readonly TextFragment[]): {
  readonly kept: readonly TextFragment[];
  readonly again: readonly TextFragment[];
} {
  const places = new Map<string, TextFragment>();
  const again = new Set<TextFragment>();
  for (const fragment of fragments) {
    const { text, x0, y, size, quarter } = fragment;
    const step = size * APART_EM;
    const [column, row] = [Math.floor(x0 / step), Math.floor(y / step)];
    const placeOf = (across: number, up: number): string =>
      `${quarter} ${column + across} ${row + up} ${text}`;
    const isPrinted = NEIGHBOURS.some(([across, up]) => isSame(places.get(placeOf(across, up)), fragment));
    if (isPrinted) again.add(fragment);
    else places.set(placeOf(0, 0), fragment);
  }
  if (again.size === 0) return { kept: fragments, again: [] };
  return { kept: fragments.filter((fragment) => !again.has(fragment)), again: [...again] };
}

const STEPS = [0, -1, 1];
const NEIGHBOURS = STEPS.flatMap((across) => STEPS.map((up) => [across, up] as const));

function isSame(first: TextFragment | undefined, { x0, y, size }: TextFragment): boolean {
  if (!first || Math.abs(first.size - size) > size * SAME_SIZE) return false;
  return Math.max(Math.abs(first.x0 - x0), Math.abs(first.y - y)) <= size * APART_EM;
}
