import { inlinesOf } from '../structure/inlines.ts';
import { type Inline, type InlineSource, plainText, type Word } from '../structure/types.ts';
import { isRightToLeft } from '../text/direction.ts';
import type { Content, Element } from './elements.ts';

/** Text of a page with what it is read as, where its glyphs say another. */
export interface ReadInline extends Inline {
  readonly source: InlineSource;
  readonly actualText?: string;
}

/**
 * Words of a page, with the text that they are read as where their glyphs say another.
 *
 * It stands at an element of the tree, which is what is read aloud. At marked content it would stand in the way of those who copy
 * and search: programs that show pages put it into the box of what it stands for, take its letters from left to right, and no longer
 * find the words in it.
 */
export function textContent(page: number, words: readonly Word[], text?: string): Element | Content {
  const own: Content = { page, words, drawings: [], marks: [] };
  const actualText = text ?? (isReadOtherwise(words) ? textOf(words, page) : undefined);
  return actualText === undefined ? own : { tag: 'Span', actualText, children: [own] };
}

/** Words of a page as the HTML has them. */
export function textOf(words: readonly Word[], page: number): string {
  return plainText(inlinesOf(words, page)).trim();
}

/**
 * The text of a block with what its pieces are read as: the same words as in the HTML, and the same spaces between the pieces. One
 * that is read as another text takes the place of the spaces drawn beside it, so these stand in the text of one of the two.
 */
export function readInlines(content: readonly Inline[]): ReadInline[] {
  const pieces = withWords(content);
  const otherwise = pieces.map(({ source }) => isReadOtherwise(source.words));
  const settle = (at: number): void => {
    const [before, piece] = [pieces[at - 1], pieces[at]];
    if (!before || !piece || before.listing !== piece.listing) return;
    const holder = isSpace(before.text.at(-1)) ? at - 1 : isSpace(piece.text[0]) ? at : undefined;
    if (holder === undefined) return;
    const [first] = piece.source.words;
    const isDrawn = first?.drawnSpace === true || first?.lineStart === true;
    if (!isDrawn || otherwise[at - 1] || otherwise[at]) otherwise[holder] = true;
  };
  // What is settled for one asks something of the pieces on both sides.
  for (let at = 1; at < pieces.length; at++) settle(at);
  for (let at = pieces.length - 1; at > 0; at--) settle(at);
  return pieces.map((piece, at) => (otherwise[at] ? { ...piece, actualText: piece.text } : piece));
}

/** The pieces that have words, with the spaces before them that are of neither of two links. */
function withWords(content: readonly Inline[]): ReadInline[] {
  const pieces: ReadInline[] = [];
  let lead = '';
  for (const { source, ...inline } of content) {
    const text = lead + inline.text;
    const hasWords = source !== undefined && source.words.length > 0;
    if (hasWords) pieces.push({ ...inline, text, source });
    lead = hasWords ? '' : text;
  }
  return pieces;
}

function isSpace(letter: string | undefined): boolean {
  return letter !== undefined && letter.trim() === '';
}

/**
 * Whether the glyphs of words, in the order in which they are drawn, do not say how they are read: spaces that are not drawn, and words
 * that are read in another order than from left to right.
 */
function isReadOtherwise(words: readonly Word[]): boolean {
  return words.some((word, at) => isOtherwise(word, words[at - 1]));
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
