/** Blocks of lines that stand beside each other in rows: labels, contacts, business cards. */
import { describe, expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

const XS = [60, 230, 400];
const STEP = 80;
const LEADING = 13;

/** Rows of cards, each so many points below the one before. */
const sheet = (
  rows: readonly (readonly (readonly string[])[])[],
  { step = STEP, xs = XS, named = false } = {},
) =>
  rows
    .flatMap((cards, row) =>
      cards.flatMap((texts, column) =>
        texts.map((text, line) =>
          prose(text, 760 - row * step - line * LEADING, xs[column], named && line === 0),
        ),
      ),
    )
    .join('\n');
const cellsOf = (html: string): string[][] =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)].map(([, cell = '']) => cell),
  );
const joined = (rows: readonly (readonly (readonly string[])[])[]): string[][] =>
  rows.map((cards) => cards.map((texts) => texts.join(' ')));

const ADA = ['Ada King', 'Ockham Mill', '12 River Street', 'Bath Spa'];
const MARIE = ['Marie Curie', '3 Pier Road', 'Hull Docks'];
const EMMY = ['Emmy Noether', 'Erlangen'];
const LABELS = [
  [ADA, MARIE, MARIE],
  [MARIE, MARIE, EMMY],
  [EMMY, ADA, MARIE],
  [ADA, EMMY, ADA],
];

const PEOPLE = [
  ['Ada King', 'Directs', 'Room 100', 'Tel. 555-1000'],
  ['Marie Curie', 'Sells and buys for the house', 'Room 101', 'Tel. 555-1001'],
  ['Emmy Noether', 'Keeps accounts', 'Room 102', 'Tel. 555-1002'],
  ['Lise Meitner', 'Develops', 'Room 103', 'Tel. 555-1003'],
  ['Sofia Kovalevskaya', 'Advises', 'Room 104', 'Tel. 555-1004'],
  ['Mary Somerville', 'Writes', 'Room 105', 'Tel. 555-1005'],
];
const inTwos = (cards: readonly (readonly string[])[]) =>
  cards.flatMap((card, at) => (at % 2 === 0 ? [[card, cards[at + 1] ?? []]] : []));

describe('cards of three lines each, one of them lower by a raised mark', () => {
  const rows = [0, 1, 2, 3].map((row) =>
    XS.map((_, column) => [
      `Member ${'abcd'[row]}${'xyz'[column]}`,
      'Sings in the choir',
      'Joined in spring',
    ]),
  );
  const LOWER_PT = 1.2;
  const drawn = (isLower: (row: number, column: number) => boolean): string =>
    rows
      .flatMap((cards, row) =>
        cards.flatMap((texts, column) =>
          texts.map((text, line) =>
            prose(text, 760 - row * 60 - line * LEADING - (isLower(row, column) ? LOWER_PT : 0), XS[column]),
          ),
        ),
      )
      .join('\n');

  test('are a cell each where all cards below are lower', async () => {
    const { html } = await remediate(drawn((row, column) => row > 1 || (row === 1 && column === 1)));
    expect(cellsOf(html)).toEqual(joined(rows));
  });

  test('are none where only those below it in its column are: nothing there keeps to rows', async () => {
    const { html } = await remediate(drawn((row, column) => row >= 1 && column === 1));
    expect(html).not.toContain('<td');
  });
});

describe('cards in rows are a cell each', () => {
  test.each([
    ['of two, three and four lines', STEP],
    ['with little room between the longest and the next', 60],
  ])('addresses %s', async (_, step) => {
    expect(cellsOf((await remediate(sheet(LABELS, { step }))).html)).toEqual(joined(LABELS));
  });

  test('also where the last row is not full', async () => {
    const rows = [...LABELS, [MARIE]];
    expect(cellsOf((await remediate(sheet(rows))).html)).toEqual([
      ...joined(LABELS),
      [MARIE.join(' '), '', ''],
    ]);
  });

  test('below a line of words that begin where they do', async () => {
    const above = XS.map((x, at) => prose(['Readers', 'Writers', 'Singers'][at] ?? '', 790, x)).join('\n');
    const { html } = await remediate(`${above}\n${sheet(LABELS)}`);
    expect(cellsOf(html)).toEqual(joined(LABELS));
    expect(html).toContain('Readers Writers Singers');
  });

  test.each([
    ['with room between', 80],
    ['without room between', 4 * LEADING],
  ])('below names in bold, which are no heads: %s', async (_, step) => {
    const rows = inTwos(PEOPLE);
    const { html, roles } = await remediate(sheet(rows, { step, xs: [60, 225], named: true }));
    expect(roles['TH']).toBeUndefined();
    expect(cellsOf(html).map((row) => row.map((cell) => cell.replace(/<[^>]*>/g, '')))).toEqual(joined(rows));
  });
});

describe('no cards are', () => {
  test('tables below each other that have a head in common', async () => {
    const duties = [
      [
        ['Kitchen', 'Wash up', 'Cook'],
        ['Who', 'Anna', 'Ben'],
      ],
      [
        ['Garden', 'Water', 'Mow'],
        ['Who', 'Eva', 'Jan'],
      ],
      [
        ['House', 'Sweep', 'Dust'],
        ['Who', 'Kim', 'Lea'],
      ],
    ];
    const { roles } = await remediate(sheet(duties, { named: true }));
    expect(roles).toMatchObject({ Table: 3, TH: 6, TD: 12 });
  });

  test('prices below names', async () => {
    const prices = ['Drinks', 'Cakes', 'Soups'].map((name, at) => [
      [name, 'small', 'large'],
      [`On day ${at}`, '2.00', '3.50'],
    ]);
    expect((await remediate(sheet(prices, { named: true }))).roles).toMatchObject({ Table: 3, TH: 6 });
  });

  test('verses in columns, which are as long as each other', async () => {
    const verse = [
      'The river runs down to the sea',
      'with all its stones and all its sand',
      'and nobody has ever seen',
    ];
    const verses = Array.from({ length: 5 }, () => [verse, verse.map((line) => line.replace('the', 'a'))]);
    const { html } = await remediate(sheet(verses, { step: 4 * LEADING, xs: [60, 300] }));
    expect(html).not.toContain('<td');
  });

  test('lines to sign', async () => {
    const signs = Array.from({ length: 3 }, (_, at) => [
      ['______________', `Witness ${at}`],
      ['______________', `Tenant ${at}`],
    ]);
    expect((await remediate(sheet(signs))).html).not.toContain('<td');
  });
});
