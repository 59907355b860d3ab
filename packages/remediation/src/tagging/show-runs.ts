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
    for (const run of unbrokenParts(pieces.slice(at, end))) runs.push(runOf(run));
    at = end;
  }
  return runs;
}

/** Pieces of one content, drawn one after the other, in as few parts as can be, none of which has words of others read inside of it. */
function unbrokenParts(pieces: readonly Piece[]): Piece[][] {
  const stretches = stretchesOf(pieces);
  const parts: Piece[][] = [];
  for (const piece of pieces) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    if (last && stretches.get(last.order) === stretches.get(piece.order)) part?.push(piece);
    else parts.push([piece]);
  }
  // A stretch of which other words are drawn in between is there in several parts, which may be without some of it.
  return parts.flatMap((part) =>
    new Set(stretchesOf(part).values()).size === 1 ? [part] : risingParts(part),
  );
}

/** For each of the places of words in their content, the first of those that come without a gap up to it. */
function stretchesOf(pieces: readonly Piece[]): Map<number, number> {
  const orders = pieces.map(({ order }) => order).sort((a, b) => a - b);
  const stretches = new Map<number, number>();
  let [start, last] = [orders[0] ?? 0, orders[0] ?? 0];
  for (const order of orders) {
    if (!goesOn(last, order)) start = order;
    stretches.set(order, start);
    last = order;
  }
  return stretches;
}

function risingParts(pieces: readonly Piece[]): Piece[][] {
  const parts: Piece[][] = [];
  for (const piece of pieces) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    if (last && goesOn(last.order, piece.order)) part?.push(piece);
    else parts.push([piece]);
  }
  return parts;
}

/** Whether nothing is read between a word and another one, which comes behind it: a word can be drawn in several pieces. */
export function goesOn(last: number, order: number): boolean {
  return order === last || order === last + 1;
}

function runOf(pieces: readonly Piece[]): ShowRun {
  const [first] = pieces;
  if (!first) throw new Error('A run has at least one piece.');
  const orders = pieces.map(({ order }) => order).sort((a, b) => a - b);
  return { target: first.target, from: first.from, orders };
}
