import type { CodeMap } from './to-unicode.ts';

/** The bullets that LibreOffice gives to lists it reads from HTML: disc, circle and square, under private codes. */
const BULLETS: Readonly<Record<string, string>> = { '\ue008': '•', '\ue009': '◦', '\ue00b': '▪' };

/**
 * A map to Unicode, with what LibreOffice's own symbol font means by private codes. Anybody else's private codes mean
 * something else.
 *
 * @param name of the font, without the mark of a subset
 */
export function withOpenSymbols(name: string, map: CodeMap): CodeMap {
  if (!/^(?:Open|Star)Symbol\b/i.test(name)) return map;
  return {
    ...map,
    text: new Map([...map.text].map(([code, text]) => [code, BULLETS[text] ?? text] as const)),
  };
}
