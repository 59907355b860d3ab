/** Tables that nobody has filled in yet: lists to sign, sheets of hours. */
import { expect, test } from 'vitest';
import { REMEDIATION_LIMITS, remediatePdf } from '../../src/index.ts';
import { remediate } from '../support/drawn-lines.ts';
import { drawnPdf, drawTable, drawText } from '../support/drawn-table.ts';

const EDGES = { xs: [60, 180, 300, 420, 540], ys: Array.from({ length: 16 }, (_, at) => 700 - at * 20) };
const HEAD = ['Name', 'Company', 'Arrived', 'Signature'];
const EMPTY = HEAD.map(() => '');

test.each([
  ['in bold', 1],
  ['like any other text', 0],
])('a list to sign is a table, whose head is %s', async (_, bold) => {
  const { roles, html } = await remediate(drawTable({ ...EDGES, rows: [HEAD], bold }));
  expect(roles).toMatchObject({ Table: 1, TR: 15, TH: 4, TD: 56 });
  expect(html).toContain('<th scope="col">Signature</th>');
});

test('a list to sign that goes on over two pages has one head', async () => {
  const edges = { ...EDGES, ys: EDGES.ys.map((y) => y - 340) };
  const high = { ...EDGES, ys: EDGES.ys.map((y) => y + 80) };
  const pages = [edges, high].map((page) => drawTable({ ...page, rows: [HEAD] }));
  const { roles } = await remediate(...pages);
  expect(roles).toMatchObject({ Table: 1, TR: 29, TH: 4, TD: 112 });
});

test('a list to sign goes on over pages on which nothing stands', async () => {
  const low = { ...EDGES, ys: EDGES.ys.map((y) => y - 340) };
  const high = { ...EDGES, ys: EDGES.ys.map((y) => y + 80) };
  const number = (page: number): string => drawText(`Page ${page}`, 300, 30);
  const whole = { ...EDGES, ys: Array.from({ length: 37 }, (_, at) => 780 - at * 20) };
  const pages = [
    drawTable({ ...low, rows: [HEAD] }),
    ...[whole, high].map((page) => drawTable({ ...page, rows: [] })),
  ];
  for (const all of [pages, pages.map((page, at) => `${page}\n${number(at + 1)}`)]) {
    const { roles, html } = await remediate(...all);
    expect(roles).toMatchObject({ Table: 1, TR: 66, TH: 4, TD: 260 });
    expect(html.match(/<tr>/g)).toHaveLength(66);
  }
});

test.each([
  ['has other columns', [60, 200, 300, 420, 540], 340],
  ['comes after a page with room', EDGES.xs, 0],
])('an empty grid is no table where it %s', async (_, xs, down) => {
  const first = drawTable({ ...EDGES, ys: EDGES.ys.map((y) => y - down), rows: [HEAD] });
  const full = drawText('The end of a page', 60, 60);
  const { roles } = await remediate(full, first, drawTable({ ...EDGES, xs, rows: [] }));
  expect(roles).toMatchObject({ Table: 1, TR: 15 });
});

test.each([
  ['all that is filled in is a total, in bold too', 4, [HEAD, EMPTY, EMPTY, ['', '', 'Total', '']]],
  ['the first row is filled in', 0, [HEAD, ['Anna', 'Mills', 'at nine', 'A. M.']]],
  ['the first row shows how', 0, [HEAD, ['e.g. Anna', 'Mills', '9:00', 'A. M.'], EMPTY]],
  ['rows have names', 0, [HEAD, ...['Anna', 'Ben', 'Eva', 'Jan'].map((name) => [name, '', '', ''])]],
])('the head of a table to fill in is one where %s', async (_, bold, rows) => {
  const { roles } = await remediate(drawTable({ ...EDGES, ys: EDGES.ys.slice(0, 6), rows, bold }));
  expect(roles).toMatchObject({ Table: 1, TR: 5, TH: 4 });
});

test('a head in bold stands below the name of what is listed', async () => {
  const rows = [['Visitors', '', '', ''], EMPTY, HEAD];
  expect((await remediate(drawTable({ ...EDGES, rows, bold: 3 }))).roles).toMatchObject({ Table: 1, TR: 15 });
});

test.each([
  ['a word in the first of its places', [['Name', '', '', '']], []],
  ['full rows that are not in bold', [['Name', '', '', ''], EMPTY, HEAD], []],
  ['no rules around it', [HEAD], ['left', 'right'] as const],
])('%s make no table of a grid that is empty', async (_, rows, open) => {
  expect((await remediate(drawTable({ ...EDGES, rows, open }))).roles['Table']).toBeUndefined();
});

test('a grid of more places than anybody fills in is a drawing', async () => {
  const xs = Array.from({ length: 31 }, (_, at) => 60 + at * 15);
  const rows = [Array.from({ length: 30 }, () => 'x')];
  const ys = Array.from({ length: 22 }, (_, at) => 700 - at * 20);
  expect((await remediate(drawTable({ xs, ys: ys.slice(0, 16), rows }))).roles).toMatchObject({ TR: 15 });
  expect((await remediate(drawTable({ xs, ys, rows }))).roles['Table']).toBeUndefined();
});

test.each([
  ['empty', drawTable({ ...EDGES, rows: [HEAD] }), 59],
  [
    'full, without rules',
    [HEAD, HEAD, HEAD]
      .map((row, at) =>
        row.map((word, column) => drawText(word, 60 + column * 120, 700 - at * 14, at === 0)).join(' '),
      )
      .join(' '),
    11,
  ],
])('a document with more cells than are allowed is refused: %s', async (_, content, cells) => {
  const process = async (maxCells: number): Promise<unknown> =>
    await remediatePdf(drawnPdf([content]), {
      language: 'en',
      fallbackTitle: 'x.pdf',
      limits: { ...REMEDIATION_LIMITS, maxCells },
    });
  await expect(process(cells)).rejects.toThrow(
    /^pdf_too_complex: The tables of the document hold more cells/,
  );
  await expect(process(cells + 1)).resolves.toBeDefined();
});

test.each([
  ['figures', [['2026', '31', '12', '7'], EMPTY]],
  ['words of a row among others', [HEAD, ...[1, 2, 3].map(() => ['Anna', 'Mills', 'nine', 'A. M.'])]],
])('%s are no head of a table that is partly empty', async (_, rows) => {
  const { roles } = await remediate(
    drawTable({ ...EDGES, ys: EDGES.ys.slice(0, 6), rows: [rows[0] ?? [], ...rows] }),
  );
  expect(roles).toMatchObject({ Table: 1, TR: 5 });
  expect(roles['TH']).toBeUndefined();
});
