import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';

const SIZE = 10;

const codes = (text: string): string =>
  Array.from(text, (letter) => (letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')).join('');

const show = (font: 'H' | 'V', x: number, y: number, text: string): string =>
  `BT /${font} ${SIZE} Tf 1 0 0 1 ${x} ${y} Tm <${codes(text)}> Tj ET`;

/** Letters from right to left, as they are drawn from left to right: each is half as wide as it is high. */
const leftwards = (right: number, y: number, text: string): string =>
  show('H', right - text.length * (SIZE / 2), y, Array.from(text).reverse().join(''));

/** A page in a font whose codes are those of Unicode, across and down the page. */
async function read(content: string): Promise<string> {
  const font = (encoding: string): string =>
    `<</Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /${encoding} /DescendantFonts [7 0 R] /ToUnicode 8 0 R>>`;
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</H 5 0 R /V 6 0 R>>>> /Contents 4 0 R>>',
    rawStream(content),
    font('Identity-H'),
    font('Identity-V'),
    '<</Type /Font /Subtype /CIDFontType2 /BaseFont /Made /DW 500 /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>>>',
    rawStream(
      '1 begincodespacerange <0000> <FFFF> endcodespacerange 3 beginbfrange <0000> <00FF> <0000> <0500> <06FF> <0500> <3000> <9FFF> <3000> endbfrange',
    ),
  ]);
  const { html, report } = await remediatePdf(pdf, { language: null, fallbackTitle: 'file.pdf' });
  expect(report.notices).not.toContain('not_tagged');
  return html.slice(html.indexOf('<section'));
}

test('columns of a vertical font are read from top to bottom, from right to left', async () => {
  const columns = [
    '吾輩は猫である名前はまだ無い',
    'どこで生れたかとんと見当がつ',
    'かぬ何でも薄暗いじめじめした',
  ];
  const html = await read(columns.map((column, at) => show('V', 500 - at * 20, 780, column)).join('\n'));
  expect(html).toContain(columns.join(''));
});

describe('numbers in a text from right to left', () => {
  const words = ['ראשון', 'שני', 'שלישי'];

  test('make lists, the signs behind them being on their left', async () => {
    const items = words.map((word, at) => leftwards(540, 700 - at * 14, `${at + 1}. ${word}`));
    expect(await read(items.join('\n'))).toContain(
      `<ol>${words.map((word) => `<li>${word}</li>`).join('')}</ol>`,
    );
  });

  test('stay as they are inside', async () => {
    const line = `${show('H', 100, 700, '1.75')} ${leftwards(200, 700, 'שלום לכולם')}`;
    expect(await read(line)).toContain('שלום לכולם 1.75');
  });
});
