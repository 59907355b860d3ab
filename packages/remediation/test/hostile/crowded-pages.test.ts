/** What stands on one page by the ten thousand. Work that grows with its square takes minutes, which the test's time-out ends. */
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { pageRows } from '../../src/structure/page-lines.ts';
import { ruledGrids } from '../../src/structure/tables/ruled/ruled-grids.ts';
import type { Drawing } from '../../src/text/drawings.ts';
import type { TextFragment } from '../../src/text/text-pen.ts';

/** Generous for a loaded machine. */
const HANGS_MS = 15_000;

function pdfWith(content: string, box = '0 0 14400 842'): Uint8Array {
  return rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [${box}] /Resources <</Font <</F 5 0 R>>>> /Contents 4 0 R>>`,
    rawStream(content),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
  ]);
}

function word(text: string, x0: number, y: number, size: number): TextFragment {
  const x1 = x0 + text.length * size * 0.5;
  return { text, x0, x1, y, size, bold: false, afterSpace: true, quarter: 0, spans: [] };
}

const rowTexts = (fragments: readonly TextFragment[]): string[] =>
  pageRows(fragments, [])
    .flat()
    .map((row) => row.flatMap(({ words }) => words.map(({ text }) => text)).join(' '));

describe('words on one baseline', () => {
  test('are read, however many', { timeout: HANGS_MS }, async () => {
    const words = Array.from(
      { length: 40 },
      (_, at) => `1 0 0 1 ${at * 300} 400 Tm (${`a${String.fromCharCode(65 + at)} `.repeat(1000)}) Tj`,
    );
    const pdf = pdfWith(`BT /F 30 Tf 1 0 0 1 9 400 Tm (Large) Tj /F 10 Tf ${words.join('\n')} ET`);
    const { html } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'a.pdf' });
    expect(html.split('a').length).toBeGreaterThan(40_000);
  });

  test('have scripts in a line of text, and none where thousands of pieces lie over each other', () => {
    const [base, raised] = [word('base', 100, 400, 10), word('2', 120, 405, 6)];
    expect(rowTexts([base, raised])).toEqual(['base 2']);
    const others = Array.from({ length: 2_000 }, (_, at) => word('n', 200 + at, 401, 10));
    expect(rowTexts([base, raised, ...others])[0]).toBe('2');
  });
});

describe('lines under words', () => {
  test('are compared with words as long as there are not thousands of both at one height', () => {
    let compared = 0;
    const fragments = Array.from({ length: 10_000 }, (_, at): TextFragment => {
      const { size, ...rest } = word('n', 100 + at, 400, 10);
      return {
        ...rest,
        get size() {
          compared++;
          return size;
        },
      };
    });
    const drawings = Array.from({ length: 5_000 }, (_, at): Drawing => {
      const box = { x0: 100 + at, x1: 125 + at, y0: 398, y1: 398.5 };
      return { ...box, kind: 'path', slanted: 0, segments: 1, stream: 0, operation: at };
    });
    expect(ruledGrids({ fragments, drawings, width: 14_400, height: 842 }, { compares: () => true })).toEqual(
      [],
    );
    expect(compared).toBeLessThan(fragments.length * 1_000);
  });
});

test('rules are compared where there is text that they could be around', () => {
  const drawings = Array.from({ length: 80 }, (_, at): Drawing => {
    const [x0, y0] = at < 40 ? [50, 60 + at * 10] : [50 + (at - 40) * 10, 60];
    const box = at < 40 ? { x0, x1: 440, y0, y1: y0 } : { x0, x1: x0, y0, y1: 450 };
    return { ...box, kind: 'path', slanted: 0, segments: 1, stream: 0, operation: at };
  });
  let compared = 0;
  const budget = {
    compares: (times: number) => {
      compared += times;
      return true;
    },
  };
  const page = { drawings, width: 595, height: 842 };
  expect(ruledGrids({ ...page, fragments: [] }, budget)).toEqual([]);
  expect(compared).toBe(0);
  const [grid] = ruledGrids({ ...page, fragments: [word('n', 52, 62, 6)] }, budget);
  expect(grid?.cells).toHaveLength(39 * 39);
  expect(compared).toBeGreaterThan(0);
});
