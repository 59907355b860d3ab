import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RecognisedPage, TextRecogniser } from '@sluice/remediation';
import { createWorker, OEM, type Page } from 'tesseract.js';
import { PageRenderer, type Picture } from './page-renderer.ts';

/** Languages whose data is installed, by their BCP 47 code. Data comes from packages: nothing is loaded at run time. */
const DATA: Readonly<Record<string, { name: string; package: string }>> = {
  en: { name: 'eng', package: '@tesseract.js-data/eng' },
  de: { name: 'deu', package: '@tesseract.js-data/deu' },
  fr: { name: 'fra', package: '@tesseract.js-data/fra' },
  es: { name: 'spa', package: '@tesseract.js-data/spa' },
};
const FALLBACK = 'en';

/** Reads pictures of text with Tesseract, in WebAssembly, in a thread of its own. */
export const tesseractRecogniser = (maxPages: number): TextRecogniser => ({
  maxPages,
  recognise: async (pdf, pages, language, onPage) => {
    const [primary = FALLBACK] = (language ?? FALLBACK).toLowerCase().split('-');
    // A language without data is read as English: letters are right, words less so, and the confidence says it.
    const data = DATA[primary] ?? DATA[FALLBACK];
    if (data === undefined) throw new Error('The fallback has data.');
    const packageDir = dirname(createRequire(import.meta.url).resolve(`${data.package}/package.json`));
    const renderer = await PageRenderer.open(pdf);
    const worker = await createWorker(data.name, OEM.LSTM_ONLY, {
      langPath: join(packageDir, '4.0.0_best_int'),
      cacheMethod: 'none',
    });
    try {
      const seen: (RecognisedPage | null)[] = [];
      for (const [done, index] of pages.entries()) {
        const picture = renderer.render(index);
        if (picture === null) seen.push(null);
        else {
          const { data: page } = await worker.recognize(Buffer.from(picture.bytes), {}, { blocks: true });
          seen.push(pageOf(page, picture));
        }
        onPage(done + 1);
      }
      return seen;
    } finally {
      await worker.terminate();
      renderer.close();
    }
  },
});

function pageOf({ blocks }: Page, { scale, heightPt }: Picture): RecognisedPage {
  const lines = (blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap(({ lines }) => lines));
  return {
    lines: lines.map(({ words }) =>
      words.map(({ text, confidence, bbox }) => ({
        text,
        confidence,
        x0: bbox.x0 / scale,
        x1: bbox.x1 / scale,
        y0: heightPt - bbox.y1 / scale,
        y1: heightPt - bbox.y0 / scale,
      })),
    ),
  };
}
