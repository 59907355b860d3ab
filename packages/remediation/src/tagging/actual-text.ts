import { endsHyphenated, GrowingText } from '../structure/inlines.ts';
import type { Word } from '../structure/types.ts';
import { isRightToLeft } from '../text/direction.ts';
import type { Content, Element } from './elements.ts';

/** Words of a page, with the text that they are read as where their glyphs say another. */
export function textContent(page: number, words: readonly Word[]): Element | Content {
  const own: Content = { page, words, drawings: [], marks: [] };
  const text = actualText(words);
  return text === undefined ? own : { tag: 'Span', actualText: text, children: [own] };
}

/**
 * What words are read as, where their glyphs in the order in which they are drawn do not say it: spaces that are not drawn, and words
 * that are read in another order than from left to right.
 *
 * It stands at an element of the tree, which is what is read aloud. At marked content it would stand in the way of those who copy
 * and search: programs that show pages put it into the box of what it stands for, take its letters from left to right, and no longer
 * find the words in it.
 *
 * @returns undefined where the glyphs say it all
 */
function actualText(words: readonly Word[]): string | undefined {
  if (!words.some((word, at) => isOtherwise(word, words[at - 1]))) return undefined;
  const text = new GrowingText();
  for (const [order, word] of words.entries()) {
    if (endsHyphenated(text.end, word)) text.dropLast();
    else if (word.before !== undefined) text.add(order > 0 ? word.before : '');
    else if (isSpaced(word, order)) text.add(' ');
    text.add(word.text);
  }
  return text.whole;
}

function isSpaced(word: Word, order: number): boolean {
  return order > 0 && (word.spaceBefore || word.lineStart);
}

function isOtherwise(word: Word, before: Word | undefined): boolean {
  if (isRightToLeft(word.text)) return true;
  if (!before) return false;
  if (word.spaceBefore && !word.drawnSpace && !word.lineStart) return true;
  const [last, first] = [before.spans[0], word.spans[0]];
  return (
    last !== undefined &&
    first !== undefined &&
    last.stream === first.stream &&
    last.operation === first.operation &&
    first.from < last.from
  );
}
