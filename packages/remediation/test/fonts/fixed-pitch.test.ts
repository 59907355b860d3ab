import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { fixedPitchOf } from '../../src/text/fonts/fixed-pitch.ts';
import { around } from '../support/drawn-lines.ts';

describe('whether a face is of fixed pitch', () => {
  const widths = (text: string, width: (character: string) => number): [string, number][] =>
    Array.from(text, (character) => [character, width(character)]);

  test.each([
    ['letters of one width', widths('illumination', () => 600), false, true],
    [
      'letters of many widths, whatever the font says',
      widths('illumination', (c) => (c === 'i' ? 220 : 560)),
      true,
      false,
    ],
    ['figures alone, which are of one width in most faces', widths('0123456789', () => 500), false, false],
    ['figures alone of a font that says so', widths('0123456789', () => 600), true, true],
    ['ideographs, and no letters', widths('天文台', () => 1000), true, false],
    [
      'letters half as wide as ideographs',
      widths('illumination天文台', (c) => (c > 'z' ? 1000 : 500)),
      false,
      true,
    ],
    ['widths of nothing', widths('illumination', () => 0), true, false],
  ])('%s', (_, characters, flagged, expected) => {
    expect(fixedPitchOf(characters, flagged) !== undefined).toBe(expected);
  });
});

test('ideographs twice as wide as the letters of their face are text, and their language is marked', async () => {
  const cmap =
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000> <ffff> endcodespacerange ' +
    '3 beginbfrange <0020> <007e> <0020> <3000> <30ff> <3000> <4e00> <9eff> <4e00> endbfrange endcmap end end';
  const texts = [
    '平素は格別のお引き立てを賜り厚く御礼申し上げます。',
    'さて、このたび下記のとおり事務所を移転いたします。',
    '電話番号は変わりません。',
  ];
  const shown = texts.map((text, at) => {
    const codes = Array.from(text, (c) => c.charCodeAt(0).toString(16).padStart(4, '0')).join('');
    return `BT /F 10 Tf 1 0 0 1 72 ${540 - at * 20} Tm <${codes}> Tj ET`;
  });
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F 5 0 R /F3 6 0 R>>>> /Contents 4 0 R>>',
    rawStream([around('', 600), ...shown].join(' ')),
    '<</Type /Font /Subtype /Type0 /BaseFont /MSGothic /Encoding /Identity-H /ToUnicode 7 0 R /DescendantFonts [<</Type /Font /Subtype /CIDFontType2 /BaseFont /MSGothic /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /DW 1000 /W [32 126 500]>>]>>',
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    rawStream(cmap),
  ]);
  const { html } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'x.pdf' });
  expect(html).not.toContain('<code>');
  for (const text of texts) expect(html).toContain(text);
  expect(html).toMatch(/<p lang="ja">平素/);
});
