import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../src/index.ts';
import { ruledGrids } from '../src/structure/tables/ruled-grids.ts';
import type { Drawing } from '../src/text/drawings.ts';
import { type DrawnTable, drawnPdf, drawTable, drawText } from './drawn-table.ts';

/** Its columns stand so close together that without rules they would be lines of text. */
const PLAIN: DrawnTable = {
  xs: [60, 110, 160, 210],
  ys: [700, 680, 660, 640],
  rows: [
    ['Rivers', 'Height', 'Season'],
    ['Moselle', 'twenty', 'spring'],
    ['Danube', 'eighty', 'autumn'],
  ],
  bold: 1,
};

/** The tables of a document of one page, each as rows of the texts of their cells. */
async function tablesOf(content: string): Promise<string[][][]> {
  const { html } = await remediatePdf(drawnPdf([content]), { language: 'en', fallbackTitle: 'x.pdf' });
  return [...html.matchAll(/<table[\s\S]*?<\/table>/g)].map(([table]) =>
    [...table.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell),
    ),
  );
}

test('lines under the words of cells are no rules', async () => {
  expect(await tablesOf(drawTable({ ...PLAIN, underlined: true }))).toEqual([PLAIN.rows]);
});

test.each([
  { open: ['top'] },
  { open: ['bottom'] },
  { open: ['left'] },
  { open: ['right'] },
  { open: ['top', 'bottom'] },
  { open: ['left', 'right'] },
] as const)('a table has no rule at its $open', async ({ open }) => {
  expect(await tablesOf(drawTable({ ...PLAIN, open }))).toEqual([PLAIN.rows]);
});

test('rules that end at different places close nothing', async () => {
  const ends = [700, 690, 670, 700].map((y, at) => `${60 + at * 50} 640 m ${60 + at * 50} ${y} l S`);
  const content = drawTable({ ...PLAIN, ys: [660, 640, 620], rows: PLAIN.rows.slice(1) });
  const note = drawText('It stands above.', 62, 688);
  expect(await tablesOf([content, ...ends, note].join('\n'))).toEqual([PLAIN.rows.slice(1)]);
});

test('boxes that are drawn with characters are no table', async () => {
  const rows = [
    '|        |        |        |',
    '|        |        |        |',
    '|  upper |        |        |',
    '|        |        |  lower |',
  ];
  const content = rows.map((row, at) => {
    const cells = [...row.matchAll(/\S+/g)].map(([text]) => text);
    return cells.map((text, cell) => drawText(text, 80 + cell * 90, 700 - at * 12)).join('\n');
  });
  expect(await tablesOf(content.join('\n'))).toEqual([]);
});

describe('rules between columns of running text', () => {
  const XS = [60, 300, 540];
  const TEXT =
    'Whoever went to see the river that rose in the night stood on the bridge as long as anybody could, for it had not been as high since the year of the great flood. ';
  const column = (name: string, x: number, top: number): string[] =>
    Array.from({ length: 20 }, (_, at) => {
      const line = TEXT.repeat(6).slice(at * 35, at * 35 + 35);
      return drawText(at === 19 ? `${name} ends.` : line, x, top - at * 13);
    });
  const news = [
    ...column('North', 66, 720),
    ...column('East', 306, 720),
    ...column('South', 66, 400),
    ...column('West', 306, 400),
  ];

  test.each([{ open: ['left', 'right'] }, { open: ['left', 'right', 'top', 'bottom'] }] as const)(
    'make no table where there are none at its $open',
    async ({ open }) => {
      const rules = drawTable({ xs: XS, ys: [740, 420, 100], rows: [], open });
      expect(await tablesOf([rules, ...news].join('\n'))).toEqual([]);
      const { html } = await remediatePdf(drawnPdf([[rules, ...news].join('\n')]), {
        language: 'en',
        fallbackTitle: 'x.pdf',
      });
      for (const name of ['North', 'East', 'South', 'West']) expect(html).toContain(`${name} ends.`);
      expect(html).not.toContain('<figure');
    },
  );

  test('make one where they close it', async () => {
    const rules = drawTable({ xs: XS, ys: [740, 420, 100], rows: [] });
    expect(await tablesOf([rules, ...news].join('\n'))).toHaveLength(1);
  });
});

test.each([
  [140, 1],
  [340, 0],
])('%d columns and as many rows are %d tables: more places are a drawing', (count, tables) => {
  const size = count * 10;
  const places = Array.from({ length: count + 1 }, (_, at) => at * 10);
  const rule = (x0: number, y0: number, x1: number, y1: number): Drawing => ({
    x0,
    y0,
    x1,
    y1,
    kind: 'path',
    slanted: 0,
    segments: 1,
    stream: 0,
    operation: 0,
  });
  const drawings = places.flatMap((at) => [rule(0, at, size, at), rule(at, 0, at, size)]);
  expect(ruledGrids({ drawings, fragments: [], width: size, height: size })).toHaveLength(tables);
});
