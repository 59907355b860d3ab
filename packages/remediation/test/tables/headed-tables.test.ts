/** Tables without rules below heads in bold: by the columns that their lines keep to. */
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';

const [PLAIN, BOLD] = ['F1', 'F2'];
const say = (x: number, y: number, text: string, font = PLAIN): string =>
  `BT /${font} 10 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;
const heads = (y: number, ...texts: (readonly [number, string])[]): string =>
  texts.map(([x, text]) => say(x, y, text, BOLD)).join('\n');
const ABOVE = say(
  60,
  770,
  'The rooms of the house are opened by what stands in the file on the desk of the porter.',
);
const BELOW =
  'What stands in no line of it is shut, and stays so until somebody has asked for it in writing.';

const read = async (...content: string[]) => {
  const font = (name: string): string =>
    `<</Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding>>`;
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R /F2 6 0 R>>>> /Contents 4 0 R>>',
    rawStream([ABOVE, ...content].join('\n')),
    font('Helvetica'),
    font('Helvetica-Bold'),
  ]);
  const { html } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'file.pdf' });
  const textOf = (part: string): string => part.replace(/<[^>]+>/g, '').trim();
  return {
    tables: [...html.matchAll(/<table[\s\S]*?<\/table>/g)].map(([table]) =>
      [...table.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) =>
        [...row.matchAll(/<t[hd][\s\S]*?<\/t[hd]>/g)].map(([cell]) => textOf(cell)),
      ),
    ),
    headers: [...html.matchAll(/<th[^>]*scope="col"[^>]*>/g)].length,
    text: textOf(html.slice(html.indexOf('<section'))).replace(/\s+/g, ' '),
  };
};

describe('what stands below heads in bold', () => {
  test('is a table, also where cells of one line stand beside the middle of others, near to them', async () => {
    const { tables, headers } = await read(
      heads(740, [66, 'Feature'], [150, 'Sample'], [220, 'Feature setting']),
      say(120, 722, 'a ... z \\(all letters'),
      say(60, 716, 'Standard'),
      say(220, 716, 'smcp=0'),
      say(120, 710, 'with capitals\\)'),
      say(120, 692, 'a ... z \\(all letters'),
      say(60, 686, 'Small caps'),
      say(220, 686, 'smcp=1'),
      say(120, 680, 'with capitals\\)'),
      say(60, 650, BELOW),
    );
    expect(tables).toEqual([
      [
        ['Feature', 'Sample', 'Feature setting'],
        ['Standard', 'a ... z (all letters with capitals)', 'smcp=0'],
        ['Small caps', 'a ... z (all letters with capitals)', 'smcp=1'],
      ],
    ]);
    expect(headers).toBe(3);
  });

  test('has a row where the first column says something, where rows are as near as their lines', async () => {
    const { tables, text } = await read(
      heads(740, [60, 'Key'], [160, 'What it is for']),
      say(60, 726, 'blue'),
      say(160, 726, 'opens the front door, and'),
      say(160, 714, 'the gate'),
      say(60, 702, 'red'),
      say(160, 702, 'opens the cellar'),
      say(60, 690, 'green'),
      say(160, 690, 'opens nothing any more'),
      say(60, 660, BELOW),
    );
    expect(tables).toEqual([
      [
        ['Key', 'What it is for'],
        ['blue', 'opens the front door, and the gate'],
        ['red', 'opens the cellar'],
        ['green', 'opens nothing any more'],
      ],
    ]);
    expect(text).toContain(BELOW);
  });

  test('has totals in rows of their own, which have no name in the first column', async () => {
    const { tables } = await read(
      heads(740, [60, 'No'], [100, 'What was done'], [300, 'Price'], [360, 'Amount']),
      say(60, 724, '1'),
      say(100, 724, 'The roof was looked at, with'),
      say(300, 724, '480.00'),
      say(360, 724, '480.00'),
      say(100, 712, 'a report'),
      say(60, 696, '2'),
      say(100, 696, 'Disposal'),
      say(300, 696, '90.00'),
      say(360, 696, '90.00'),
      say(100, 680, 'Subtotal'),
      say(360, 680, '570.00'),
      say(100, 664, 'Tax 20%'),
      say(360, 664, '114.00'),
      say(100, 648, 'Total due'),
      say(360, 648, '684.00'),
      say(60, 610, BELOW),
    );
    expect(tables).toEqual([
      [
        ['No', 'What was done', 'Price', 'Amount'],
        ['1', 'The roof was looked at, with a report', '480.00', '480.00'],
        ['2', 'Disposal', '90.00', '90.00'],
        ['', 'Subtotal', '', '570.00'],
        ['', 'Tax 20%', '', '114.00'],
        ['', 'Total due', '', '684.00'],
      ],
    ]);
  });

  test('may have a head in several lines, beside the middle of which others stand; a heading above is none of it', async () => {
    const { tables, text } = await read(
      heads(752, [60, 'Ports']),
      heads(740, [220, 'Feature']),
      heads(734, [60, 'Feature'], [150, 'Sample']),
      heads(728, [220, 'setting']),
      ...['Standard', 'Small'].flatMap((name, at) => [
        say(60, 712 - at * 14, name),
        say(150, 712 - at * 14, 'abc'),
        say(220, 712 - at * 14, `smcp=${at}`),
      ]),
      say(60, 660, BELOW),
    );
    expect(tables).toEqual([
      [
        ['Feature', 'Sample', 'Feature setting'],
        ['Standard', 'abc', 'smcp=0'],
        ['Small', 'abc', 'smcp=1'],
      ],
    ]);
    expect(text).toContain('Ports');
  });

  test('may have a first column without a head', async () => {
    const { tables } = await read(
      heads(740, [200, 'Doors'], [280, 'Windows']),
      ...['cellar', 'hall', 'attic'].flatMap((name, at) => [
        say(60, 722 - at * 14, name),
        say(200, 722 - at * 14, String(at + 1)),
        say(280, 722 - at * 14, String(at + 7)),
      ]),
    );
    expect(tables).toEqual([
      [
        ['', 'Doors', 'Windows'],
        ['cellar', '1', '7'],
        ['hall', '2', '8'],
        ['attic', '3', '9'],
      ],
    ]);
  });

  test('is a table of the cells that were drawn, whatever their lines', async () => {
    const word = fc.stringMatching(/^[a-z]{2,7}$/);
    const cell = fc.array(word, { minLength: 1, maxLength: 3 });
    const short = word.map((text) => [text]);
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((columns) =>
        fc.array(fc.tuple(fc.array(cell, { minLength: columns, maxLength: columns }), short), {
          minLength: 2,
          maxLength: 6,
        }),
      )
      .map((rows) => rows.map(([cells, last]) => [...cells, last]));
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (rows, isCentred) => {
        const xs = rows[0]?.map((_, at) => 60 + at * 90) ?? [];
        let y = 740;
        const drawn = [heads(y, ...xs.map((x, at) => [x, `Head ${at}`] as const))];
        for (const row of rows) {
          y -= 20;
          const height = Math.max(...row.map(({ length }) => length));
          for (const [column, lines] of row.entries()) {
            const top = y - (isCentred ? (height - lines.length) * 6 : 0);
            for (const [line, text] of lines.entries())
              drawn.push(say(xs[column] ?? 0, top - line * 12, text));
          }
          y -= 12 * (height - 1);
        }
        const { tables } = await read(...drawn, say(60, y - 40, BELOW));
        expect(tables).toEqual([
          [xs.map((_, at) => `Head ${at}`), ...rows.map((row) => row.map((lines) => lines.join(' ')))],
        ]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('is no table', () => {
  test.each([
    [
      'a paragraph below the number and the words of a heading',
      [
        heads(740, [60, '2.4'], [90, 'Semantic actions']),
        say(60, 724, 'A semantic action is a piece of code that is written in the'),
        say(60, 712, 'language of the compiler, and is run where it stands.'),
      ],
    ],
    [
      'entries of a table of contents below its heads',
      [
        heads(740, [60, 'Chapter'], [480, 'Page']),
        ...['The house', 'The garden', 'The street'].map((text, at) =>
          say(60, 722 - at * 14, `${text} ${'. '.repeat(120 - text.length)} ${at + 1}`),
        ),
      ],
    ],
    [
      'two columns of text, each with a heading',
      [
        heads(740, [60, 'From the board'], [310, 'From the members']),
        ...[
          ['The board has met twice since the last', 'Our members write to us often, and we'],
          ['letter went out, and it has decided that', 'print what they write here as far as the'],
          ['the hall shall be painted in spring. The', 'room allows. This time it is about the'],
          ['colour is to be chosen by the members at', 'gate, which has been shut since the last'],
          ['their next meeting, which is in March.', 'storm took its upper hinge away.'],
        ].flatMap(([left = '', right = ''], at) => [
          say(60, 722 - at * 12, left),
          say(310, 722 - at * 12, right),
        ]),
      ],
    ],
    ['a heading with a date beside it', [heads(740, [60, 'Minutes'], [400, '12 May']), say(60, 720, BELOW)]],
  ])('%s', async (_, content) => {
    const { tables } = await read(...content, say(60, 600, BELOW));
    expect(tables).toEqual([]);
  });
});
