/** What fonts make a small file cost: programs and maps that many of them share, or that say much in few bytes. */
import { PdfArray, PdfNumber } from '@libpdf/core';
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WorkBudget } from '../../src/budget.ts';
import { REMEDIATION_LIMITS, type RemediationLimits, remediatePdf } from '../../src/index.ts';
import { ObjectAccess } from '../../src/pdf/object-access.ts';
import { CidWidths } from '../../src/text/fonts/cid-widths.ts';
import { cffEncoding } from '../../src/text/fonts/programs/embedded-font.ts';
import { parseCodeMap } from '../../src/text/fonts/to-unicode.ts';
import { cffProgram } from '../support/cff-writer.ts';

const FONTS = 40;
const names = ['T', 'e', 'x', 't'];

/** A page that shows a code in each of many fonts. Objects from 6 on are for them to share. */
function pdfOf(font: (at: number) => string, code: string, shared: Parameters<typeof rawPdf>[0]): Uint8Array {
  const fonts = Array.from({ length: FONTS }, (_, at) => font(at));
  const first = 5 + shared.length;
  const shown = fonts.map((_, at) => `/F${at} 12 Tf 1 0 0 1 60 ${60 + at * 18} Tm <${code}> Tj`);
  return rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <<${fonts.map((_, at) => `/F${at} ${first + at} 0 R`).join(' ')}>>>> /Contents 4 0 R>>`,
    rawStream(`BT ${shown.join('\n')} ET`),
    ...shared,
    ...fonts,
  ]);
}

const composite = (more: string): string =>
  `<</Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H ${more}>>`;

function remediate(pdf: Uint8Array, limits: Partial<RemediationLimits>) {
  return remediatePdf(pdf, {
    language: 'en',
    fallbackTitle: 'fonts.pdf',
    limits: { ...REMEDIATION_LIMITS, ...limits },
  });
}

describe('fonts', () => {
  test('that share a program have it read once', async () => {
    const program = Buffer.from(cffProgram({ names, padding: 4_000 })).toString('latin1');
    const descriptor = '<</Type /FontDescriptor /FontName /Made /Flags 4 /FontFile3 6 0 R>>';
    const shared = [descriptor, rawStream(program, { dict: '/Subtype /Type1C' })];
    const simple = '<</Type /Font /Subtype /Type1 /BaseFont /Made /Encoding 9 /FontDescriptor 5 0 R>>';
    const pdf = pdfOf(() => simple, '54', shared);
    const { html } = await remediate(pdf, { maxDecodedBytes: 4 * program.length });
    expect(html.split('T').length).toBeGreaterThan(FONTS);
  });

  test('may have one width for all codes, which costs nothing', async () => {
    const descendant = '<</Type /Font /Subtype /CIDFontType2 /BaseFont /Made /W [0 65535 500]>>';
    const pdf = pdfOf(() => composite(`/DescendantFonts [${descendant}] /ToUnicode 5 0 R`), '0041', [
      rawStream('1 beginbfchar <0041> <0041> endbfchar'),
    ]);
    expect((await remediate(pdf, { maxFontEntries: 1 })).html).toContain('A');
  });

  test('that share a map to Unicode have it counted once, and others each their own', async () => {
    const map = rawStream('1 beginbfrange <0000> <0fff> <0041> endbfrange');
    const pdfWith = (at: (font: number) => number): Uint8Array =>
      pdfOf((font) => composite(`/ToUnicode ${5 + at(font)} 0 R`), '0000', Array(FONTS).fill(map));
    const maxFontEntries = 10_000;
    expect(
      (
        await remediate(
          pdfWith(() => 0),
          { maxFontEntries },
        )
      ).html,
    ).toContain('A');
    await expect(
      remediate(
        pdfWith((font) => font),
        { maxFontEntries },
      ),
    ).rejects.toMatchObject({
      code: 'pdf_too_complex',
    });
  });
});

describe('a program in CFF', () => {
  test('whose dictionary is longer than any is, says nothing', () => {
    const encoding = [0, 4, 65, 66, 67, 68];
    expect(cffEncoding(cffProgram({ names, encoding, padding: 3_000 }))?.[65]).toBe('T');
    expect(cffEncoding(cffProgram({ names, encoding, padding: 5_000 }))).toBeUndefined();
  });
});

describe('a map to Unicode', () => {
  test('of ranges over each other is read as far as a map can go', () => {
    const ranges = '<0000> <ffff> <0041>\n'.repeat(2_000);
    expect(parseCodeMap(`2000 beginbfrange ${ranges} endbfrange`).text.get(0)).toBe('A');
  });

  test('has no more kinds of codes than there can be', () => {
    const spaces = '<00> <ff>\n'.repeat(2_000);
    const { codeSpaces } = parseCodeMap(`2000 begincodespacerange ${spaces} endcodespacerange`);
    expect(codeSpaces.length).toBeLessThan(1_000);
  });
});

describe('widths of a composite font', () => {
  const code = fc.integer({ min: -3, max: 0x10003 });
  const width = fc.integer({ min: 0, max: 2_000 });
  const entry = fc.oneof(
    fc.record({ first: code, widths: fc.array(width, { maxLength: 9 }) }),
    fc.record({ first: code, length: fc.integer({ min: -2, max: 1_000 }), width }),
  );

  test('are those of the last entry that has the code', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const expected = new Map<number, number>();
        const items = entries.flatMap((one) => {
          const first = PdfNumber.of(one.first);
          if ('widths' in one) {
            for (const [at, value] of one.widths.entries()) expected.set(one.first + at, value);
            return [first, PdfArray.of(...one.widths.map((value) => PdfNumber.of(value)))];
          }
          for (let at = 0; at <= one.length; at++) expected.set(one.first + at, one.width);
          return [first, PdfNumber.of(one.first + one.length), PdfNumber.of(one.width)];
        });
        // Nothing in it refers to another object.
        const objects = new ObjectAccess({} as ConstructorParameters<typeof ObjectAccess>[0]);
        const widths = new CidWidths(objects, PdfArray.of(...items), new WorkBudget(REMEDIATION_LIMITS));
        for (let at = 0; at <= 0xffff; at++)
          if (widths.get(at) !== expected.get(at))
            expect([at, widths.get(at)]).toEqual([at, expected.get(at)]);
      }),
      { numRuns: 50, seed: 20261122 },
    );
  });
});
