import { rawPdf } from '@sluice/testkit/samples';
import { expect, test } from 'vitest';
import { WorkBudget } from '../../src/budget.ts';
import { REMEDIATION_LIMITS } from '../../src/limits.ts';
import { openDocument } from '../../src/pdf/open-document.ts';
import { pageGeometry } from '../../src/text/page-geometry.ts';

const MEDIA = '/MediaBox [0 0 595 842]';

test.each([
  ['the medium', MEDIA, [0, 0, 595, 842]],
  ['what is cropped of it', `${MEDIA} /CropBox [10 20 500 600]`, [10, 20, 490, 580]],
  ['no more than the medium', `${MEDIA} /CropBox [-100 -50 700 900]`, [0, 0, 595, 842]],
  ['what both have', `${MEDIA} /CropBox [700 900 95 42]`, [95, 42, 500, 800]],
  ['the medium when nothing would be left', `${MEDIA} /CropBox [600 0 700 842]`, [0, 0, 595, 842]],
])('a page shows %s', async (_, boxes, box) => {
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    `<</Type /Pages /Kids [3 0 R] /Count 1 ${boxes}>>`,
    '<</Type /Page /Parent 2 0 R>>',
  ]);
  const { objects } = await openDocument(pdf, new WorkBudget(REMEDIATION_LIMITS));
  const [page] = objects.pdf.getPages();
  if (page === undefined) throw new Error('There is a page.');
  const shown = pageGeometry(objects, page.dict);
  const [, , , , x, y] = shown.base;
  expect([0 - x, 0 - y, shown.width, shown.height]).toEqual(box);
});
