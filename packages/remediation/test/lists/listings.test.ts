import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { HtmlValidate } from 'html-validate';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { ABOVE, around, BELOW, LETTER, lines, prose, remediate } from '../support/drawn-lines.ts';
import { drawTable, drawText } from '../support/drawn-table.ts';
import { actualTextsOf } from '../support/structure-roles.ts';

const CONFIG = [
  'house {',
  '    # the doors that are open',
  '    door   garden    7   any-',
  '    door   library   9   members',
  '    door   dome     21   astrono-',
  '',
  '    bell   every     1   hour',
  '}',
];

describe('lines in a face of fixed pitch', () => {
  test('keep their breaks, their spaces and their empty lines, and are no table, though their columns are aligned', async () => {
    const { html, whole, roles } = await remediate(around(lines(CONFIG, 710), 590));
    expect(html).toContain(`<pre><code>${CONFIG.join('\n')}</code></pre>`);
    expect(roles).toMatchObject({ P: 3, Code: 1 });
    expect(roles['Table']).toBeUndefined();
    expect(roles['LI']).toBeUndefined();
    const { results } = await new HtmlValidate({ extends: ['html-validate:recommended'] }).validateString(
      whole,
    );
    expect(results).toEqual([]);
  });

  test('are read with their spaces, where none are drawn', async () => {
    const { pdf } = await remediate(around(lines(CONFIG, 710), 590));
    expect(await actualTextsOf(pdf)).toContain(CONFIG.join('\n'));
  });

  test.each(['* hard', '- soft', '1. first', '2) second'])('make no list of %s', async (first) => {
    const own = [`${first}   core   0`, `${first}   rss    1000`, `${first}   nproc  20`];
    const { html, roles } = await remediate(around(lines(own, 710), 640));
    expect(html).toContain(`<pre><code>${own.join('\n')}</code></pre>`);
    expect(roles['L']).toBeUndefined();
  });

  test('that stand alone are code, and a paragraph', async () => {
    const { html, roles } = await remediate(around(lines(['open --door=garden'], 710), 680));
    expect(html).toContain('<p><code>open --door=garden</code></p>');
    expect(roles).toMatchObject({ P: 3, Code: 1 });
  });

  test('are the middle of a paragraph, where a long name had no room on the line before', async () => {
    const name = 'garden/of/the/house/behind/the/old/wall/at/the/river/door.conf';
    const content = [
      prose(
        'The door of the garden, which has a lock of its own since the winter, is set up in the file',
        760,
      ),
      `BT /F1 11 Tf 1 0 0 1 72 746 Tm (${name}) Tj ET`,
      prose(
        'and nowhere else, so that whoever wants to open it at night has to ask the porter in the house',
        732,
      ),
    ];
    const { html, roles } = await remediate(content.join('\n'), around('', 640));
    expect(html).toContain(`in the file ${name} and nowhere`);
    expect(roles['Code']).toBeUndefined();
  });

  test('are a paragraph, where they break because the next word has no room', async () => {
    const text = [
      'Whoever comes to the house at night rings the bell be-',
      'side the door, waits for the porter, and says what he',
      'has come for; the porter writes it down and opens the',
      'door of the room that has been asked for and no other',
      'one.',
    ];
    const { html, roles } = await remediate(around(lines(text, 710), 620));
    expect(html).toContain('rings the bell beside the door');
    expect(roles['Code']).toBeUndefined();
  });

  test('are a letter with columns in it, not a listing from its first line to its last', async () => {
    const letter = [
      ...LETTER,
      'If you have questions about this letter, call our office',
      'on any working day; we are glad to help you with them.',
      '',
      'Yours sincerely,',
    ];
    const { html } = await remediate(around(lines(letter, 710), 540), around('', 640));
    expect(html).toContain('Dear Mr Smith,');
    expect(html).not.toContain('<code>Dear');
    expect(html).toContain('<p>Thank you for your letter of 3 May, in which you ask us to lower');
    expect(html).toContain('<pre><code>Account no.:      12345678\nReference:        RENT 2026</code></pre>');
    expect(html).toContain('<p>If you have questions');
  });

  test('are two listings around a line in bold', async () => {
    const content = [
      lines(['door garden', 'door dome'], 710),
      drawText('Bells of the house', 72, 674, true),
      lines(['bell garden', 'bell dome'], 650),
    ];
    const { html } = await remediate(around(content.join('\n'), 600));
    expect(html).toContain('<pre><code>door garden\ndoor dome</code></pre>');
    expect(html).toContain('<pre><code>bell garden\nbell dome</code></pre>');
  });

  test('are items of a list where their numbers are set apart by no spaces', async () => {
    const items = ['open garden', 'ring bell', 'shut garden'].map(
      (text, at) => `${drawText(`${at + 1}.`, 72, 710 - at * 12)}\n${drawText(text, 86, 710 - at * 12)}`,
    );
    const { roles } = await remediate(around(items.join('\n'), 640));
    expect(roles).toMatchObject({ L: 1, LI: 3, Lbl: 3 });
    expect(roles['Code']).toBeUndefined();
  });

  test('belong to the item of a list that they stand in, as does what comes after them', async () => {
    const item = (text: string, y: number): string => `${prose('\\225', y)}\n${prose(text, y, 90)}`;
    const content = [
      item('To open the door of the garden, say:', 710),
      lines(['open garden', 'ring bell'], 694, 108),
      prose('and wait until the bell has rung.', 662, 90),
      item('To shut it, say:', 644),
      lines(['shut garden'], 628, 108),
    ];
    const { html, roles } = await remediate(around(content.join('\n'), 590));
    expect(html).toContain(
      '<li>To open the door of the garden, say:<pre><code>open garden\nring bell</code></pre>and wait until the bell has rung.</li>' +
        '<li>To shut it, say:<pre><code>shut garden</code></pre></li>',
    );
    expect(roles).toMatchObject({ L: 1, LI: 2, Code: 2 });
  });
});

