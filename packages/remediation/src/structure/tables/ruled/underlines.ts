import type { Comparing } from '../../../budget.ts';
import type { Box } from '../../../text/drawings.ts';
import type { TextFragment } from '../../../text/text-pen.ts';

/** How far below its text's baseline an underline lies at most, and how far above it a line that strikes it out (em). */
const BELOW_EM = 0.2;
const ABOVE_EM = 0.45;
/** Lines for text begin and end with its words or letters; rules of a table keep a distance. */
const SAME_END_PT = 1.5;
/** The space behind the words of a line that is broken has its part of the underline. */
const SPACE_EM = 0.35;
/** What words are marked with is as high as their line and begins and ends with them; a cell's background keeps a distance. */
const MARKED_EM = 1.5;
const MARKED_END_PT = 0.6;
/** Text larger than this has lines that are searched for no more. */
const LARGEST_PT = 48;
/** Comparisons on one page: a full one of small print, all of it underlined, has a tenth of them. */
const MAX_COMPARISONS = 4_000_000;

/** Tells lines under words, or through them, and what words are marked with, from rules. */
export class Underlines {
  /** Text by the whole point that its baseline is at. */
  readonly #lines = new Map<number, TextFragment[]>();
  #comparisonsLeft = MAX_COMPARISONS;

  readonly #budget: Comparing;

  constructor(fragments: readonly TextFragment[], budget: Comparing) {
    this.#budget = budget;
    for (const fragment of fragments) {
      if (fragment.quarter !== 0) continue;
      const y = Math.floor(fragment.y);
      const line = this.#lines.get(y);
      if (line) line.push(fragment);
      else this.#lines.set(y, [fragment]);
    }
  }

  /** More lines and words lie at one height than can be compared: nothing more is an underline. */
  get gaveUp(): boolean {
    return this.#comparisonsLeft < 0;
  }

  /** Whether a thin box as wide as this begins and ends where words of one line do, or inside of them. */
  has({ x0, x1, y0, y1 }: Box): boolean {
    const at = (y0 + y1) / 2;
    let [begins, ends] = [false, false];
    const lowest = Math.floor(at - ABOVE_EM * LARGEST_PT);
    for (let y = lowest; y <= at + BELOW_EM * LARGEST_PT; y++) {
      const line = this.#lines.get(y) ?? [];
      this.#comparisonsLeft -= this.#budget.compares(line.length) ? line.length : Number.POSITIVE_INFINITY;
      if (this.gaveUp) return false;
      for (const fragment of line) {
        const above = (fragment.y - at) / fragment.size;
        if (above > BELOW_EM || above < -ABOVE_EM) continue;
        const space = SAME_END_PT + SPACE_EM * fragment.size;
        begins ||= x0 >= fragment.x0 - SAME_END_PT && x0 < fragment.x1;
        ends ||= x1 > fragment.x0 && x1 <= fragment.x1 + space;
      }
    }
    return begins && ends;
  }

  /** Whether a box lies behind words of one line, or parts of them, and is no larger than they are. */
  marks({ x0, x1, y0, y1 }: Box): boolean {
    if (y1 - y0 > LARGEST_PT * MARKED_EM) return false;
    let [begins, ends] = [false, false];
    for (let y = Math.floor(y0); y <= y1; y++) {
      const line = this.#lines.get(y) ?? [];
      this.#comparisonsLeft -= this.#budget.compares(line.length) ? line.length : Number.POSITIVE_INFINITY;
      if (this.gaveUp) return false;
      for (const fragment of line) {
        if (fragment.x1 < x0 || fragment.x0 > x1) continue;
        if (fragment.y < y0 || y1 - y0 > fragment.size * MARKED_EM) return false;
        // Spaces are marked like words, and are no fragments.
        const isIndented = fragment.afterSpace && fragment.x0 > x0;
        // A comma behind what is marked is of its last word, and is not: through a cell's edge runs no word.
        begins ||= isIndented || (x0 >= fragment.x0 - MARKED_END_PT && x0 < fragment.x1);
        ends ||= x1 > fragment.x0 && x1 <= fragment.x1 + MARKED_END_PT + SPACE_EM * fragment.size;
      }
    }
    return begins && ends;
  }
}
