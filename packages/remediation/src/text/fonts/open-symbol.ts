import type { CodeMap } from './to-unicode.ts';

/** The bullets that LibreOffice gives to lists it reads from HTML: disc, circle and square, under private codes. */
const BULLETS: Readonly<Record<string, string>> = { '\ue008': '•', '\ue009': '◦', '\ue00b': '▪' };

/** @param name of a font, without the mark of a subset */
export function isOpenSymbol(name: string): boolean {
  return /^(?:Open|Star)Symbol\b/i.test(name);
}

/**
 * The map to Unicode of LibreOffice's own symbol font, with what that means by private codes. Anybody else's private codes
 * mean something else.
 */
export function withOpenSymbols(map: CodeMap): CodeMap {
  return {
    ...map,
    text: new Map([...map.text].map(([code, text]) => [code, BULLETS[text] ?? text] as const)),
  };
}
