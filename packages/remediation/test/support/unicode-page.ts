import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { remediatePdf } from '../../src/index.ts';
import { streamsOf } from './output-streams.ts';
import { actualTextsOf, descriptionsOf, rolesOf, typesOf } from './structure-roles.ts';

const SIZE = 10;
export const LETTER = SIZE / 2;

const codes = (text: string): string =>
  Array.from(text, (letter) => (letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')).join('');
const reversed = (text: string): string => Array.from(text).reverse().join('');

/** One operation that draws a text as it stands on the page, from left to right. */
export const show = (x: number, y: number, text: string): string =>
  `BT /H ${SIZE} Tf 1 0 0 1 ${x} ${y} Tm <${codes(text)}> Tj ET`;
/** A line that is read from right to left: numbers in it are not turned. */
export const leftwards = (right: number, y: number, words: readonly string[]): string => {
  const drawn = words.map((word) => (/\d/.test(word) ? word : reversed(word))).reverse();
  const text = drawn.join(' ');
  return show(right - text.length * LETTER, y, text);
};

/** A page in a font whose codes are those of Unicode, each half as wide as it is high but for accents, with links and form fields. */
export async function remediatePage(
  content: string,
  links: readonly string[] = [],
  widgets: readonly string[] = [],
) {
  const annotations = links.map(
    (rect) => `<</Type /Annot /Subtype /Link /Rect [${rect}] /A <</S /URI /URI (https://example.org/)>>>>`,
  );
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</H 5 0 R>>>> /Contents 4 0 R /Annots [${[...annotations, ...widgets].join(' ')}]>>`,
    rawStream(content),
    '<</Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R>>',
    '<</Type /Font /Subtype /CIDFontType2 /BaseFont /Made /DW 500 /W [768 879 0] /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>>>',
    rawStream(
      '1 begincodespacerange <0000> <FFFF> endcodespacerange 4 beginbfrange <0000> <00FF> <0000> <0300> <036F> <0300> <0500> <06FF> <0500> <4E00> <9FFF> <4E00>',
    ),
  ]);
  const { html, pdf: tagged, report } = await remediatePdf(pdf, { language: null, fallbackTitle: 'x.pdf' });
  if (report.notices.includes('not_tagged')) throw new Error('The page has no tags.');
  // What is appended: the page's own stream stays in the file.
  const output = streamsOf(tagged.subarray(pdf.length));
  return {
    html: html.slice(html.indexOf('<section')),
    pdf: tagged,
    texts: await actualTextsOf(tagged),
    /** Strings of the operations that show text, and what is drawn, in the output. */
    shown: Array.from(output.matchAll(/<([0-9a-f]+)>\]? TJ?j?/gi), ([, string = '']) => string.toLowerCase()),
    output,
    roles: await rolesOf(tagged),
    /** What the annotations say of themselves. */
    descriptions: await descriptionsOf(tagged),
    /** Types of its elements, each before what is in it. */
    outline: (await typesOf(tagged)).join(' '),
  };
}
