import { type RawObject, rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../src/index.ts';

type Line = readonly [text: string, y: number];

const PARAGRAPH: readonly Line[] = [
  ['The matter is told here in a line that is long enough to be read as running text.', 700],
  ['It goes on in a second line, which is of much the same length as the first one is.', 686],
];

/** Pages of A4 with lines of 12 points; `\225` is a bullet, and what stands between `{}` is set in the font of symbols. */
function pdfOf(pages: readonly (readonly Line[])[], symbolFont = 'ABCDEF+OpenSymbol'): Uint8Array {
  const first = 7;
  const objects: RawObject[] = [
    '<</Type /Catalog /Pages 2 0 R>>',
    `<</Type /Pages /Kids [${pages.map((_, at) => `${first + 2 * at} 0 R`).join(' ')}] /Count ${pages.length}>>`,
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    `<</Type /Font /Subtype /TrueType /BaseFont /${symbolFont} /FirstChar 1 /LastChar 1 /Widths [500] /ToUnicode 5 0 R /FontDescriptor 6 0 R>>`,
    rawStream('1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <01> <E008> endbfchar'),
    `<</Type /FontDescriptor /FontName /${symbolFont} /Flags 4 /FontBBox [0 0 500 500] /ItalicAngle 0 /Ascent 500 /Descent 0 /CapHeight 500 /StemV 80>>`,
  ];
  for (const [at, lines] of pages.entries()) {
    const shown = lines.map(([text, y]) => {
      const [, symbols, rest = text] = /^\{([^}]*)\}(.*)$/.exec(text) ?? [];
      const bullet = symbols === undefined ? '' : `BT /S 12 Tf 60 ${y} Td (${symbols}) Tj ET `;
      return `${bullet}BT /F 12 Tf ${symbols === undefined ? 60 : 78} ${y} Td (${rest}) Tj ET`;
    });
    objects.push(
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${first + 2 * at + 1} 0 R /Resources <</Font <</F 3 0 R /S 4 0 R>>>>>>`,
      rawStream(shown.join('\n')),
    );
  }
  return rawPdf(objects);
}

const remediate = async (pdf: Uint8Array) =>
  await remediatePdf(pdf, { language: 'en', fallbackTitle: 'edges.pdf' });

describe('what stands at the edge of a page', () => {
  test('is its number when it counts, on whatever page the counting begins', async () => {
    const pages = [4, 5, 6].map((number): Line[] => [...PARAGRAPH, [String(number), 40]]);
    expect((await remediate(pdfOf(pages))).runningText).toEqual(['4', '5', '6']);
    const dashed = [4, 5].map((number): Line[] => [...PARAGRAPH, [`- ${number} -`, 40]]);
    expect((await remediate(pdfOf(dashed))).runningText).toEqual(['- 4 -', '- 5 -']);
    // One alone says nothing of the others: the second page is page 2.
    const alone = pdfOf([PARAGRAPH, [...PARAGRAPH, ['2', 40]]]);
    expect((await remediate(alone)).runningText).toEqual(['', '2']);
  });

  test('is text when it is a number of something else', async () => {
    const last = ['557', '', '40', '44'];
    const pages = last.map((number): Line[] => [
      ...PARAGRAPH,
      ...(number === '' ? [] : [[number, 60] as const]),
    ]);
    const { html, runningText } = await remediate(pdfOf(pages));
    expect(runningText).toEqual(['', '', '', '']);
    for (const number of ['557', '40', '44']) expect(html).toContain(number);
  });

  test('is text when it is an item of a list, though the next page has the same at the same place', async () => {
    const page: Line[] = [
      ...PARAGRAPH,
      ['\\225 Another number of the version', 90],
      ['\\225 Another font', 76],
    ];
    const { html, runningText } = await remediate(pdfOf([page, page]));
    expect(runningText).toEqual(['', '']);
    expect(html.match(/Another number of the version/g)).toHaveLength(2);
  });
});

describe('bullets of LibreOffice’s font of symbols, which have private codes', () => {
  const lines: Line[] = [...PARAGRAPH, ['{\\001}First item', 650], ['{\\001}Second item', 634]];

  test('make lists', async () => {
    const { html } = await remediate(pdfOf([lines]));
    expect(html).toMatch(/<li>(?:<p>)?First item/);
    expect(html).toMatch(/<li>(?:<p>)?Second item/);
  });

  test('and not in another font, where the codes mean something else', async () => {
    const { html } = await remediate(pdfOf([lines], 'ABCDEF+Icons'));
    expect(html).not.toContain('<li>');
    expect(html).toContain('First item');
  });
});
