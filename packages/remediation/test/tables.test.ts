import { expect, test } from 'vitest';
import { remediatePdf } from '../src/index.ts';
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
