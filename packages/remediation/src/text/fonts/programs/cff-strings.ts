import { STANDARD } from '../encodings.ts';

/** Behind those of the standard encoding; NUL for what stands for no text. */
const MORE =
  '¹¬µ™Ð½±Þ¼÷¦°þ¾²®−ð×³©ÁÂÄÀÅÃÇÉÊËÈÍÎÏÌÑÓÔÖÒÕŠÚÛÜÙÝŸŽáâäàåãçéêëèíîïìñóôöòõšúûüùýÿž' +
  // Small capitals, old-style figures and the like are read as what they stand for.
  '!˝$$&´⁽⁾‥․0123456789,—.?ab¢deilmnorstﬀﬃﬄ₍₎ˆ-`abcdefghijklmnopqrstuvwxyz₡1\u0000˜¡¢łšž¨˘ˇ˙¯‒-˛˚¸¿' +
  '⅛⅜⅝⅞⅓⅔⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉¢$.,àáâãäåæçèéêëìíîïðñòóôõöœøùúûüýþÿ';

/** Text of each standard string of CFF (Adobe Technical Note 5176, appendix A) that names a glyph, by its number. */
export const STANDARD_STRINGS: readonly string[] = [
  '\u0000',
  ...STANDARD.filter((text) => text !== undefined),
  ...Array.from(MORE),
].map((text) => text.replace('\u0000', ''));

/** Strings that the standard has; a font's own are numbered behind them. */
export const STANDARD_STRING_COUNT = 391;
