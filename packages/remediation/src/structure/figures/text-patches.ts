import { union } from '../../text/boxes.ts';
import type { Box } from '../../text/drawings.ts';
import type { TextFragment } from '../../text/text-pen.ts';

/** Text that stands together: lines below each other without a gap. */
export interface TextPatch extends Box {
  readonly fragments: readonly TextFragment[];
  /** In reading order, with single spaces. */
  readonly text: string;
  readonly lines: number;
  readonly size: number;
  readonly bold: boolean;
  readonly quarter: TextFragment['quarter'];
}

/** Fragments further apart than this (em) are not of one line; lines further apart, baseline to baseline, not of one patch. */
const GAP_EM = 1.2;
const LEADING_EM = 1.7;
const SAME_BASELINE_EM = 0.35;
const SAME_SIZE = 1.2;
/** More pieces of lines than this are no drawing's. */
const MAX_PIECES = 4000;

interface Piece {
  readonly fragments: TextFragment[];
  readonly y: number;
  readonly x0: number;
  x1: number;
  readonly size: number;
}

/** The patches of a page's text; undefined when it is cut into too many pieces to look at. */
export function textPatches(fragments: readonly TextFragment[]): TextPatch[] | undefined {
  const patches: TextPatch[] = [];
  for (const quarter of [0, 1, 2, 3] as const) {
    const pieces = piecesOf(fragments.filter((fragment) => fragment.quarter === quarter));
    if (pieces.length > MAX_PIECES) return undefined;
    for (const group of joined(pieces)) patches.push(patchOf(group, quarter));
  }
  return patches;
}

function piecesOf(fragments: readonly TextFragment[]): Piece[] {
  const sorted = [...fragments].sort((a, b) => b.y - a.y);
  const rows: TextFragment[][] = [];
  for (const fragment of sorted) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && first.y - fragment.y <= SAME_BASELINE_EM * fragment.size) row.push(fragment);
    else rows.push([fragment]);
  }
  const pieces: Piece[] = [];
  for (const row of rows) {
    let open: Piece | undefined;
    for (const fragment of row.sort((a, b) => a.x0 - b.x0)) {
      if (open && fragment.x0 - open.x1 <= GAP_EM * Math.max(open.size, fragment.size)) {
        open.fragments.push(fragment);
        open.x1 = Math.max(open.x1, fragment.x1);
        continue;
      }
      const { x0, x1, y, size } = fragment;
      open = { fragments: [fragment], x0, x1, y, size };
      pieces.push(open);
    }
  }
  return pieces;
}

/** Pieces of lines, by the patch that they are of. */
function joined(pieces: readonly Piece[]): Piece[][] {
  const groups = new Map<Piece, Piece[]>();
  for (const [index, piece] of pieces.entries()) {
    const group = groups.get(piece) ?? [piece];
    groups.set(piece, group);
    for (let at = index + 1; at < pieces.length; at++) {
      const below = pieces[at];
      if (!below || piece.y - below.y > LEADING_EM * piece.size) break;
      if (!goesOn(piece, below) || groups.get(below) === group) continue;
      const other = groups.get(below) ?? [below];
      group.push(...other);
      for (const each of other) groups.set(each, group);
    }
  }
  return [...new Set(groups.values())];
}

function goesOn(piece: Piece, below: Piece): boolean {
  return (
    below.x0 < piece.x1 &&
    below.x1 > piece.x0 &&
    below.y < piece.y &&
    Math.max(piece.size, below.size) < Math.min(piece.size, below.size) * SAME_SIZE
  );
}

function patchOf(pieces: readonly Piece[], quarter: TextFragment['quarter']): TextPatch {
  const sorted = [...pieces].sort((a, b) => b.y - a.y || a.x0 - b.x0);
  const fragments = sorted.flatMap((piece) => piece.fragments);
  return {
    ...union(fragments.map(placeOf)),
    fragments,
    text: fragments.map(({ text }) => text).join(' '),
    lines: pieces.length,
    size: fragments.reduce((most, { size }) => Math.max(most, size), 0),
    bold: fragments.every(({ bold }) => bold),
    quarter,
  };
}

/** Where a fragment is on the page, whichever way it runs. */
function placeOf({ x0, x1, y, size, quarter }: TextFragment): Box {
  const [low, high] = [y - size * 0.2, y + size * 0.8];
  switch (quarter) {
    case 0:
      return { x0, x1, y0: low, y1: high };
    case 1:
      return { x0: -high, x1: -low, y0: x0, y1: x1 };
    case 2:
      return { x0: -x1, x1: -x0, y0: -high, y1: -low };
    case 3:
      return { x0: low, x1: high, y0: -x1, y1: -x0 };
  }
}
