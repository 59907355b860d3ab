/** Tables whose rows are told apart by lines or backgrounds, and whose columns are not. */
import { describe, expect, test } from 'vitest';
import { around, BELOW, prose, remediate } from '../support/drawn-lines.ts';

const XS = [72, 240, 330];
/** Rows as near to each other as lines of text: nothing but what is drawn says that they are a table. */
const [RIGHT, TOP, STEP] = [520, 680, 14];

/** Rows of words in Helvetica, a step apart. */
const cells = (rows: readonly (readonly string[])[], top = TOP): string =>
  rows.flatMap((row, at) => row.map((text, column) => prose(text, top - at * STEP, XS[column]))).join('\n');
const rule = (y: number, x0 = 66, x1 = RIGHT): string => `${x0} ${y} ${x1 - x0} 0.75 re f`;
const below = (rows: readonly unknown[], top = TOP): string =>
  rows.map((_, at) => rule(top - 4 - at * STEP)).join('\n');
const rowsIn = (html: string): string[] =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh]([^>]*)>(.*?)<\/t[dh]>/g)]
      .map(([, span = '', text]) => (span.includes('colspan') ? `${text} >` : text))
      .join(' | '),
  );

const PEAKS = [
  ['Peak', 'Country', 'First climbed'],
  ['Lhotse', 'Nepal', 'by Luchsinger and Reiss'],
  ['Makalu', 'Tibet', 'by Couzy and Terray'],
  ['Annapurna', 'Nepal', 'by Herzog and Lachenal'],
];
const SAID = PEAKS.map((row) => row.join(' | '));

describe('lines across the page that begin and end together', () => {
  test('make rows, also of the head above the first of them', async () => {
    const { html } = await remediate(around(`${cells(PEAKS)}\n${below(PEAKS)}`, 520));
    expect(rowsIn(html)).toEqual(SAID);
  });

  test('make one row of several lines between them', async () => {
    const more = [...PEAKS, ['Broad Peak', 'Pakistan', 'by four climbers, who went']];
    const wrapped = prose('up without bottles of oxygen', TOP - 5 * STEP, XS[2]);
    const lines = `${below(PEAKS)}\n${rule(TOP - 5 * STEP - 4)}`;
    const { html } = await remediate(around(`${cells(more)}\n${wrapped}\n${lines}`, 500));
    expect(rowsIn(html).at(-1)).toBe(
      'Broad Peak | Pakistan | by four climbers, who went up without bottles of oxygen',
    );
  });

  test('are those of the head and the last row only: each line between them is a row', async () => {
    const lines = [rule(TOP + 11), rule(TOP - 4), rule(TOP - 4 - 3 * STEP)].join('\n');
    const { html } = await remediate(around(`${cells(PEAKS)}\n${lines}`, 520));
    expect(rowsIn(html)).toEqual(SAID);
  });

  test('name the columns where they are drawn cell by cell, and a name of rows is a cell over all', async () => {
    const parts = (y: number): string =>
      [rule(y, 66, 232), rule(y, 232, 324), rule(y, 324, RIGHT)].join('\n');
    const group = ['Peaks of the Himalaya that were first climbed from the south'];
    const rows = [PEAKS[0] ?? [], group, ...PEAKS.slice(1)];
    const lines = rows.map((_, at) => parts(TOP - 4 - at * STEP)).join('\n');
    const { html } = await remediate(around(`${cells(rows)}\n${lines}`, 500));
    expect(rowsIn(html)).toEqual([SAID[0], `${group[0]} >`, ...SAID.slice(1)]);
  });

  test('make no table of entries below headings', async () => {
    const part = (name: string, top: number): string =>
      [
        prose(name, top),
        rule(top - 5),
        ...['Bridge engineer', 'Surveyor', 'Assistant'].flatMap((job, at) => [
          prose(job, top - 20 - at * 14),
          prose(`20${10 + at} to 20${12 + at}`, top - 20 - at * 14, 440),
        ]),
      ].join('\n');
    const parts = ['Experience', 'Education', 'Other'].map((name, at) => part(name, TOP - at * 76));
    const { html, roles } = await remediate(parts.join('\n'));
    expect(roles.Table).toBeUndefined();
    expect(html).toContain('<p>Surveyor 2011 to 2013</p>');
  });

  test('make no table of columns of text between them', async () => {
    const text = [
      'The river rises in the hills and',
      'runs to the sea by way of two',
      'towns, of which the one is old',
      'and the other one is new, and',
      'both of them have seen better',
      'days when the ships came up.',
    ];
    const story = (top: number): string =>
      [72, 310].flatMap((x) => text.map((line, at) => prose(line, top - at * 13, x))).join('\n');
    const tops = [TOP, TOP - 100, TOP - 200, TOP - 300];
    const { roles } = await remediate(tops.map((top) => `${rule(top + 16)}\n${story(top)}`).join('\n'));
    expect(roles.Table).toBeUndefined();
  });

  test('leave the header of a page alone that has such a line below it', async () => {
    const page = (number: number): string =>
      [
        prose('Peaks of the world', 806),
        prose(`Page ${number}`, 806, 460),
        rule(799),
        cells(
          PEAKS.map(([name, ...rest]) => [`${name} ${number}`, ...rest]),
          760,
        ),
        below(PEAKS, 760),
        prose(BELOW, 640),
      ].join('\n');
    const { html } = await remediate(page(1), page(2), page(3));
    expect(html).not.toContain('Peaks of the world');
    expect(rowsIn(html)).toHaveLength(12);
  });
});

describe('backgrounds behind every other row', () => {
  const box = (y: number, grey: number, x0 = 66, x1 = RIGHT): string =>
    `${grey} g ${x0} ${y - 4} ${x1 - x0} ${STEP} re f 0 g`;

  test('make one table of all rows', async () => {
    const striped = PEAKS.flatMap((_, at) => (at % 2 === 1 ? [box(TOP - at * STEP, 0.9)] : []));
    const more = [...PEAKS, ['K2', 'China', 'by Compagnoni and Lacedelli']];
    const { html } = await remediate(around(`${striped.join('\n')}\n${cells(more)}`, 500));
    expect(rowsIn(html)).toEqual([...SAID, 'K2 | China | by Compagnoni and Lacedelli']);
  });

  test('are drawn cell by cell, below a head that has another', async () => {
    const parts = (at: number, grey: number): string =>
      [
        box(TOP - at * STEP, grey, 66, 232),
        box(TOP - at * STEP, grey, 232, 324),
        box(TOP - at * STEP, grey, 324),
      ].join('\n');
    const { html } = await remediate(
      around([parts(0, 0.5), parts(1, 0.9), parts(3, 0.9), cells(PEAKS)].join('\n'), 520),
    );
    expect(rowsIn(html)).toEqual(SAID);
  });

  test('of two tables with a line of text between them stay those of two', async () => {
    const parts = (top: number): string =>
      [0, 1]
        .flatMap((at) => [
          box(top - at * STEP, 0.9, 66, 232),
          box(top - at * STEP, 0.8, 232, 324),
          box(top - at * STEP, 0.9, 324),
        ])
        .join('\n');
    const two = (top: number): string => `${parts(top)}\n${cells(PEAKS.slice(0, 2), top)}`;
    const { roles } = await remediate(
      around(`${two(680)}\n${prose('More of them:', 644)}\n${two(624)}`, 500),
    );
    expect(roles.Table).toBe(2);
  });
});
