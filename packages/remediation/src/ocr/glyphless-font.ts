import { PdfArray, PdfDict, PdfName, PdfNumber, type PdfRef, PdfString } from '@libpdf/core';
import type { Revision } from '../pdf/revision.ts';
import { toUnicodeMap } from '../text/fonts/to-unicode-map.ts';

/** Of an em: every character of the font is so wide, and empty. */
export const GLYPH_WIDTH = 0.5;
const UNITS_PER_EM = 1000;
/** The empty glyph; 0 is the one for what is missing. */
const EMPTY_GLYPH = 1;

/**
 * A font of one empty glyph for every character: for text that is not to be seen because its picture is there. In the file,
 * as PDF/UA wants it, and with a map to Unicode.
 *
 * @param characters those that are used; the first has code 1, the next 2
 */
export function glyphlessFont(revision: Revision, characters: readonly string[]): PdfRef {
  const name = PdfName.of('SluiceGlyphless');
  const file = glyphlessProgram();
  const fileDict = PdfDict.of({ Length1: PdfNumber.of(file.length) });
  const glyphs = new Uint8Array(2 * (characters.length + 1));
  for (let at = 3; at < glyphs.length; at += 2) glyphs[at] = EMPTY_GLYPH;
  const descriptor = PdfDict.of({
    Type: PdfName.of('FontDescriptor'),
    FontName: name,
    Flags: PdfNumber.of(5),
    FontBBox: PdfArray.of(...[0, 0, 500, 1000].map((value) => PdfNumber.of(value))),
    ItalicAngle: PdfNumber.of(0),
    Ascent: PdfNumber.of(1000),
    Descent: PdfNumber.of(0),
    CapHeight: PdfNumber.of(1000),
    StemV: PdfNumber.of(80),
    FontFile2: revision.addStream(fileDict, file),
  });
  const descendant = PdfDict.of({
    Type: PdfName.of('Font'),
    Subtype: PdfName.of('CIDFontType2'),
    BaseFont: name,
    CIDSystemInfo: PdfDict.of({
      Registry: PdfString.fromString('Adobe'),
      Ordering: PdfString.fromString('Identity'),
      Supplement: PdfNumber.of(0),
    }),
    DW: PdfNumber.of(GLYPH_WIDTH * 1000),
    CIDToGIDMap: revision.addStream(new PdfDict(), glyphs),
    FontDescriptor: revision.add(descriptor),
  });
  const map = toUnicodeMap(
    characters.map((character, at) => [at + 1, character] as const),
    2,
  );
  return revision.add(
    PdfDict.of({
      Type: PdfName.of('Font'),
      Subtype: PdfName.of('Type0'),
      BaseFont: name,
      Encoding: PdfName.of('Identity-H'),
      DescendantFonts: PdfArray.of(revision.add(descendant)),
      ToUnicode: revision.addStream(new PdfDict(), new TextEncoder().encode(map)),
    }),
  );
}

/** The tables that a TrueType program in a PDF must have (ISO 32000-1, 9.9), for two empty glyphs. */
function glyphlessProgram(): Uint8Array {
  const width = UNITS_PER_EM * GLYPH_WIDTH;
  const tables: [string, Uint8Array][] = [
    ['glyf', new Uint8Array(4)],
    [
      'head',
      // Version, revision, checksum (left out), magic, flags, units, dates, box, style, smallest size, direction, loca.
      words(
        1,
        0,
        1,
        0,
        0,
        0,
        0x5f0f,
        0x3cf5,
        0,
        UNITS_PER_EM,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        width,
        UNITS_PER_EM,
        0,
        8,
        2,
        0,
        0,
      ),
    ],
    ['hhea', words(1, 0, UNITS_PER_EM, 0, 0, width, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2)],
    ['hmtx', words(width, 0, width, 0)],
    ['loca', words(0, 0, 0)],
    ['maxp', words(1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)],
  ];
  const directoryBytes = 12 + 16 * tables.length;
  const sizes = tables.map(([, data]) => Math.ceil(data.length / 4) * 4);
  const program = new Uint8Array(directoryBytes + sizes.reduce((sum, size) => sum + size, 0));
  const view = new DataView(program.buffer);
  view.setUint32(0, 0x00010000);
  program.set(words(tables.length, 64, 2, tables.length * 16 - 64), 4);
  let at = directoryBytes;
  for (const [index, [tag, data]] of tables.entries()) {
    const entry = 12 + 16 * index;
    program.set(new TextEncoder().encode(tag), entry);
    program.set(data, at);
    let sum = 0;
    const size = sizes[index] ?? 0;
    for (let word = at; word < at + size; word += 4) sum = (sum + view.getUint32(word)) >>> 0;
    view.setUint32(entry + 4, sum);
    view.setUint32(entry + 8, at);
    view.setUint32(entry + 12, data.length);
    at += size;
  }
  return program;
}

function words(...values: readonly number[]): Uint8Array {
  const data = new Uint8Array(values.length * 2);
  const view = new DataView(data.buffer);
  for (const [index, value] of values.entries()) view.setUint16(index * 2, value);
  return data;
}
