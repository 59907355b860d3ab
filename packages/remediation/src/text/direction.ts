/** Letters that are written from right to left, their presentation forms included. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
const PRESENTATION_FORMS = /[\ufb1d-\ufdff\ufe70-\ufefc]+/gu;
const LEFT_TO_RIGHT = /\p{L}/u;
/** Numbers with their signs, and words of other scripts, inside of a text from right to left. */
const FORWARD = /^(?:[\p{Nd}.,:/%+-]|(?![\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])\p{L})$/u;
const MIRRORED = new Map(
  ['()', ')(', '[]', '][', '{}', '}{', '<>', '><', '«»', '»«'].map(([from = '', to = '']) => [from, to]),
);

/** Whether a bracket is what another one looks like in a text from right to left. */
export function isMirrorOf(bracket: string, other: string): boolean {
  return MIRRORED.get(bracket) === other;
}

export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

function isLeftToRight(text: string): boolean {
  return LEFT_TO_RIGHT.test(text) && !RIGHT_TO_LEFT.test(text);
}

/** Whether most of the words are of a script that is written from right to left. */
export function mostlyRightToLeft(words: readonly { readonly text: string }[]): boolean {
  let balance = 0;
  for (const { text } of words) {
    if (isRightToLeft(text)) balance += text.length;
    else if (LEFT_TO_RIGHT.test(text)) balance -= text.length;
  }
  return balance > 0;
}

/** A word of glyphs that stand from left to right as it is read, and its letters as they are typed. */
export function readingText(glyphs: readonly string[]): string {
  if (!glyphs.some(isRightToLeft)) return glyphs.join('');
  const reversed = glyphs.toReversed().map((glyph) => MIRRORED.get(glyph) ?? glyph);
  const result: string[] = [];
  for (let at = 0; at < reversed.length; ) {
    let end = at;
    while (end < reversed.length && FORWARD.test(reversed[end] ?? '')) end++;
    // Signs at the end of a number are of the sentence.
    while (end > at && !/[\p{Nd}\p{L}%]/u.test(reversed[end - 1] ?? '')) end--;
    if (end > at) for (const glyph of reversed.slice(at, end).reverse()) result.push(glyph);
    else result.push(reversed[end++] ?? '');
    at = end;
  }
  return result.join('').replace(PRESENTATION_FORMS, (forms) => forms.normalize('NFKC'));
}

const NUMBER = /^([.,:;()[\]!?]*)(\p{Nd}(?:.*\p{Nd})?)([.,:;()[\]!?]*)$/u;

/** A number in a text from right to left, given from left to right: the signs on its left are read behind it. */
export function numberText(text: string): string {
  const [, left = '', number, right = ''] = NUMBER.exec(text) ?? [];
  if (number === undefined) return text;
  const turned = (signs: string): string =>
    Array.from(signs, (sign) => MIRRORED.get(sign) ?? sign)
      .reverse()
      .join('');
  return turned(right) + number + turned(left);
}

/**
 * The order in which words that stand beside each other are read.
 *
 * @param words in the order of the line's own direction
 * @returns index of each word, from first to last
 */
export function readingSequence(words: readonly { readonly text: string }[], rightToLeft: boolean): number[] {
  const against = rightToLeft ? isLeftToRight : isRightToLeft;
  const order: number[] = [];
  for (let at = 0; at < words.length; ) {
    let end = at;
    let last = at;
    // Numbers and signs between two such words are of them; behind the last they are not.
    while (
      end < words.length &&
      (against(words[end]?.text ?? '') || (end > at && isNeutral(words[end]?.text ?? '')))
    ) {
      if (against(words[end]?.text ?? '')) last = end + 1;
      end++;
    }
    if (last > at) for (let index = last - 1; index >= at; index--) order.push(index);
    else order.push(last++);
    at = last;
  }
  return order;
}

function isNeutral(text: string): boolean {
  return !LEFT_TO_RIGHT.test(text) && !RIGHT_TO_LEFT.test(text);
}
