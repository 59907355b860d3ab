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

/**
 * Reads pictures of text with Tesseract, in WebAssembly, in a thread of its own.
 *
 * @param maxMs for all pages of a document: those that are left then stay unread
 */
export const tesseractRecogniser = (maxPages: number, maxMs: number): TextRecogniser => ({
  maxPages,
  recognise: async (pdf, pages, language, onPage) => {
    const [primary = FALLBACK] = (language ?? FALLBACK).toLowerCase().split('-');
    // A language without data is read as English: letters are right, words less so, and the confidence says it.
    const data = DATA[primary] ?? DATA[FALLBACK];
    if (data === undefined) throw new Error('The fallback has data.');
    const packageDir = dirname(createRequire(import.meta.url).resolve(`${data.package}/package.json`));
    const deadline = performance.now() + maxMs;
    const renderer = await PageRenderer.open(pdf);
    const worker = await createWorker(data.name, OEM.LSTM_ONLY, {
      langPath: join(packageDir, '4.0.0_best_int'),
      cacheMethod: 'none',
    });
    try {
      const seen: (RecognisedPage | null)[] = [];
      for (const [done, index] of pages.entries()) {
        const picture = performance.now() < deadline ? renderer.render(index) : null;
        const recognised =
          picture &&
          (await before(deadline, worker.recognize(Buffer.from(picture.bytes), {}, { blocks: true })));
        seen.push(recognised ? pageOf(recognised.data, picture) : null);
        onPage(done + 1);
      }
      return seen;
    } finally {
      await worker.terminate();
      renderer.close();
    }
  },
});

/** What comes of work, or null when it takes too long; it is then ended with its thread. */
async function before<T>(deadline: number, work: Promise<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), deadline - performance.now());
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

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
