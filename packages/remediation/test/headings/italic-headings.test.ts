/** Headings in italics, of the size of the text: the fourth level of word processors. */
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';

const WORDS = 'Nobody who has lived in such a house for long forgets where its windows are, and';

/** Paragraphs of two lines below lines in italics, with so much room (points) above and below these. */
async function headings(lines: readonly string[], above: number, below: number, font = 'Helvetica-Oblique') {
  let y = 780;
  const show = (text: string, face: string): string => `BT /${face} 11 Tf 1 0 0 1 72 ${y} Tm (${text}) Tj ET`;
  const shown = lines.flatMap((line) => {
    const heading = show(line, 'F2');
    y -= 11 + below;
    const first = show(WORDS, 'F1');
    y -= 13;
    const second = show(`${WORDS} what they show.`, 'F1');
    y -= 11 + above;
    return [heading, first, second];
  });
  const fontOf = (name: string): string =>
    `<</Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding>>`;
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R /F2 6 0 R>>>> /Contents 4 0 R>>',
    rawStream(shown.join('\n')),
    fontOf('Helvetica'),
    fontOf(font),
  ]);
  const { html, report } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'x.pdf' });
  return { html, count: report.headings };
}

const NAMES = ['The old house', 'The new house', 'The garden'];

describe('a line in italics', () => {
  test('heads the text that it is nearer to than to what is above', async () => {
    const { html, count } = await headings(NAMES, 14, 5);
    expect(count).toBe(3);
    expect(html).toMatch(/<h\d[^>]*>The new house</);
  });

  test('heads none where there is as much room below it', async () => {
    expect((await headings(NAMES, 9, 9)).count).toBe(0);
  });

  test('heads none where it ends as a sentence does, or is the only one', async () => {
    expect(
      (
        await headings(
          NAMES.map((name) => `${name}.`),
          14,
          5,
        )
      ).count,
    ).toBe(0);
    expect((await headings(NAMES.slice(0, 1), 14, 5)).count).toBe(0);
  });

  test('is told by its font', async () => {
    expect((await headings(NAMES, 14, 5, 'Helvetica')).count).toBe(0);
  });
});
