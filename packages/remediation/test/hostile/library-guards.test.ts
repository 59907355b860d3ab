import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';

const PARTS = [
  '<</Type /Pages /Kids [3 0 R] /Count 1>>',
  '<</Type /Page /Parent 2 0 R /Contents 4 0 R>>',
  rawStream(''),
];

// Without the guard each of these fills the memory and never ends.
test.each([
  ['in an array', '<</Type /Catalog /Pages 2 0 R /Bad [1 ) 2]>>'],
  ['in a dictionary', '<</Type /Catalog /Pages 2 0 R /Bad << ) >>>>'],
  ['a brace', '<</Type /Catalog /Pages 2 0 R /Bad [{ 1 }]>>'],
])('a stray delimiter %s ends', async (_, catalog) => {
  const run = remediatePdf(rawPdf([catalog, ...PARTS]), { language: 'en', fallbackTitle: 'x.pdf' });
  await expect(run).rejects.toMatchObject({ name: 'RemediationRefused', code: 'pdf_corrupt' });
});

test('a stray delimiter inside an object stream ends', async () => {
  const catalog = '<</Type /Catalog /Pages 2 0 R /Bad << ) >>>>';
  const objectStream = rawStream(`1 0 ${catalog}`, { dict: '/Type /ObjStm /N 1 /First 4' });
  const file = Buffer.from(rawPdf(['null', ...PARTS, objectStream])).toString('latin1');
  // Without a cross-reference table the object stream is searched for its objects.
  const broken = file.replace('1 0 obj\nnull\nendobj', '').replace(/startxref\n\d+/, 'startxref\n7');
  const bytes = new Uint8Array(Buffer.from(broken, 'latin1'));
  const run = remediatePdf(bytes, { language: 'en', fallbackTitle: 'x.pdf' });
  await expect(run).rejects.toMatchObject({ name: 'RemediationRefused' });
});
