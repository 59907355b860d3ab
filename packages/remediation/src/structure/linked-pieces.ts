import type { TextFragment } from '../text/text-pen.ts';
import type { LinkArea } from './types.ts';

/** Text with the link that it is in. */
export interface LinkedText extends TextFragment {
  readonly link: LinkArea | undefined;
}

/** Of links that one word goes through no more are looked at: letters in a row can lead somewhere each. */
const MAX_LINKS = 64;
const ACCENT = /^\p{M}/u;

/**
 * A word with its link, by where its middle is.
 *
 * One that several operations draw is divided where the link ends: a full stop behind it is drawn with the sentence that goes on, and
 * belongs to that. But not the accents of a letter, nor on a page that is read from right to left a number: what stands right of a
 * word is read before it there.
 *
 * @param rightToLeft the page is read from right to left
 */
export function linkedPieces(
  fragment: TextFragment,
  links: readonly LinkArea[],
  rightToLeft = false,
): LinkedText[] {
  const { parts, spans, x0, x1 } = fragment;
  const near = fragment.quarter === 0 ? linksAround(fragment, links) : [];
  const whole = { ...fragment, link: linkAt(x0, x1, near) };
  if (!parts || near.length === 0) return [whole];
  const runs: { link: LinkArea | undefined; text: string; first: number }[] = [];
  for (const [index, { text, x0: from }] of parts.entries()) {
    const link = linkAt(from, parts[index + 1]?.x0 ?? x1, near);
    const last = runs.at(-1);
    if (last && (last.link === link || text === '' || last.text === '' || ACCENT.test(text))) {
      if (last.text === '') last.link = link;
      last.text += text;
    } else runs.push({ link, text, first: index });
  }
  const [only] = runs;
  if (only && runs.length === 1) return [{ ...fragment, link: only.link }];
  if (rightToLeft && runs.some(({ text }) => isNumber(text))) return [whole];
  return runs.map(({ link, text, first }, index): LinkedText => {
    const next = runs[index + 1]?.first;
    return {
      ...fragment,
      text,
      link,
      x0: index === 0 ? x0 : (parts[first]?.x0 ?? x0),
      x1: next === undefined ? x1 : (parts[next]?.x0 ?? x1),
      spans: spans.slice(first, next),
      afterSpace: index === 0 && fragment.afterSpace,
    };
  });
}

/** The links that a line of text goes through. */
function linksAround({ y, size, x0, x1 }: TextFragment, links: readonly LinkArea[]): LinkArea[] {
  const middle = y + size * 0.25;
  const near: LinkArea[] = [];
  for (const link of links) {
    if (link.y0 > middle || link.y1 < middle || link.x0 > x1 || link.x1 < x0 || link.x0 === link.x1) continue;
    near.push(link);
    if (near.length === MAX_LINKS) break;
  }
  return near;
}

function linkAt(x0: number, x1: number, near: readonly LinkArea[]): LinkArea | undefined {
  const middle = (x0 + x1) / 2;
  return near.find((link) => middle >= link.x0 && middle <= link.x1);
}

function isNumber(text: string): boolean {
  return /\p{Nd}/u.test(text) && !/\p{L}/u.test(text);
}
