/** Tables that no rules close, and the rows of them that stand on the next page. */
import { expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

const XS = [72, 180, 290, 430];
const HEAD = ['River', 'Height', 'Season', 'Note'];
const STEP = 20;
const BOTTOM = 60;

const named = (name: string, count: number): string[][] =>
  Array.from({ length: count }, (_, at) => [
    `${name} ${at + 1}`,
    `${at + 2} metres`,
    'winter and spring',
    'deep',
  ]);

/** Rows one below the other, with a line below each where they are `ruled`. */
function rows(texts: readonly (readonly string[])[], top: number, { bold = 0, ruled = false } = {}): string {
  return texts
    .map((cells, at) => {
      const y = top - at * STEP;
      const rule = ruled ? `\n72 ${y - 6} m 540 ${y - 6} l S` : '';
      return cells.map((text, column) => prose(text, y, XS[column], at < bold)).join('\n') + rule;
    })
    .join('\n');
}

const first = named('Aller', 30);
const before = (more = {}): string =>
  rows([HEAD, ...first], BOTTOM + first.length * STEP, { bold: 1, ...more });

test.each([
  ['rows of which nothing else shows that they are a table', named('Oder', 30), {}],
  ['a row alone', named('Weser', 1), {}],
  ['a row alone with lines between rows', named('Weser', 1), { ruled: true }],
])('a table goes on with %s', async (_, rest, more) => {
  const { roles, html } = await remediate(before(more), rows(rest, 780, more));
  expect(roles).toMatchObject({ Table: 1, TR: 31 + rest.length, TH: 4, TD: (30 + rest.length) * 4 });
  expect(html).toContain('<tbody id="page-2">');
});

test('a table goes on with its head and a row alone, on the third page', async () => {
  const again = rows([HEAD, ...named('Oder', 36)], 780, { bold: 1 });
  const last = rows([HEAD, ...named('Weser', 1)], 780, { bold: 1 });
  const { roles } = await remediate(before(), again, last);
  expect(roles).toMatchObject({ Table: 1, TR: 68, TH: 4 });
});

test('a cell of several lines goes on with the row that it is of', async () => {
  const wrapped = [prose('and in summer, where', 766, XS[2]), prose('the snow is high', 752, XS[2])];
  const after = [rows(named('Weser', 1), 780), ...wrapped, rows(named('Ems', 1), 732)].join('\n');
  const { roles, html } = await remediate(before(), after);
  expect(roles).toMatchObject({ Table: 1, TR: 33 });
  expect(html).toContain('<td>winter and spring and in summer, where the snow is high</td>');
});

const TEXT = 'The rivers of the plain are measured once a year, and what is measured is written down here.';
test.each([
  ['is text', prose(TEXT, 780), before()],
  ['has other columns', rows(named('Oder', 1), 780).replaceAll(' 180 ', ' 200 '), before()],
  [
    'has a head of its own',
    rows([['Lake', 'Depth', 'Season', 'Note'], ...named('Oder', 1)], 780, { bold: 1 }),
    before(),
  ],
  [
    'comes after a page with room',
    rows(named('Oder', 1), 780),
    before().replaceAll(/ (\d+) Tm/g, (_, y) => ` ${Number(y) + 100} Tm`),
  ],
])('a table does not go on where what follows %s', async (_, after, page) => {
  const full = Array.from({ length: 50 }, (_line, at) => prose(TEXT, 760 - at * 14)).join('\n');
  const { roles } = await remediate(full, page, after);
  expect(roles).toMatchObject({ Table: 1, TR: 31 });
});

test('text that begins below carried rows is none of them', async () => {
  const after = [rows(named('Weser', 2), 780), prose('The lakes', 730), prose(TEXT, 710)].join('\n');
  const { roles, html } = await remediate(before(), after);
  expect(roles).toMatchObject({ Table: 1, TR: 33 });
  expect(html).toContain('<p>The lakes</p>');
});
