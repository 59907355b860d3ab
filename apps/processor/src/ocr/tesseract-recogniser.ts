import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RecognisedPage, TextRecogniser } from '@sluice/remediation';
import type { Page } from 'tesseract.js';
import { PageRenderer, type Picture } from './page-renderer.ts';
import { startTesseract } from './tesseract-engine.ts';

/** Languages whose data is installed, by their BCP 47 code. Data comes from packages: nothing is loaded at run time. */
const DATA: Readonly<Record<string, { name: string; package: string }>> = {
  en: { name: 'eng', package: '@tesseract.js-data/eng' },
  de: { name: 'deu', package: '@tesseract.js-data/deu' },
  fr: { name: 'fra', package: '@tesseract.js-data/fra' },
  es: { name: 'spa', package: '@tesseract.js-data/spa' },
};
const FALLBACK = 'en';

/**
 * Reads pictures of text with Tesseract. What goes wrong with one page costs the others nothing.
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
    const starting = startTesseract(data.name, join(packageDir, '4.0.0_best_int'));
    const engine = await before(deadline, starting);
    try {
      const seen: (RecognisedPage | null)[] = [];
      for (const [done, index] of pages.entries()) {
        const picture = engine && performance.now() < deadline ? rendered(renderer, index) : null;
        const page = engine && picture && (await before(deadline, engine.read(picture.bytes)));
        seen.push(page && picture ? pageOf(page, picture) : null);
        onPage(done + 1);
      }
      return seen;
    } finally {
      void starting.then((late) => late?.stop());
      renderer.close();
    }
  },
});

function rendered(renderer: PageRenderer, index: number): Picture | null {
  try {
    return renderer.render(index);
  } catch {
    return null;
  }
}

/** What comes of work, or null when it takes too long; nobody waits for it then. */
async function before<T>(deadline: number, work: Promise<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), Math.max(0, deadline - performance.now()));
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
