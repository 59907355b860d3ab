import { from } from './encodings.ts';

/**
 * Fonts that TeX made of dots call a glyph by its number (`a65`), which says where it stands in TeX's own encodings: T1
 * (Cork), or the older OT1. Letters and digits are where ASCII has them in both.
 */
const NUMBERED = /^[A-Za-z]{1,2}(\d{1,3})$/;

const BOTH = " !#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz";
const QUOTES = new Map([
  [0x27, '’'],
  [0x60, '‘'],
]);
const T1 = new Map([
  ...from(0x10, '“”„«»–—'),
  ...from(0x19, 'ıȷ'),
  ...from(0x1b, 'ﬀﬁﬂﬃﬄ'),
  ...from(0x22, '"'),
  ...from(0x3c, '<'),
  ...from(0x3e, '>'),
  ...from(0x5c, '\\'),
  ...from(0x5e, '^_'),
  ...from(0x7b, '{|}~'),
  ...from(0x80, 'ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§'),
  ...from(0xa0, 'ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£'),
  ...from(0xc0, 'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖŒØÙÚÛÜÝÞẞ'),
  ...from(0xe0, 'àáâãäåæçèéêëìíîïðñòóôõöœøùúûüýþß'),
]);
const OT1 = new Map([
  ...from(0x0b, 'ﬀﬁﬂﬃﬄ'),
  ...from(0x10, 'ıȷ'),
  ...from(0x19, 'ßæœøÆŒØ'),
  ...from(0x22, '”'),
  ...from(0x5c, '“'),
  ...from(0x7b, '–—'),
]);

/**
 * Text of a font's glyphs by their codes, as far as numbers for names tell it; undefined for a font with other names. Only
 * a guess: symbols of mathematics are numbered the same way.
 */
export function bitmapFontText(names: ReadonlyMap<number, string>): Map<number, string> | undefined {
  const codes = [...names].flatMap(([code, name]) => (name === '.notdef' ? [] : [code]));
  if (codes.length === 0) return undefined;
  if (!codes.every((code) => NUMBERED.exec(names.get(code) ?? '')?.[1] === String(code))) return undefined;
  // Letters with accents are beyond ASCII, and dashes and ligatures between 16 and 31, in T1 alone.
  const isT1 = codes.some((code) => code >= 0x80 || (code >= 0x10 && code <= 0x18) || code === 0x1f);
  const isOt1 = !isT1 && codes.some((code) => code >= 0x0b && code <= 0x0f);
  const own = isT1 ? T1 : isOt1 ? OT1 : new Map([...T1].filter(([code]) => code < 0x20));
  return new Map(
    codes.flatMap((code): [number, string][] => {
      const ascii = String.fromCharCode(code);
      const text = own.get(code) ?? QUOTES.get(code) ?? (BOTH.includes(ascii) ? ascii : undefined);
      return text === undefined ? [] : [[code, text]];
    }),
  );
}
