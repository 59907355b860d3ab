import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { drawnPdf } from '../support/drawn-table.ts';

const TEXT = [
  'The rooms of the house are opened by what stands in the file on the desk of the porter, who has',
  'written it down there since the house was built, and who reads it to whoever asks him for it at',
  'the gate, be it by day or by night.',
];
const XS = [72, 172, 312];

/** Text in Helvetica of ten points. */
const say = (text: string, x: number, y: number, bold = false): string =>
  `BT /${bold ? 'F4' : 'F3'} 10 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;

/** What a screen reader says of a page, and the rows of its tables. */
async function pageOf(content: readonly string[]) {
  const { html } = await remediatePdf(drawnPdf([content.join('\n')]), {
    language: 'en',
    fallbackTitle: 'x.pdf',
  });
  return {
    text: html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '),
    rows: [...html.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell),
    ),
  };
}

/** Rows of words at tab stops, so far (points) from each other, between paragraphs that are 18 points apart, and their lines 12. */
async function read(rows: readonly (readonly string[])[], step: number, bold = 0) {
  const cells = rows.flatMap((row, at) =>
    row.map((text, column) => say(text, XS[column] ?? 0, 696 - at * step, at < bold)),
  );
  const paragraph = (top: number): string[] => TEXT.map((text, at) => say(text, 60, top - at * 12));
  return await pageOf([
    ...paragraph(780),
    ...paragraph(738),
    ...cells,
    ...paragraph(696 - (rows.length - 1) * step - 18),
  ]);
}

const KEYS = [
  ['LOAD', 'Loads what is named', 'Push'],
  ['STORE', 'Stores it again', 'Pop'],
  ['JUMP', 'Goes on elsewhere', 'Go'],
  ['HALT', 'Goes on nowhere', 'End'],
];
const PRICES = [
  ['Soup', 'of the day', '4.50'],
  ['Bread', 'with butter', '2.00'],
  ['Fish', 'and chips', '12.50'],
];

describe('words at tab stops are lines, each read to its end', () => {
  test.each([
    { why: 'in two columns', rows: KEYS.map((row) => row.slice(0, 2)), step: 12 },
    { why: 'in three columns', rows: KEYS, step: 12 },
    {
      why: 'with a number behind each name',
      rows: PRICES.map(([name = '', , price = '']) => [name, price]),
      step: 12,
    },
    {
      why: 'with numbers before them',
      rows: KEYS.map(([name = ''], at) => [`0000${at * 7}`, name]),
      step: 12,
    },
    { why: 'as far apart as paragraphs', rows: KEYS, step: 18 },
  ])('$why', async ({ rows, step }) => {
    const result = await read(rows, step);
    expect(result.rows).toEqual([]);
    for (const row of rows) expect(result.text).toContain(row.join(' '));
  });
});

test('labels above lines to fill in are none, though they are in bold', async () => {
  const rows = ['Surname|First name', 'Street|Town', 'Telephone|E-mail'].flatMap((labels) => [
    labels.split('|'),
    ['____________', '____________'],
  ]);
  expect((await read(rows, 15, 1)).rows).toEqual([]);
});

test.each([0, 1])(
  'totals below figures have rows of their own, also without a name in the first column: %d rows in bold',
  async (bold) => {
    const rows = [['Dish', 'Guests', 'Price'], ...PRICES, ['', 'Sum', '19.00'], ['', 'Tax', '1.90']];
    expect((await read(rows, 12, bold)).rows).toEqual(rows);
  },
);

describe('they are a table', () => {
  test.each([
    { why: 'below a head in bold', rows: [['Code', 'Meaning', 'Short'], ...KEYS], step: 12, bold: 1 },
    {
      why: 'with a word above figures',
      rows: [['Dish', 'Price'], ...PRICES.map(([name = '', , price = '']) => [name, price])],
      step: 12,
    },
    { why: 'with figures among three columns', rows: PRICES, step: 12 },
    { why: 'where they stand evenly apart as nothing else does', rows: KEYS, step: 15 },
  ])('$why', async ({ rows, step, bold }) => {
    expect((await read(rows, step, bold)).rows).toEqual(rows);
  });
});

test('addresses that stand beside each other, as on a sheet of labels, are a cell each', async () => {
  const people = ['Ada King', 'Marie Curie', 'Emmy Noether', 'Lise Meitner', 'Sofia Kowalewski'];
  const card = (name: string, column: number): string[] => [name, `${column + 3} River Street`, 'Bath Spa'];
  const cards = people.map((name) => XS.map((_, column) => card(name, column)));
  const lines = cards.flatMap((row, band) =>
    row.flatMap((texts, column) =>
      texts.map((text, line) => say(text, (XS[column] ?? 0) + column * 20, 740 - band * 80 - line * 12)),
    ),
  );
  expect((await pageOf(lines)).rows).toEqual(cards.map((row) => row.map((texts) => texts.join(' '))));
});
