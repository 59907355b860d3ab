import { type RawObject, rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';

type Line = readonly [text: string, y: number, size?: number];

const PARAGRAPH: readonly Line[] = [
  ['The matter is told here in a line that is long enough to be read as running text.', 700],
  ['It goes on in a second line, which is of much the same length as the first one is.', 686],
];

/** Pages of A4 with lines of 12 points where no other size is given; `\225` is a bullet, and what stands between `{}` is set in the font of symbols. */
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
    const shown = lines.map(([text, y, size = 12]) => {
      const [, symbols, rest = text] = /^\{([^}]*)\}(.*)$/.exec(text) ?? [];
      const bullet = symbols === undefined ? '' : `BT /S 12 Tf 60 ${y} Td (${symbols}) Tj ET `;
      return `${bullet}BT /F ${size} Tf ${symbols === undefined ? 60 : 78} ${y} Td (${rest}) Tj ET`;
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

  test('heads nothing at the foot of a page, however large it is', async () => {
    const pages = [1, 2].map((number): Line[] => [
      [`Rivers ${number}`, 790, 16],
      ...PARAGRAPH,
      [`A report of rivers ${number}`, 40, 16],
    ]);
    const { html, runningText } = await remediate(pdfOf(pages));
    expect(runningText).toEqual(['A report of rivers 1', 'A report of rivers 2']);
    expect(html).toMatch(/<h\d[^>]*>Rivers 1</);
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

describe('text at the edge of a page', () => {
  const text = (from: number, lines: number, of: (at: number) => string): Line[] =>
    Array.from({ length: lines }, (_, at) => [of(at), from - at * 14]);

  test('is not lost where rows of numbers fill the pages', async () => {
    const pages = [0, 1, 2].map((page) =>
      text(
        810,
        55,
        (at) => `${page * 55 + at} ${((page * 55 + at) * 37) % 101} ${((page * 55 + at) * 53) % 97}`,
      ),
    );
    const { html, runningText } = await remediate(pdfOf(pages));
    expect(runningText).toEqual(['', '', '']);
    for (const [row] of pages.flat()) expect(html).toContain(row);
  });

  test('is read where it runs on with the text, though every page has the same', async () => {
    const page = text(810, 55, (at) =>
      at === 54 ? 'The end of it.' : `Some words of a line ${'abcdefgh'[at % 8]}`,
    );
    const { html, runningText } = await remediate(pdfOf([page, page]));
    expect(runningText).toEqual(['', '']);
    expect(html.match(/The end of it/g)).toHaveLength(2);
  });

  test('names what is below it, though its number counts as pages do', async () => {
    const pages = [101, 102, 103].map((room): Line[] => [[`Room ${room}`, 800], ...PARAGRAPH]);
    const { html, runningText } = await remediate(pdfOf(pages));
    expect(runningText).toEqual(['', '', '']);
    expect(html).toContain('Room 102');
  });

  test('names what is below it where the number before its words has a point, or other words stand behind it on each page', async () => {
    const asked = [1, 2, 3].map((number): Line[] => [[`${number}. Question`, 800], ...PARAGRAPH]);
    expect((await remediate(pdfOf(asked))).runningText).toEqual(['', '', '']);
    const parts = ['Method', 'Results', 'Thanks'].map((name, at): Line[] => [
      [`${at + 2} ${name}`, 800],
      ...PARAGRAPH,
    ]);
    expect((await remediate(pdfOf(parts))).runningText).toEqual(['', '', '']);
    const report = [2, 3, 4].map((page): Line[] => [[`${page} Report of rivers`, 800], ...PARAGRAPH]);
    const { runningText } = await remediate(pdfOf(report));
    expect(runningText).toEqual(['2 Report of rivers', '3 Report of rivers', '4 Report of rivers']);
    const opened = [1, 2, 3].map((): Line[] => [['1. Rivers', 800], ...PARAGRAPH]);
    expect((await remediate(pdfOf(opened))).runningText).toEqual(['1. Rivers', '1. Rivers', '1. Rivers']);
  });

  test('counts no pages when it names years, but behind a word for page or alone', async () => {
    const feet = async (...texts: readonly string[]) =>
      (await remediate(pdfOf(texts.map((text): Line[] => [...PARAGRAPH, [text, 60]])))).runningText;
    const years = ['Approved for the year 2019', 'Approved for the year 2020', 'Approved for the year 2021'];
    expect(await feet(...years)).toEqual(['', '', '']);
    expect(await feet('2019 brought rain', '2020 brought rain', '2021 brought rain')).toEqual(['', '', '']);
    for (const pages of [
      ['4 Report for the year 2019', '5 Report for the year 2019', '6 Report for the year 2019'],
      ['4 Report for the year 2019', '5 Report for the year 2020', '6 Report for the year 2021'],
      ['2019 Report 4', '2020 Report 5', '2020 Report 6'],
      ['Manual 19', 'Manual 20', 'Manual 21'],
      ['Manual, page 2019', 'Manual, page 2020', 'Manual, page 2021'],
      ['2019', '2020', '2021'],
    ])
      expect(await feet(...pages)).toEqual(pages);
  });

  test('counts no pages when its numbers are amounts', async () => {
    const pages = ['12.50 EUR', '99.10 EUR', '7.00 EUR'].map((sum): Line[] => [
      ...PARAGRAPH,
      [`Sum: ${sum} net`, 60],
    ]);
    expect((await remediate(pdfOf(pages))).runningText).toEqual(['', '', '']);
  });

  test.each([
    ['stands apart and comes back', ['Manual', 'Manual', 'Manual'], ['', '', '']],
    [
      'stands apart and counts pages behind its name',
      ['Manual', 'Manual', 'Manual'],
      ['Manual | 7', 'Manual | 8', 'Manual | 9'],
    ],
    [
      'is a header of two lines',
      ['Manual', 'Manual', 'Manual'],
      ['Page 1 of 3', 'Page 2 of 3', 'Page 3 of 3'],
    ],
  ])('is running text where it %s', async (_, upper, lower) => {
    const pages = upper.map((head, at): Line[] => [
      [head, 810],
      ...(lower[at] ? [[lower[at], 796] as const] : []),
      ...text(760, 40, (line) => `Some words of a line ${'abcdefgh'[line % 8]} ${'stuvw'[at]}`),
    ]);
    const { runningText } = await remediate(pdfOf(pages));
    expect(runningText).toEqual(upper.map((head, at) => [head, lower[at]].filter(Boolean).join(' ')));
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
