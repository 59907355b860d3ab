/** Byte → text tables of the simple encodings (ISO 32000-1, annex D). */
type Encoding = readonly (string | undefined)[];

const ASCII = Array.from({ length: 256 }, (_, code) =>
  code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : undefined,
);

function encoding(overrides: Iterable<readonly [code: number, text: string]>): Encoding {
  const table = [...ASCII];
  for (const [code, text] of overrides) table[code] = text;
  return table;
}

/** The characters of a text at consecutive codes; NUL leaves one out. */
export function* from(code: number, text: string): Generator<readonly [number, string]> {
  let next = code;
  for (const character of text) {
    if (character !== '\u0000') yield [next, character];
    next++;
  }
}

const LATIN_1 = Array.from({ length: 96 }, (_, index) => String.fromCharCode(0xa0 + index)).join('');

const WIN_ANSI: Encoding = encoding([
  // Unused codes of WinAnsi show a bullet.
  ...from(0x7f, '•€•‚ƒ„…†‡ˆ‰Š‹Œ•Ž••‘’“”•–—˜™š›œ•žŸ'),
  ...from(0xa0, LATIN_1),
]);

const MAC_ROMAN: Encoding = encoding(
  from(
    0x80,
    'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø' +
      '¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄¤‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u0000ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ',
  ),
);

export const STANDARD: Encoding = encoding([
  ...from(0x27, '’'),
  ...from(0x60, '‘'),
  ...from(0xa1, "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ\u0000–†‡·\u0000¶•‚„”»…‰\u0000¿\u0000`´ˆ˜¯˘˙¨\u0000˚¸\u0000˝˛ˇ—"),
  ...from(0xe1, 'Æ\u0000ª\u0000\u0000\u0000\u0000ŁØŒº\u0000\u0000\u0000\u0000\u0000æ\u0000\u0000\u0000ı'),
  ...from(0xf8, 'łøœß'),
]);

export const SYMBOL: Encoding = encoding([
  ...from(0x41, 'ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ'),
  ...from(0x61, 'αβχδεφγηιϕκλμνοπθρστυϖωξψζ'),
  ...from(0xa1, 'ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…'),
]);

/** ZapfDingbats follows Unicode's Dingbats block but for the characters that existed elsewhere. */
export const ZAPF_DINGBATS: Encoding = encoding([
  ...from(0x21, Array.from({ length: 0x5e }, (_, index) => String.fromCharCode(0x2701 + index)).join('')),
  ...from(0x25, '☎'),
  ...from(0x2a, '☛☞'),
  ...from(0x48, '★'),
  ...from(0x6c, '●'),
  ...from(0x6e, '■'),
  ...from(0x73, '▲▼◆'),
  ...from(0x77, '◗'),
]);

/** The encoding a PDF calls by this name, if it is one of the simple ones. */
export function encodingByName(name: string | undefined): Encoding | undefined {
  if (name === 'WinAnsiEncoding') return WIN_ANSI;
  if (name === 'MacRomanEncoding') return MAC_ROMAN;
  if (name === 'StandardEncoding') return STANDARD;
  return undefined;
}
