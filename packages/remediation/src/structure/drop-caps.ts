import type { TextFragment } from '../text/text-pen.ts';

/** A letter, with a quotation mark before it. */
const LETTER = /^["“„«]?\p{Lu}$/u;
/** So much larger than the text beside it, which begins this near (em of that text). */
const MIN_SCALE = 1.8;
const MAX_GAP_EM = 1;
/** What stands beside it reaches from its foot to its top, in em of its own. */
const FOOT_EM = -0.1;
const TOP_EM = 0.75;
/** Lines of text beside it. */
const MIN_LINES = 2;
const SAME_LINE_PT = 1;
/** A page with more large letters than these has none that opens a text. */
const MAX_LETTERS = 20;

/** Pieces of a page, with large letters that open a text on the baseline of its first line, whose first word they begin. */
export function withDropCaps<T extends TextFragment>(pieces: readonly T[]): readonly T[] {
  const smallest = pieces.reduce((least, { size }) => Math.min(least, size), Infinity);
  const letters = pieces.filter(({ text, size }) => size >= smallest * MIN_SCALE && LETTER.test(text));
  if (letters.length === 0 || letters.length > MAX_LETTERS) return pieces;
  const baselines = new Map(letters.map((letter) => [letter, firstLine(letter, pieces)]));
  return pieces.map((piece) => {
    const y = baselines.get(piece);
    return y === undefined ? piece : { ...piece, y };
  });
}

/** Baseline of the first of the lines that a letter stands before; undefined when it stands before one or none. */
function firstLine(letter: TextFragment, pieces: readonly TextFragment[]): number | undefined {
  const beside = pieces.filter(
    ({ x0, y, size }) =>
      size * MIN_SCALE <= letter.size &&
      x0 >= letter.x1 - size / 2 &&
      x0 - letter.x1 <= size * MAX_GAP_EM &&
      y >= letter.y + letter.size * FOOT_EM &&
      y <= letter.y + letter.size * TOP_EM,
  );
  const lines: number[] = [];
  for (const { y } of beside.sort((a, b) => b.y - a.y))
    if (lines.length === 0 || (lines.at(-1) ?? 0) - y > SAME_LINE_PT) lines.push(y);
  return lines.length >= MIN_LINES ? lines[0] : undefined;
}
