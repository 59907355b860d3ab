/** What stands beside the text of an entry: dates and a place in a curriculum vitae, initials in minutes. */
import { describe, expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

/** Lines of an entry, from a height on, and what stands beside them at the right. */
const entry = (top: number, text: readonly string[], notes: readonly string[], number?: string): string =>
  [
    ...text.map((line, at) => prose(line, top - at * 14, number === undefined ? 72 : 100)),
    ...notes.map((note, at) => prose(note, top - at * 14, 480)),
    ...(number === undefined ? [] : [prose(number, top)]),
  ].join('\n');

const said = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const AGREED = [
  'The minutes of the last meeting were read, and were agreed upon by all',
  'who were there, but for one who had not been there the last time.',
];
const CLOSED = [
  'The bridge is to be closed for heavy carts from the first of May on, and',
  'the mayor writes to the carriers.',
];

describe('what stands beside an entry', () => {
  test('does not come between the lines of its text', async () => {
    const { html } = await remediate(
      [
        entry(700, AGREED, ['AB'], '1'),
        entry(650, CLOSED, ['CD'], '2'),
        entry(600, ['Next meeting on 3 June.'], ['all'], '3'),
      ].join('\n'),
    );
    expect(said(html)).toContain(
      `1 ${AGREED.join(' ')} AB 2 ${CLOSED.join(' ')} CD 3 Next meeting on 3 June. all`,
    );
  });

  test('stays with it where there is no more room between entries than between lines', async () => {
    const { html } = await remediate(
      [
        entry(700, AGREED, ['AB'], '1'),
        entry(672, CLOSED, ['CD'], '2'),
        entry(644, ['Next meeting on 3 June.'], ['all'], '3'),
      ].join('\n'),
    );
    expect(said(html)).toContain(`${AGREED.join(' ')} AB 2 ${CLOSED.join(' ')} CD`);
  });

  test('is read as a whole, also a date and the place below it', async () => {
    const job = (top: number, name: string, text: readonly string[]): string =>
      [prose(name, top, 72, true), entry(top, ['', ...text], ['2019 to 2024', 'Ulm'])].join('\n');
    const { html } = await remediate([job(700, 'Clerk', AGREED), job(640, 'Surveyor', CLOSED)].join('\n'));
    expect(said(html)).toContain(
      `Clerk ${AGREED.join(' ')} 2019 to 2024 Ulm Surveyor ${CLOSED.join(' ')} 2019 to 2024 Ulm`,
    );
  });

  test('is read with it, however short its lines are', async () => {
    const job = (top: number, name: string, year: number): string =>
      entry(top, [name, 'Planned and built houses.', 'Kept to the budget.'], [`${year} to ${year + 2}`]);
    const { html } = await remediate(
      ['Clerk', 'Surveyor', 'Assistant', 'Porter']
        .map((name, at) => job(700 - at * 60, name, 2020 - 2 * at))
        .join('\n'),
    );
    expect(said(html)).toContain('Clerk 2020 to 2022 Planned');
    expect(said(html)).toContain('Porter 2014 to 2016 Planned');
  });

  test('is a text of its own where both are', async () => {
    const { html } = await remediate(
      [
        ...[...AGREED, ...CLOSED, ...AGREED].map((line, at) => prose(line.slice(0, 36), 700 - at * 14)),
        ...[...CLOSED, ...AGREED, ...CLOSED].map((line, at) => prose(line.slice(0, 32), 700 - at * 14, 320)),
      ].join('\n'),
    );
    expect(said(html)).toContain('who were there, but for one who had The bridge is');
  });
});

describe('addresses beside each other', () => {
  const FROM = ['From', 'Miller and Sons Ltd', '14 Harbour Road', 'Bristol BS1 4ND', 'United Kingdom'];
  const TO = ['Deliver to', 'Anna Berg', 'Hof 3', '89073 Ulm', 'Germany'];
  const column = (texts: readonly string[], x: number, leading = 14): string =>
    texts.map((text, at) => prose(text, 700 - at * leading, x, at === 0)).join('\n');

  test('are read one after the other, and are no table', async () => {
    const { html, roles } = await remediate(
      [column(FROM, 72), column(TO, 320), prose('Dear Anna,', 600)].join('\n'),
    );
    expect(roles.Table).toBeUndefined();
    expect(said(html)).toContain(`${FROM.join(' ')} ${TO.join(' ')} Dear Anna,`);
  });

  test('are told apart where their lines are not beside each other', async () => {
    const { html } = await remediate(
      [column(FROM, 72), column(TO, 320, 15.5), prose('Dear Anna,', 600)].join('\n'),
    );
    expect(said(html)).toContain(`${FROM.join(' ')} ${TO.join(' ')} Dear Anna,`);
  });

  test('are none where each row has a street or a town', async () => {
    const rows = [
      ['Town', 'Post office'],
      ['89073 Ulm', 'Hof 3'],
      ['86150 Augsburg', 'Ring 14'],
      ['80331 Munich', 'Tal 2'],
    ];
    const { roles } = await remediate(
      rows
        .flatMap((row, at) => row.map((text, cell) => prose(text, 700 - at * 14, 72 + cell * 200, at === 0)))
        .join('\n'),
    );
    expect(roles.Table).toBe(1);
  });
});

test('the number, date and price of a newspaper are read before its columns', async () => {
  const masthead = [
    prose('The Bridge', 760, 72, true),
    prose('No. 12', 730),
    prose('Ulm, 3 May 2026', 730, 250),
    prose('Price 2 Euro', 730, 460),
  ];
  const text = [...AGREED, ...CLOSED, ...AGREED, ...CLOSED].map((line) => line.slice(0, 26));
  const columns = [72, 232, 392].flatMap((x) => text.map((line, at) => prose(line, 706 - at * 13, x)));
  const { html } = await remediate([...masthead, ...columns].join('\n'));
  expect(said(html)).toContain('No. 12 Ulm, 3 May 2026 Price 2 Euro The minutes');
});
