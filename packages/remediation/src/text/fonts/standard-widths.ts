import { Standard14Font } from '@libpdf/core';

type StandardName = Parameters<typeof Standard14Font.of>[0];

/** The standard 14 fonts by what PDFs call them. First match wins. */
const NAMES: readonly (readonly [RegExp, StandardName])[] = [
  [/courier/i, 'Courier'],
  [/times.*bold.*(ital|obl)/i, 'Times-BoldItalic'],
  [/times.*bold/i, 'Times-Bold'],
  [/times.*(ital|obl)/i, 'Times-Italic'],
  [/times/i, 'Times-Roman'],
  [/symbol/i, 'Symbol'],
  [/zapf|dingbats/i, 'ZapfDingbats'],
  [/bold|black/i, 'Helvetica-Bold'],
];

const widths = new Map<string, number>();

/** Advance (per mille of the em) of a character in the standard font that a name without /Widths stands for. */
export function standardWidth(fontName: string, text: string): number {
  if (text === '') return 500;
  const standard = NAMES.find(([pattern]) => pattern.test(fontName))?.[1] ?? 'Helvetica';
  const key = `${standard}\u0000${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  let width: number;
  try {
    width = Standard14Font.of(standard).widthOfTextAtSize(text, 1000);
  } catch {
    width = 500; // a character that the metrics do not know
  }
  // At most 14 fonts times the characters of the simple encodings: a few thousand entries.
  widths.set(key, width);
  return width;
}
