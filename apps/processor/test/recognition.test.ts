import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { longPdf, type RawObject, rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, onTestFinished, test, vi } from 'vitest';
import { PageRenderer, type Picture } from '../src/ocr/page-renderer.ts';
import { startTesseract } from '../src/ocr/tesseract-engine.ts';
import { tesseractRecogniser } from '../src/ocr/tesseract-recogniser.ts';
import { post, read, startProcessor } from './support/documents.ts';

// Some seconds a page where nothing else is at work.
vi.setConfig({ testTimeout: 240_000 });

/** Pages that are pictures, as a scanner makes them. */
function scanOf(pictures: readonly Picture[]): Uint8Array {
  const kids = pictures.map((_, index) => `${3 + 3 * index} 0 R`);
  const objects: RawObject[] = [
    '<</Type /Catalog /Pages 2 0 R>>',
    `<</Type /Pages /Kids [${kids.join(' ')}] /Count ${pictures.length}>>`,
  ];
  for (const [index, { bytes }] of pictures.entries()) {
    const first = 3 + 3 * index;
    const [, size = ''] = Buffer.from(bytes.subarray(0, 40)).toString('latin1').split('\n');
    const [width = '', height = ''] = size.split(' ');
    const data = bytes.subarray(`P5\n${size}\n255\n`.length);
    objects.push(
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${first + 1} 0 R /Resources <</XObject <</I ${first + 2} 0 R>>>>>>`,
      rawStream('q 595 0 0 842 0 0 cm /I Do Q'),
      {
        dict: `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8`,
        data,
      },
    );
  }
  return rawPdf(objects);
}

async function picturesOf(pdf: Uint8Array): Promise<Picture[]> {
  const renderer = await PageRenderer.open(pdf);
  const pictures: Picture[] = [];
  for (let picture = renderer.render(0); picture !== null; picture = renderer.render(pictures.length))
    pictures.push(picture);
  renderer.close();
  return pictures;
}

function germanPage(): Uint8Array {
  const lines = ['Sehr geehrte Damen und Herren,', 'die \\334bergabe der Schl\\374ssel erfolgt am Dienstag.'];
  return rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>',
    rawStream(`BT /F 14 Tf 20 TL 60 760 Td ${lines.map((line) => `(${line}) Tj T*`).join(' ')} ET`),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
  ]);
}

test('the text of a scan is recognised; what cannot be read stays a picture; each page is counted, and none looks different', async () => {
  const processor = await startProcessor();
  const [letter] = await picturesOf(longPdf(1));
  if (letter === undefined) throw new Error('The page can be rendered.');
  // Dust, the same each time.
  let seed = 1;
  const dust = letter.bytes.map((value, index) => {
    if (index < 40) return value;
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % 1000 < 2 ? 0 : 255;
  });
  const scan = scanOf([letter, { ...letter, bytes: dust }]);

  const { frames, end, outputs } = await read(await post(processor, scan));
  expect(end).toMatchObject({
    frame: 'done',
    pages: 2,
    report: { noticePages: { text_recognised: 1, scanned_pages: 1 } },
  });
  expect(frames).toContainEqual({ frame: 'progress', step: 'recognising', pagesDone: 0, pages: 2 });
  const html = outputs['html']?.toString() ?? '';
  expect(html).toContain('Page 1 says in line 7 what the report has to say of the matter.');
  expect(html.match(/This page is a picture without text/g)).toHaveLength(1);

  const after = await picturesOf(new Uint8Array(outputs['pdf'] ?? Buffer.alloc(0)));
  const before = await picturesOf(scan);
  expect(
    after.map(({ bytes }, index) => Buffer.compare(bytes, before[index]?.bytes ?? bytes.subarray(1))),
  ).toEqual([0, 0]);
});

test('in the language that the folder’s rule names', async () => {
  const processor = await startProcessor();
  const scan = scanOf(await picturesOf(germanPage()));
  const { outputs } = await read(
    await post(processor, scan, { options: { language: 'de-AT', qualityTier: 'standard' } }),
  );
  expect(outputs['html']?.toString()).toContain('die Übergabe der Schlüssel erfolgt am Dienstag.');
});

test('and not at all where that is switched off', async () => {
  const processor = await startProcessor({ MAX_RECOGNISED_PAGES: '0' });
  const { end } = await read(await post(processor, scanOf(await picturesOf(germanPage()))));
  expect(end).toMatchObject({ frame: 'done', report: { noticePages: { scanned_pages: 1 } } });
});

test('and no longer than half of the time that a document has: what is late stays a picture, and the rest is there', async () => {
  const [picture] = await picturesOf(germanPage());
  if (picture === undefined) throw new Error('The page can be rendered.');
  const read = async (maxMs: number) =>
    await tesseractRecogniser(50, maxMs).recognise(scanOf([picture]), [0], 'de', () => undefined);
  expect(await read(0)).toEqual([null]);
  expect(await read(1)).toEqual([null]);
});

test('a page that is too long, one that cannot be rendered and one that cannot be read cost the others nothing', async () => {
  const [letter] = await picturesOf(germanPage());
  if (letter === undefined) throw new Error('The page can be rendered.');
  const [long] = await picturesOf(
    rawPdf([
      '<</Type /Catalog /Pages 2 0 R>>',
      '<</Type /Pages /Kids [3 0 R] /Count 1>>',
      '<</Type /Page /Parent 2 0 R /MediaBox [0 0 7900 130]>>',
    ]),
  );
  const nonsense = { ...letter, bytes: new Uint8Array(1000) };
  const rendering = vi.spyOn(PageRenderer.prototype, 'render');
  onTestFinished(() => rendering.mockRestore());
  rendering.mockReturnValueOnce(long ?? null).mockReturnValueOnce(nonsense);
  rendering.mockImplementationOnce(() => {
    throw new Error('out of memory');
  });
  const seen = await tesseractRecogniser(50, 200_000).recognise(
    scanOf([letter]),
    [3, 2, 1, 0],
    'de',
    () => undefined,
  );
  const texts = seen.map((page) => page?.lines.map((words) => words.map(({ text }) => text).join(' ')));
  expect(texts).toEqual([
    [],
    undefined,
    undefined,
    ['Sehr geehrte Damen und Herren,', 'die Übergabe der Schlüssel erfolgt am Dienstag.'],
  ]);
});

test('an engine that cannot be started, or whose thread ends, says so at once', async () => {
  expect(await startTesseract('none', '/nowhere')).toBeNull();
  const sent = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => sent.mockRestore());
  const english = createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json');
  const engine = await startTesseract('eng', join(dirname(english), '4.0.0_best_int'));
  const [picture] = await picturesOf(germanPage());
  const reading = engine?.read(picture?.bytes ?? new Uint8Array());
  const thread = sent.mock.contexts.at(-1) as Worker;
  thread.emit('error', new Error('It ran out of memory.'));
  expect([await reading, await engine?.read(new Uint8Array(10))]).toEqual([null, null]);
  await engine?.stop();
});
