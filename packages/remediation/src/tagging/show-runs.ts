import type { Piece, Target } from './page-plan.ts';

/** Pieces of one show operation that become one marked-content sequence. */
export interface ShowRun {
  readonly target: Target;
  /** Byte offset at which it begins, in the operation's strings joined. */
  readonly from: number;
  /** Places of its words in their content, ascending. */
  readonly orders: readonly number[];
}

/**
 * The marked-content sequences of a show operation: as few as can be.
 *
 * Each one more cuts the operation, and then what draws the page works out the places of the glyphs behind the cut anew: those that
 * fall between two pixels can be rounded to the other one. So words that are drawn from left to right and read from right to left
 * stay together, unless words that are not among them are read between them.
 *
 * @param pieces in drawing order
 */
export function showRuns(pieces: readonly Piece[]): ShowRun[] {
  const runs: ShowRun[] = [];
  for (let at = 0; at < pieces.length; ) {
    const target = pieces[at]?.target;
    let end = at + 1;
    while (end < pieces.length && pieces[end]?.target === target) end++;
    const together = pieces.slice(at, end);
    if (isUnbroken(together)) runs.push(runOf(together));
    else for (const ascending of ascendingParts(together)) runs.push(runOf(ascending));
    at = end;
  }
  return runs;
}

/** Whether the words of a content are all there from the first of them that is read to the last. */
function isUnbroken(pieces: readonly Piece[]): boolean {
  const orders = new Set(pieces.map(({ order }) => order));
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const order of orders) {
    first = Math.min(first, order);
    last = Math.max(last, order);
  }
  return last - first < orders.size;
}

function ascendingParts(pieces: readonly Piece[]): Piece[][] {
  const parts: Piece[][] = [];
  for (const piece of pieces) {
    const part = parts.at(-1);
    if (part && piece.order >= (part.at(-1)?.order ?? 0)) part.push(piece);
    else parts.push([piece]);
  }
  return parts;
}

function runOf(pieces: readonly Piece[]): ShowRun {
  const [first] = pieces;
  if (!first) throw new Error('A run has at least one piece.');
  const orders = pieces.map(({ order }) => order).sort((a, b) => a - b);
  return { target: first.target, from: first.from, orders };
}