test('text is no heading for being larger than the listings that a document is full of', async () => {
  const small = [700, 580].map((top) => lines(CONFIG, top).replaceAll('/F1 10 Tf', '/F1 9 Tf')).join('\n');
  const { html } = await remediate(
    [
      ...ABOVE.map((text, at) => prose(text, 760 - at * 14)),
      prose('How doors are set up', 720),
      prose('How bells are set up', 600),
      small,
      prose(BELOW, 80).replace('/F3 11 Tf', '/F3 8 Tf'),
    ].join('\n'),
  );
  expect(html).toContain('<pre><code>');
  expect(html).not.toMatch(/<h[2-6]/);
});

describe('a table is one', () => {
  const rows = [
    ['--door', 'which', 'garden'],
    ['--bell', 'often', 'never'],
    ['--lock', 'when', 'always'],
    ['--keys', 'where', 'desk'],
  ];

  test('where its cells are in a face of fixed pitch below words of another', async () => {
    // As far apart as spaces would put them.
    const xs = [72, 192, 312];
    const head = ['Option', 'Means', 'Is'].map((text, at) => prose(text, 710, xs[at]));
    const cells = rows.flatMap((row, at) =>
      row.map((text, cell) => drawText(text, xs[cell] ?? 0, 694 - at * 16)),
    );
    const { roles } = await remediate(around([...head, ...cells].join('\n'), 600));
    expect(roles).toMatchObject({ Table: 1, TR: 5 });
  });

  describe('with figures that end below their heads', () => {
    // In Helvetica and Courier: as wide as their letters.
    const HEAD = [
      prose('What', 710, 72),
      prose('Price each', 710, 312 - 53.2),
      prose('Amount', 710, 432 - 37.9),
    ];
    const amounts = ['0.55', '41.00', '6.20', '38.00', '45.00', '7.00'];
    const cells = (at: number, y: number): string =>
      [
        drawText(`Bricks ${'abcdef'[at]}`, 72, y),
        ...[312, 432].map((end) => {
          const amount = amounts[at] ?? '';
          return drawText(amount, end - amount.length * 6, y);
        }),
      ].join('\n');

    test('though the words above begin elsewhere', async () => {
      const shown = [0, 1, 2, 3].map((at) => cells(at, 694 - at * 16));
      const { roles } = await remediate(around([...HEAD, ...shown].join('\n'), 600));
      expect(roles).toMatchObject({ Table: 1, TR: 5 });
      expect(roles['Code']).toBeUndefined();
    });

    test('though the names of groups stand between', async () => {
      const shown = [
        drawText('Materials', 72, 694),
        ...[0, 1, 2].map((at) => cells(at, 678 - at * 16)),
        drawText('Labour', 72, 630),
        ...[3, 4, 5].map((at) => cells(at, 614 - at * 16)),
      ];
      const { html, roles } = await remediate(around([...HEAD, ...shown].join('\n'), 520));
      expect(html).toMatch(/<td>Bricks a<\/td><td>0.55<\/td>/);
      expect(html).toMatch(/<td>Bricks f<\/td><td>7.00<\/td>/);
      expect(roles['Code']).toBeUndefined();
    });
  });

  test('where it is ruled, whatever its face', async () => {
    const { roles } = await remediate(
      around(drawTable({ xs: [72, 130, 190, 250], ys: [715, 695, 675, 655, 635], rows }), 600),
    );
    expect(roles).toMatchObject({ Table: 1, TR: 4, TD: 12 });
    expect(roles['Code']).toBeUndefined();
  });
});

test('spaces are as many as a line can have, however small the characters that would fit', async () => {
  const font = (widths: string): string =>
    `<</Type /Font /Subtype /Type1 /BaseFont /Tiny /Encoding /WinAnsiEncoding /FirstChar 97 /LastChar 109 /Widths [${widths}]>>`;
  const shown = Array.from(
    { length: 150 },
    (_, at) => `1 0 0 1 ${at * 3} ${700 - at * 0.01} Tm (im) Tj`,
  ).join(' ');
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F 5 0 R /F3 6 0 R>>>> /Contents 4 0 R>>',
    rawStream(`${around('', 600)} BT /F 10 Tf ${shown} ET`),
    font('0.0001 '.repeat(13)),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
  ]);
  const { html } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'x.pdf' });
  expect(html.length).toBeLessThan(100_000);
});
