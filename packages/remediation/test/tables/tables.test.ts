import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { type DrawnTable, drawnPdf, drawTable, drawText } from '../support/drawn-table.ts';

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

describe('areas behind words', () => {
  const lines = ['#!/bin/sh', 'lb config noauto --clean', '  --architectures i386', 'exit 0'];
  /** Each line on an area of its own, which begins and ends so far (points) from its words. */
  const marked = (distance: number, cells: (line: string) => readonly string[]): string =>
    lines
      .flatMap((line, row) => {
        const y = 700 - row * 11.6;
        return cells(line).map((text, column) => {
          const x = 60 + column * 160;
          const width = distance === 0 ? text.length * 6 : 160;
          return `0.9 g ${x - distance} ${y - 2.3} ${width} 11.6 re f 0 g ${drawText(text, x, y)}`;
        });
      })
      .join('\n');

  test('are marks and no cells where they are as long as the words', async () => {
    expect(await tablesOf(marked(0, (line) => [line]))).toEqual([]);
  });

  test('are marks where a comma of the last word is not marked', async () => {
    const sentence = [
      ['It lies under ', '/usr/share/package', ','],
      ['', '/usr/share/doc/package', '.'],
    ] as const;
    const content = sentence.map(([before, code, after], row) => {
      const [y, letter] = [700 - row * 8.3, 3.6];
      const area = `0.9 g ${60 + before.length * letter} ${y - 1.4} ${code.length * letter} 8.4 re f 0 g`;
      return `${area} BT /F1 6 Tf 1 0 0 1 60 ${y} Tm (${before}${code}${after}) Tj ET`;
    });
    expect(await tablesOf(content.join('\n'))).toEqual([]);
  });

  test('are cells where they keep off', async () => {
    expect(await tablesOf(marked(2, (line) => [line.trim(), 'done']))).toEqual([
      lines.map((line) => [line.trim(), 'done']),
    ]);
  });
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

describe('where no rule is drawn between columns that other rows have rules between', () => {
  const [head = [], second = [], third = []] = PLAIN.rows;
  const ruled = drawTable({ ...PLAIN, ys: [700, 680, 660], rows: [head, second] });
  const open = drawTable({ xs: [60, 210], ys: [660, 640], rows: [] });

  test('words that keep off the lines of those rules are cells', async () => {
    const words = third.map((text, at) => drawText(text, 62 + at * 50, 648));
    expect(await tablesOf([ruled, open, ...words].join('\n'))).toEqual([PLAIN.rows]);
  });

  test('a row with nothing in one of its columns is one cell, unless another such row is full', async () => {
    const words = [drawText('Order', 62, 648), drawText('No. 12', 162, 648)];
    expect(await tablesOf([ruled, open, ...words].join('\n'))).toEqual([[head, second, ['Order No. 12']]]);
    const below = drawTable({ xs: [60, 210], ys: [640, 620], rows: [] });
    const full = third.map((text, at) => drawText(text, 62 + at * 50, 628));
    expect(await tablesOf([ruled, open, below, ...words, ...full].join('\n'))).toEqual([
      [head, second, ['Order', '', 'No. 12'], third],
    ]);
  });

  test.each(['All rivers of the land', 'No more', 'All of the rivers'])('%s is one cell', async (text) => {
    const content = [ruled, open, drawText(text, 62, 648)].join('\n');
    expect(await tablesOf(content)).toEqual([[head, second, [text]]]);
  });
});

test('a cell with a picture says something', async () => {
  const ys = Array.from({ length: 9 }, (_, at) => 700 - at * 20);
  const xs = [60, 110, 160, 210, 260];
  const rows = ys.slice(1).map((_, at) => [`no ${at}`]);
  const picture = (x: number, y: number): string =>
    `q 14 0 0 14 ${x} ${y} cm BI /W 1 /H 1 /CS /G /BPC 8 ID a EI Q`;
  const pictures = ys.slice(1).map((y, at) => picture(165 + (at % 2), y + 3));
  const table = drawTable({ xs, ys, rows });
  expect(await tablesOf(table)).toEqual([]);
  expect(await tablesOf([table, ...pictures].join('\n'))).toEqual([rows.map(([name]) => [name, '', '', ''])]);
});

describe('every cell among headers has one', () => {
  const headersOf = async (table: Partial<DrawnTable>) => {
    const source = drawnPdf([drawTable({ ...PLAIN, ...table })]);
    const { html, report } = await remediatePdf(source, { language: 'en', fallbackTitle: 'x.pdf' });
    expect(report.conformance.after.failures.map(({ rule }) => rule)).not.toContain('7.5-1');
    return [...html.matchAll(/<th scope="(\w+)">(.*?)<\/th>/g)].map(([, scope, text]) => `${scope} ${text}`);
  };
  const [, ...rows] = PLAIN.rows;

  test('where the corner is empty, the first column says what rows are', async () => {
    const found = await headersOf({ rows: [['', 'Height', 'Season'], ...rows] });
    expect(found).toEqual(['col Height', 'col Season', 'row Moselle', 'row Danube']);
  });

  test('where one column has no name, the head goes on over it', async () => {
    const found = await headersOf({
      xs: [60, 110, 160, 210, 260],
      rows: [['Rivers', 'Height', '', 'Season'], ...rows.map((row) => [...row, 'wet'])],
    });
    expect(found).toEqual(['col Rivers', 'col Height', 'col Season']);
  });

  test('a row that names hardly any column is no head', async () => {
    const found = await headersOf({ rows: [['Rivers', '', ''], ...rows] });
    expect(found).toEqual([]);
  });
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

describe('rows that numbers with parts count are of a table', () => {
  const versions = [
    ['1.0', 'First draft'],
    ['1.1', 'With the garden'],
    ['1.2', 'Signed'],
  ];
  test.each([
    { why: 'below a head', step: 24, rows: [['Version', 'Change'], ...versions] },
    { why: 'one line apart', step: 14, rows: versions.map((row) => [...row, 'in force']) },
    {
      why: 'with further columns',
      step: 24,
      rows: [
        ['1.0', 'Old wall', '500'],
        ['1.1', 'Its door'],
        ['1.2', 'Its gate'],
        ['1.3', 'Paint', '300'],
      ],
    },
  ])('$why', async ({ step, rows }) => {
    const line = 'The rooms of the house are opened by what stands in the file on the desk.';
    const cells = rows.flatMap((row, y) =>
      row.map((text, x) => drawText(text, [60, 140, 400][x] ?? 0, 700 - y * step)),
    );
    const content = [drawText(line, 60, 740), ...cells, drawText(line, 60, 560)];
    const columns = rows[0]?.length ?? 0;
    const filled = rows.map((row) => [...row, ...Array<string>(columns - row.length).fill('')]);
    expect(await tablesOf(content.join('\n'))).toEqual([filled]);
  });
});
