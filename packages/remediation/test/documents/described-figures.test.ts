import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, test } from 'vitest';
import { type FigureDescriber, remediatePdf } from '../../src/index.ts';

const image = 'q 200 0 0 100 72 500 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q';

async function processed(content: string, describer: FigureDescriber) {
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>',
    rawStream(content),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
  ];
  return await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf', describer });
}

test('what a model says of a picture is its description, and a person is asked to confirm it; what it does not say is not invented', async () => {
  const words = `${image} BT /F1 11 Tf 72 480 Td (Some words on a page) Tj ET`;
  const asked: unknown[] = [];
  const saying = async (said: string | null) =>
    await processed(words, {
      describe: async (_, figure, language) => {
        asked.push({ figure, language });
        return said;
      },
    });
  const described = await saying(' A reading room\nwith <two> windows. ');
  expect(asked).toEqual([
    {
      figure: {
        page: 0,
        x0: 72,
        y0: 500,
        x1: 272,
        y1: 600,
        pageText: expect.stringContaining('Some words on a page') as string,
      },
      language: 'en',
    },
  ]);
  expect(described.report.notices).toContain('descriptions_suggested');
  expect(described.report.notices).not.toContain('images_need_description');
  expect(described.report.conformance.after.failures.map(({ rule }) => rule)).not.toContain('7.3-1');
  expect(described.html).toContain('A reading room with &lt;two&gt; windows.');
  for (const said of [null, '', ' \n', 'x'.repeat(501), '\ud800']) {
    const { report, html } = await saying(said);
    expect(report.notices).toContain('images_need_description');
    expect(report.notices).not.toContain('descriptions_suggested');
    expect(html).toContain('it has no description yet');
  }
});

test('a model that breaks leaves the picture without description', async () => {
  const { report } = await processed(image, { describe: () => Promise.reject(new Error('no model')) });
  expect(report.notices).toContain('images_need_description');
});
