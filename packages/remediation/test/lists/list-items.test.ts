import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { drawnPdf } from '../support/drawn-table.ts';

const prose = (text: string, x: number, y: number): string =>
  `BT /F3 11 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;

/** An item as most programs draw it: its marker and its text on one line, a finger apart. */
const item = (marker: string, text: string, y: number): string =>
  `${prose(marker, 72, y)}\n${prose(text, 86, y)}`;

async function mainOf(...content: string[]): Promise<string> {
  const end = prose('What stands below is of none of them, and goes from edge to edge of the page.', 60, 100);
  const { html } = await remediatePdf(drawnPdf([[...content, end].join('\n')]), {
    language: 'en',
    fallbackTitle: 'x.pdf',
  });
  return /<main>([\s\S]*)<\/main>/.exec(html)?.[1] ?? '';
}

describe('an item of a list', () => {
  test('has the paragraphs that stand below its text, where that is of one line', async () => {
    const html = await mainOf(
      item('\\225', 'Of the garden', 700),
      prose('Its door is open from the morning on.', 86, 680),
      item('\\225', 'Of the library', 660),
      prose('Its door is shut.', 86, 640),
    );
    expect(html).toContain(
      '<li>Of the garden Its door is open from the morning on.</li><li>Of the library Its door is shut.</li>',
    );
  });

  test('has what is set further in than its text, and is of more than one line', async () => {
    const html = await mainOf(
      item('1.', 'It is written above the door:', 700),
      prose('Whoever comes in here at night shall not', 110, 680),
      prose('wake those who are asleep in it.', 110, 667),
      item('2.', 'Nobody has read it.', 640),
    );
    expect(html).toContain(
      '<li>It is written above the door: Whoever comes in here at night shall not wake those who are asleep in it.</li>',
    );
  });

  test.each([
    { what: 'a signature far to the right', x: 330, y: 680, second: 330 },
    { what: 'a signature after an empty space', x: 110, y: 655, second: 110 },
    { what: 'lines that are centred', x: 110, y: 680, second: 122 },
  ])('has not $what', async ({ x, y, second }) => {
    const html = await mainOf(
      item('1.', 'The contract', 713),
      item('2.', 'The passport', 700),
      prose('Yours sincerely, from the house', x, y),
      prose('John Smith, porter', second, y - 13),
    );
    expect(html).toContain('<li>The passport</li></ol>');
  });

  test('is no row of the table that its number and a tab make it look like, nor is a heading', async () => {
    const tab = (left: string, right: string, y: number, bold = false): string =>
      [prose(left, 60, y), prose(right, 170, y)].join('\n').replaceAll('/F3', bold ? '/F4' : '/F3');
    const html = await mainOf(
      tab('Present:', 'Mr Brown and Mrs White', 700),
      tab('Clerk:', 'Mr Scarlet', 686),
      tab('Public:', 'three', 672),
      tab('1.', 'Minutes of the last meeting', 640, true),
      prose('They are as they were read, and nobody had anything to say against them or for them.', 60, 622),
      prose('The clerk keeps them in the hall of the school, where whoever wants to may read them.', 60, 600),
    );
    expect(html).toMatch(/<h1[^>]*>1. Minutes of the last meeting<\/h1>/);
  });

  test('is the first, where the next number comes behind its paragraphs', async () => {
    const html = await mainOf(
      item('1.', 'The garden', 700),
      prose('Its door is open from the morning on.', 86, 680),
      prose('It is shut in the evening.', 86, 660),
      item('2.', 'The library', 640),
    );
    expect(html).toContain('<ol><li>The garden Its door is open');
    expect(html.match(/<li>/g)).toHaveLength(2);
  });

  test('is none, where what comes behind has another number, or a paragraph from the edge stands between', async () => {
    const other = await mainOf(
      item('1.', 'The garden', 700),
      prose('Its door is open from the morning on.', 86, 680),
      item('7.', 'The library', 640),
    );
    expect(other).not.toContain('<li>');
    const between = await mainOf(
      item('1.', 'The garden', 700),
      prose('Its door is open from the morning on.', 60, 680),
      item('2.', 'The library', 640),
    );
    expect(between).not.toContain('<li>');
  });
});

test('letters count as numbers do, with a point or a bracket behind them, and alone they count nothing', async () => {
  const lettered = (first: string, second: string): string[] => [
    item(first, 'The garden is open.', 700),
    item(second, 'The library is shut.', 680),
  ];
  expect(await mainOf(...lettered('a.', 'b.'))).toContain('<ol type="a"><li>The garden is open.</li>');
  expect(await mainOf(...lettered('a\\)', 'b\\)'))).toContain('<ol type="a"><li>The garden is open.</li>');
  expect(await mainOf(...lettered('a.', 'd.'))).not.toContain('<li>');
});

test.each(['z. B.', 'd. h.', 'a. m.', 'p. 12'])(
  'a paragraph goes on in a line that begins with %s',
  async (words) => {
    const first =
      'What stands in no line of it is shut, and stays so until somebody has asked for it in writing,';
    const second = `${words} in the file on the desk of the porter, who has written it down there since the house`;
    const html = await mainOf(prose(first, 60, 700), prose(second, 60, 687), prose('was built.', 60, 674));
    expect(html).toContain(`in writing, ${words} in the file`);
  },
);

test('an asterisk that is raised before names is the mark of a note, and no bullet', async () => {
  const raised = (name: string, y: number): string =>
    `BT /F3 6 Tf 1 0 0 1 72 ${y + 4} Tm (*) Tj ET\n${prose(name, 75, y)}`;
  const html = await mainOf(raised('Maria Curie', 700), raised('Emma Noether', 660), raised('Ada King', 620));
  expect(html).not.toContain('<li>');
  expect(html).toContain('Maria Curie');
});

test('small print behind a sign that stands behind a word above is a note, and no item', async () => {
  const small = (text: string, y: number): string => `BT /F3 8 Tf 1 0 0 1 72 ${y} Tm (${text}) Tj ET`;
  const html = await mainOf(
    prose('The price* of bread has gone up since the war** began, and nobody knows', 72, 700),
    prose('when it will come down again.', 72, 686),
    small('* In euros, without taxes.', 74),
    small('** The one in the north.', 62),
    small('*** Left alone.', 50),
  );
  expect([...html.matchAll(/role="note"[^>]*>(.*?)<\/p>/g)].map(([, note]) => note)).toEqual([
    '<sup>*</sup> In euros, without taxes.',
    '<sup>**</sup> The one in the north.',
  ]);
  expect(html).not.toContain('<li>');
});

test.each([
  [
    'a word in emphasis has on both sides',
    'The *price* of bread has gone up since the war began',
    '* In euros',
    11,
  ],
  [
    'a word has above what is larger than both',
    'The price* of bread has gone up since the war began',
    '* In euros',
    18,
  ],
  ['a word has above an ornament', 'The price* of bread has gone up since the war began', '* * *', 11],
  [
    'a section has above another',
    'As \\24712\\247 says, bread is not to be sold at such prices',
    '\\247 14 The price',
    11,
  ],
])('no sign of a note is what %s', async (_, text, below, size) => {
  const line = `BT /F3 ${size} Tf 1 0 0 1 72 640 Tm (${below}) Tj ET`;
  expect(await mainOf(prose(text, 72, 700), line)).not.toContain('role="note"');
});

test('the letter o is a bullet where a tab stands behind it', async () => {
  const letter = (text: string, y: number): string => `${prose('o', 72, y)}\n${prose(text, 90, y)}`;
  const html = await mainOf(letter('Of the garden', 700), letter('Of the library', 680));
  expect(html).toContain('<ul><li>Of the garden</li><li>Of the library</li></ul>');
  const words = [prose('o', 72, 700), prose('senhor da casa', 80, 700)];
  expect(await mainOf(...words, prose('o', 72, 660), prose('dono do jardim', 80, 660))).not.toContain('<li>');
  // In a justified line all words are as far apart.
  const justified = (words: readonly string[], y: number): string =>
    words.map((word, at) => prose(word, 72 + ([0, 17, 47, 64][at] ?? 0), y)).join('\n');
  const song = ['o|mar|e|serra', 'o|som|e|campo', 'o|som|e|novo'].map((line, at) =>
    justified(line.split('|'), 700 - at * 14),
  );
  expect(await mainOf(...song)).not.toContain('<li>');
});
