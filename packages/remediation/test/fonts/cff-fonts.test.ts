import { rawPdf, rawStream } from '@sluice/testkit/samples';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { cffCidText, cffEncoding } from '../../src/text/fonts/programs/embedded-font.ts';
import { cffProgram, openType } from '../support/cff-writer.ts';
import { readIndependently } from '../support/independent-reader.ts';

const NAMES = ['T', 'e', 'x', 't', 'eacute', 'f_i', 'uni2208', 'Alpha.alt'];
const TEXT = ['T', 'e', 'x', 't', 'é', 'fi', '∈', 'Α'];

/** A page that shows codes in a font with a program of its own, without a map to Unicode. */
function pdfWith(program: Uint8Array, shown: string, descendant?: string): Uint8Array {
  const descriptor = '/FontDescriptor 6 0 R';
  const simple = `<</Type /Font /Subtype /Type1 /BaseFont /AAAAAA+Made /FirstChar 0 /LastChar 255 /Widths [${'500 '.repeat(256)}] ${descriptor}>>`;
  const composite = `<</Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Made /Encoding /Identity-H /DescendantFonts [<</Type /Font /Subtype /${descendant} /BaseFont /AAAAAA+Made /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /DW 500 ${descriptor}>>]>>`;
  return rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F 5 0 R>>>> /Contents 4 0 R>>',
    rawStream(`BT /F 12 Tf 60 700 Td <${shown}> Tj ET`),
    descendant === undefined ? simple : composite,
    '<</Type /FontDescriptor /FontName /AAAAAA+Made /Flags 4 /FontBBox [0 0 500 500] /ItalicAngle 0 /Ascent 500 /Descent 0 /CapHeight 500 /StemV 80 /FontFile3 7 0 R>>',
    rawStream(Buffer.from(program).toString('latin1'), {
      dict: `/Subtype /${descendant === undefined ? 'Type1C' : 'CIDFontType0C'}`,
    }),
  ]);
}

async function textOf(pdf: Uint8Array) {
  const { pdf: output, html, report } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'cff.pdf' });
  const text = /<p>(.*?)<\/p>/.exec(html)?.[1] ?? '';
  return { text, notices: report.notices, read: (await readIndependently(output)).text };
}

describe('a font in CFF without /ToUnicode', () => {
  test('is read by the names of its glyphs and the encoding of its own, and gets a map', async () => {
    const program = cffProgram({ names: NAMES, encoding: [0, 8, 65, 66, 67, 68, 69, 70, 71, 72] });
    const { text, notices, read } = await textOf(pdfWith(program, '4142434445464748'));
    expect(text).toBe(TEXT.join(''));
    expect(notices).not.toContain('unmapped_glyphs');
    expect(read).toBe(TEXT.join(''));
  });

  test('of a composite one the CIDs are its glyphs', async () => {
    const pdf = pdfWith(cffProgram({ names: NAMES }), '0001000200030004', 'CIDFontType0');
    const { text, notices, read } = await textOf(pdf);
    expect(text).toBe('Text');
    expect(read).toBe('Text');
    expect(notices).not.toContain('unmapped_glyphs');
  });

  test('says nothing where its glyphs have numbers only', async () => {
    const pdf = pdfWith(cffProgram({ cids: [5, 6, 7] }), '00050006', 'CIDFontType0');
    expect((await textOf(pdf)).notices).toContain('unmapped_glyphs');
  });

  test('has ranges and second codes', () => {
    // Codes 65 to 67 and 97 are the first four glyphs; 200 is A, 201 is the third of its own strings.
    const encoding = [0x81, 2, 65, 2, 97, 0, 2, 200, 0, 34, 201, 1, 137];
    const text = cffEncoding(cffProgram({ names: NAMES, encoding })) ?? [];
    expect([65, 66, 67, 97, 200, 201, 98].map((code) => text[code])).toEqual([
      ...TEXT.slice(0, 4),
      'A',
      TEXT[2],
      undefined,
    ]);
  });

  test('in an OpenType file is read by the file’s character map, by way of its CIDs', () => {
    const file = openType(cffProgram({ cids: [500, 20, 7] }), '漢é');
    expect(cffCidText(file)).toEqual(
      new Map([
        [500, '漢'],
        [20, 'é'],
      ]),
    );
  });

  test('may be damaged in any way', () => {
    const whole = [
      cffProgram({ names: NAMES, encoding: [0x81, 2, 65, 2, 97, 0, 2, 200, 0, 34, 201, 1, 137] }),
      openType(cffProgram({ cids: [1, 2, 3] }), 'abc'),
    ];
    const change = fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(change, { maxLength: 8 }),
        fc.nat(400),
        (font, changes, cut) => {
          const damaged = font.slice(0, Math.max(0, font.length - (cut % 40)));
          for (const [at, value] of changes) damaged[at % (damaged.length || 1)] = value;
          for (const text of cffEncoding(damaged) ?? []) expect(text ?? 'x').not.toBe('');
          expect(cffCidText(damaged)?.size ?? 0).toBeLessThanOrEqual(0xffff);
        },
      ),
      { numRuns: 500 },
    );
  });
});
