import { samplePdfs } from '@sluice/testkit/samples';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type RecognisedPage,
  type RecognisedWord,
  remediatePdf,
  type TextRecogniser,
} from '../../src/index.ts';
import { readIndependently } from '../support/independent-reader.ts';

const OPTIONS = { language: 'en', fallbackTitle: 'scan.pdf' };
let scan: Uint8Array;
beforeAll(async () => {
  scan = (await samplePdfs()).find(({ name }) => name === 'scan0001.pdf')?.bytes ?? new Uint8Array();
});

/** Lines of words of one size and confidence, from the top of an A4 page. */
function page(lines: readonly string[], confidence: number, height = 12): RecognisedPage {
  return {
    lines: lines.map((line, row) => {
      let x = 60;
      return line.split(' ').map((text): RecognisedWord => {
        const [x0, y0] = [x, 780 - row * height * 1.4];
        x += (text.length + 1) * height * 0.5;
        return { text, confidence, x0, x1: x - height * 0.5, y0, y1: y0 + height };
      });
    }),
  };
}

/** Says of each page of the document what it is told, and remembers what it was asked. */
function recogniser(pages: readonly (RecognisedPage | null)[], maxPages = 50) {
  const asked: unknown[] = [];
  const port: TextRecogniser = {
    maxPages,
    recognise: async (_, wanted, language) => {
      asked.push({ pages: wanted, language });
      return wanted.map((index) => pages[index] ?? null);
    },
  };
  return { port, asked };
}

const LETTER = ['Dear Sir or Madam, we thank you for', 'your letter of the third of May.'];

