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
  ...[...'“”„«»–—'].map((text, at): [number, string] => [0x10 + at, text]),
  ...['ı', 'ȷ', 'ff', 'fi', 'fl', 'ffi', 'ffl'].map((text, at): [number, string] => [0x19 + at, text]),
  ...[...'"<>\\^_{|}~'].map((text): [number, string] => [text.charCodeAt(0), text]),
  ...[...'ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§'].map((text, at): [number, string] => [0x80 + at, text]),
  ...[...'ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£'].map((text, at): [number, string] => [0xa0 + at, text]),
  ...[...'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖŒØÙÚÛÜÝÞẞ'].map((text, at): [number, string] => [0xc0 + at, text]),
  ...[...'àáâãäåæçèéêëìíîïðñòóôõöœøùúûüýþß'].map((text, at): [number, string] => [0xe0 + at, text]),
]);
const OT1 = new Map([
  ...['ff', 'fi', 'fl', 'ffi', 'ffl', 'ı', 'ȷ'].map((text, at): [number, string] => [0x0b + at, text]),
  ...[...'ßæœøÆŒØ'].map((text, at): [number, string] => [0x19 + at, text]),
  [0x22, '”'],
  [0x5c, '“'],
  [0x7b, '–'],
  [0x7c, '—'],
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
  const own = isT1 ? T1 : isOt1 ? OT1 : new Map([...T1].filter(([code]) => code >= 0x19 && code < 0x20));
  return new Map(
    codes.flatMap((code): [number, string][] => {
      const ascii = String.fromCharCode(code);
      const text = own.get(code) ?? QUOTES.get(code) ?? (BOTH.includes(ascii) ? ascii : undefined);
      return text === undefined ? [] : [[code, text]];
    }),
  );
}
