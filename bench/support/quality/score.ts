import type { Structure } from './structure.ts';

/** What was found right, of what was found and of what there is. Added up over documents. */
interface Matches {
  right: number;
  found: number;
  there: number;
}

export interface Score {
  readonly headings: Matches;
  readonly listItems: Matches;
  readonly cells: Matches;
  /** Of headings found right, those of the right level. */
  readonly levels: Matches;
  /** The same of documents whose author skips no level: PDF/UA forbids to go from H1 to H4, so those levels cannot be written. */
  readonly allowedLevels: Matches;
  /** Words in both, once in each: those that keep their order, of all of them. */
  readonly order: Matches;
  /** The same without words from right to left: the truth has those of a line as they are drawn, from left to right. */
  readonly orderLeftToRight: Matches;
  /** Words of the truth that are tagged. */
  readonly text: Matches;
}

const NOTHING: Matches = { right: 0, found: 0, there: 0 };
const KINDS = { headings: /^H[1-6]?$/, listItems: /^LI$/, cells: /^T[HD]$/ } as const;

/** Compares a structure with the author's own. */
export function compare(truth: Structure, found: Structure): Score {
  return {
    headings: matchTexts(textsOf(truth, KINDS.headings), textsOf(found, KINDS.headings)),
    listItems: matchTexts(textsOf(truth, KINDS.listItems), textsOf(found, KINDS.listItems)),
    cells: matchTexts(textsOf(truth, KINDS.cells), textsOf(found, KINDS.cells)),
    levels: matchLevels(headingsOf(truth), headingsOf(found)),
    allowedLevels: skipsLevels(headingsOf(truth))
      ? NOTHING
      : matchLevels(headingsOf(truth), headingsOf(found)),
    order: matchOrder(truth.words, found.words),
    orderLeftToRight: matchOrder(truth.words.filter(isLeftToRight), found.words.filter(isLeftToRight)),
    text: matchTexts(lettersOf(truth), lettersOf(found)),
  };
}

function textsOf({ pieces }: Structure, kind: RegExp): string[] {
  return pieces.filter(({ role }) => kind.test(role)).map(({ text }) => text);
}

/** Letters instead of words: readers put spaces at different places. */
function lettersOf({ words }: Structure): string[] {
  return Array.from(words.join(''));
}

function matchTexts(truth: readonly string[], found: readonly string[]): Matches {
  const left = new Map<string, number>();
  for (const text of truth) left.set(text, (left.get(text) ?? 0) + 1);
  let right = 0;
  for (const text of found) {
    const count = left.get(text) ?? 0;
    if (count === 0) continue;
    right++;
    left.set(text, count - 1);
  }
  return { right, found: found.length, there: truth.length };
}

type Heading = Structure['pieces'][number];

function headingsOf({ pieces }: Structure): Heading[] {
  return pieces.filter(({ role }) => KINDS.headings.test(role));
}

function skipsLevels(headings: readonly Heading[]): boolean {
  const levels = headings.map(({ role }) => Number(role.slice(1)));
  return levels.some((level, at) => level > (levels[at - 1] ?? level) + 1);
}

function matchLevels(truth: readonly Heading[], found: readonly Heading[]): Matches {
  const levels = new Map<string, string[]>();
  for (const { role, text } of truth) levels.set(text, [...(levels.get(text) ?? []), role]);
  let right = 0;
  let both = 0;
  for (const { role, text } of found) {
    const wanted = levels.get(text)?.shift();
    if (wanted === undefined) continue;
    both++;
    if (wanted === role) right++;
  }
  return { right, found: both, there: both };
}

function isLeftToRight(word: string): boolean {
  return !/[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(word);
}

function matchOrder(truth: readonly string[], found: readonly string[]): Matches {
  const places = once(truth);
  const sequence = [...once(found).keys()].flatMap((word) => places.get(word) ?? []);
  // Longest increasing run of places, by patience sorting.
  const tails: number[] = [];
  for (const place of sequence) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    tails[low] = place;
  }
  return { right: tails.length, found: sequence.length, there: sequence.length };
}

/** Words that stand there once, in order, with their places. */
function once(words: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const again = new Set<string>();
  for (const [place, word] of words.entries()) {
    if (places.has(word)) again.add(word);
    else places.set(word, place);
  }
  for (const word of again) places.delete(word);
  return places;
}

/**
 * F1 of all documents together; null when there is nothing of the kind.
 *
 * @param digits behind the point
 */
export function f1(matches: readonly Matches[], digits = 3): number | null {
  const sum = (key: keyof Matches): number => matches.reduce((total, each) => total + each[key], 0);
  const all = sum('found') + sum('there');
  return all === 0 ? null : Number(((2 * sum('right')) / all).toFixed(digits));
}