describe('text recognised in pictures of pages', () => {
  test('lies behind them: an independent reader finds it, and so do the page and the report', async () => {
    const { port, asked } = recogniser([
      page(LETTER, 95),
      page(['Second page, with enough text on it.'], 95),
      page(['Third page, which says something else.'], 95),
    ]);
    const { pdf, html, report } = await remediatePdf(scan, { ...OPTIONS, recogniser: port });
    expect(asked).toEqual([{ pages: [0, 1, 2], language: 'en' }]);
    expect(html).toContain('Dear Sir or Madam, we thank you for your letter of the third of May.');
    const read = await readIndependently(pdf);
    expect(read.text.replace(/\s+/g, ' ')).toContain('we thank you for your letter');
    expect(report).toMatchObject({ scannedPages: 0, recognisedPages: 3, uncertainPages: 0 });
    expect(report.notices).toContain('text_recognised');
    expect(report.notices).not.toContain('scanned_pages');
    expect(report.notices).not.toContain('fonts_not_embedded');
  });

  test('does not count against the document as it was', async () => {
    const without = await remediatePdf(scan, OPTIONS);
    const { port } = recogniser([page(LETTER, 95), page(LETTER, 95), page(LETTER, 95)]);
    const { report } = await remediatePdf(scan, { ...OPTIONS, recogniser: port });
    expect(report.conformance.before).toEqual(without.report.conformance.before);
  });

  test('of a document with tags is on the page only: its tags would not hold it, and the PDF is what it is without', async () => {
    const tagged = (await remediatePdf(scan, OPTIONS)).pdf;
    const without = await remediatePdf(tagged, OPTIONS);
    const { port } = recogniser([page(LETTER, 95), null, page(['And a page that has other text.'], 95)]);
    const { pdf, html, report } = await remediatePdf(tagged, { ...OPTIONS, recogniser: port });
    expect(html).toContain('we thank you for your letter');
    expect(html).toContain('And a page that has other text.');
    expect(html.match(/This page is a picture without text/g)).toHaveLength(1);
    expect(Buffer.compare(pdf, without.pdf)).toBe(0);
    expect(report.conformance).toEqual(without.report.conformance);
    expect(report).toMatchObject({ scannedPages: 3, recognisedPages: 2 });
    expect(report.notices).toEqual(
      expect.arrayContaining(['already_tagged', 'scanned_pages', 'text_recognised']),
    );
  });

  test('breaks no check of PDF/UA; the claim is not made, because a person has to look at it', async () => {
    const { port } = recogniser([page(LETTER, 95), page(LETTER, 95), page(LETTER, 95)]);
    const { report } = await remediatePdf(scan, { ...OPTIONS, recogniser: port });
    expect(report.conformance.after.failures).toEqual([{ rule: '5-1', count: 1 }]);
  });

  test('becomes paragraphs and nothing else, whatever it looks like', async () => {
    const lines = ['1 Introduction to the matter', '• first', '• second', '1. one', '2. two'];
    const large = page(lines, 95, 30);
    const { port } = recogniser([large, page(LETTER, 95), page(lines, 95)]);
    const { html, report } = await remediatePdf(scan, { ...OPTIONS, recogniser: port });
    expect(report.headings).toBe(0);
    expect(html).not.toMatch(/<(ul|ol|table|h2|h3)\b/);
  });

  test('that is uncertain is said to be; a page that can hardly be read stays a picture; each is counted', async () => {
    const { port } = recogniser([page(LETTER, 95), page(LETTER, 70), page(LETTER, 45)]);
    const { html, report } = await remediatePdf(scan, { ...OPTIONS, recogniser: port });
    expect(report).toMatchObject({ scannedPages: 1, recognisedPages: 2, uncertainPages: 1 });
    expect(report.notices).toEqual(
      expect.arrayContaining(['recognised_text_uncertain', 'scanned_pages', 'text_recognised']),
    );
    expect(html.match(/This page is a picture without text/g)).toHaveLength(1);
  });

  test('words that are likely noise are left out', async () => {
    const noisy = page(LETTER, 95);
    const speck: RecognisedWord = { text: '|~', confidence: 12, x0: 10, x1: 14, y0: 400, y1: 410 };
    const { port } = recogniser([{ lines: [...noisy.lines, [speck]] }]);
    expect((await remediatePdf(scan, { ...OPTIONS, recogniser: port })).html).not.toContain('|~');
  });

  test.each<[string, readonly (RecognisedPage | null)[], number]>([
    ['nothing was read', [null, null, null], 50],
    ['hardly a word was read', [page(['No. 7'], 99), { lines: [] }, null], 50],
    ['nothing may be looked at', [page(LETTER, 99)], 0],
  ])('is not there when %s: the document is what it is without', async (_, pages, maxPages) => {
    const without = await remediatePdf(scan, OPTIONS);
    const { port } = recogniser(pages, maxPages);
    const result = await remediatePdf(scan, { ...OPTIONS, recogniser: port });
    expect(result.report).toEqual(without.report);
    expect(Buffer.compare(result.pdf, without.pdf)).toBe(0);
    expect(result.report).toMatchObject({ scannedPages: 3, recognisedPages: 0 });
  });

  test('is not there when the engine breaks: the document is what it is without', async () => {
    const recogniser = { maxPages: 50, recognise: () => Promise.reject(new Error('no engine')) };
    const { report } = await remediatePdf(scan, { ...OPTIONS, recogniser });
    expect(report).toMatchObject({ scannedPages: 3, recognisedPages: 0 });
  });

  test('is not asked for where every page has text', async () => {
    const text = (await samplePdfs())[0]?.bytes ?? new Uint8Array();
    const { port, asked } = recogniser([]);
    await remediatePdf(text, { ...OPTIONS, recogniser: port });
    expect(asked).toEqual([]);
  });

  test('may be anything anywhere: the output is a whole document of as many pages all the same', async () => {
    const number = fc.double({ noDefaultInfinity: false });
    const word = fc.record({
      text: fc.string({ unit: 'binary', maxLength: 12 }),
      confidence: fc.oneof(fc.integer({ min: 0, max: 100 }), number),
      x0: number,
      x1: number,
      y0: number,
      y1: number,
    });
    const sane = fc.constantFrom(...page(LETTER, 95).lines.flat());
    const lines = fc.array(fc.array(fc.oneof(word, sane, sane), { maxLength: 8 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lines, async (seen) => {
        const { port } = recogniser([{ lines: seen }]);
        const { pdf, report } = await remediatePdf(scan, { ...OPTIONS, recogniser: port });
        expect(report.pages).toBe(3);
        expect(report.scannedPages + report.recognisedPages).toBe(3);
        expect(report.notices).not.toContain('not_tagged');
        expect(report.notices).not.toContain('unmapped_glyphs');
        expect((await readIndependently(pdf)).pages).toBe(3);
      }),
      { numRuns: 40 },
    );
  });
});
