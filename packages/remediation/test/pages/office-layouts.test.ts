/** Layouts of letters, menus, agendas and newsletters: what is read in which order, and as what. */
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';

/** Courier: six tenths of the size for each letter. */
const say = (x: number, y: number, text: string, size = 10, font = 'F1'): string =>
  `BT /${font} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;

const lines = (x: number, y: number, texts: readonly string[], leading = 12): string =>
  texts.map((text, at) => say(x, y - at * leading, text)).join('\n');

async function read(content: string) {
  const font = (name: string): string =>
    `<</Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding>>`;
  const pdf = rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R /F2 6 0 R /F3 7 0 R>>>> /Contents 4 0 R>>',
    rawStream(content),
    font('Courier'),
    font('Courier-Bold'),
    font('Helvetica'),
  ]);
  const { html, report } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'file.pdf' });
  const body = html.slice(html.indexOf('<section'));
  return {
    html: body,
    text: body
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    title: report.title,
  };
}

const STORY = [
  'he river rises in the hills and runs to',
  'the sea by way of two towns, of which the',
  'one is old and the other one is new, and',
  'both of them have seen better days in the',
  'times when the ships came up to the bridge',
];

describe('a large letter that opens a text', () => {
  test('begins its first word, and takes no words out of the lines beside it', async () => {
    const beside = lines(95, 780, STORY.slice(0, 3), 14);
    const { text } = await read(say(60, 752, 'T', 56) + beside + lines(60, 738, STORY.slice(3), 14));
    expect(text).toContain(`T${STORY.join(' ')}`);
  });

  test('is a line of its own where no text stands beside it', async () => {
    const { text } = await read(say(60, 760, 'T', 40) + lines(60, 720, STORY));
    expect(text).toContain(`T ${STORY.join(' ')}`);
  });

  test('leaves small raised signs where they belong', async () => {
    const { html } = await read(
      say(60, 700, 'The area is 20 m') + say(156, 704, '2', 6) + say(166, 700, 'in all.'),
    );
    expect(html).toContain('The area is 20 m<sup>2</sup> in all.');
  });
});

test('a title that is printed twice for its shadow is read once', async () => {
  const title = say(60, 780, 'The old town', 20) + say(60.6, 779.4, 'The old town', 20);
  const { text } = await read(title + lines(60, 740, STORY) + say(60, 660, 'far far away'));
  expect(text).toContain(`The old town ${STORY[0]}`);
  expect(text).toContain('far far away');
});

test('letters that are set apart are words all the same', async () => {
  const spaced = 'BT /F3 12 Tf 4 Tc 1 0 0 1 60 780 Tm (THE OLD TOWN) Tj 0 Tc ET';
  expect((await read(`${spaced} ${lines(60, 740, STORY)}`)).text).toContain('THE OLD TOWN');
});

test('a stamp across the page is no heading, nor the title', async () => {
  const stamp = `q .7 .7 -.7 .7 150 300 cm ${say(0, 0, 'DRAFT', 90, 'F2')} Q\n`;
  const { html, title } = await read(stamp + lines(60, 780, STORY));
  expect(html).toContain('DRAFT');
  expect(html).not.toMatch(/<h\d/);
  expect(title).toBe('File');
});

test('a page that is set sideways altogether has its headings', async () => {
  const turned = `q 0 1 -1 0 595 0 cm ${say(60, 500, 'The river', 20, 'F2')} ${lines(60, 470, STORY)} Q`;
  expect((await read(`${turned} ${say(280, 20, '1')}`)).html).toMatch(/<h\d[^>]*>The river/);
});

test('a table with one small word of a language is not written in it', async () => {
  const rows = ['Anna', 'Bert', 'Cleo', 'Dora', 'Emil', 'Fred'];
  const cells = rows.map(
    (name, at) =>
      say(60, 700 - at * 14, name, 10, 'F3') +
      say(200, 700 - at * 14, 'no', 10, 'F3') +
      say(300, 700 - at * 14, 'no', 10, 'F3'),
  );
  const above = STORY.map((text, at) => say(60, 800 - at * 12, text, 10, 'F3'));
  const { html } = await read([...above, ...cells].join('\n'));
  expect(html).toContain('<td>no</td>');
  expect(html).not.toContain('lang=');
});

test('what dots lead to is read with it', async () => {
  const prices = ['7', '5', '12', '9', '4', '8', '6'];
  const dishes = ['Soup', 'Bread', 'Fish', 'Stew', 'Cake', 'Wine', 'Tea'];
  const { text } = await read(
    dishes
      .map(
        (dish, at) =>
          say(60, 700 - at * 16, `${dish} ${'.'.repeat(30)}`) + say(320, 700 - at * 16, prices[at] ?? ''),
      )
      .join('\n'),
  );
  for (const [at, dish] of dishes.entries())
    expect(text).toMatch(new RegExp(`${dish} \\.* ?${prices[at]}\\b`));
});

test('lines of a form that are left to fill in are paragraphs of their own', async () => {
  const fields = ['Name', 'Street', 'Town', 'Born on'].map(
    (name) => `${name} ${'_'.repeat(46 - name.length)}`,
  );
  const { html } = await read(lines(60, 700, fields, 22));
  expect(html).toMatch(/<p>Name _+<\/p>\s*<p>Street _+<\/p>\s*<p>Town _+<\/p>\s*<p>Born on _+<\/p>/);
  const sentence = await read(lines(60, 600, ['I was born on ________', 'and live in this town.']));
  expect(sentence.html).toMatch(/born on _+ and live/);
});

test('hours on the left are read before what stands beside them', async () => {
  const entries = ['9:00', '10:30', '12:00', '14:00'];
  const { text } = await read(
    entries
      .map((hour, at) => say(60, 700 - at * 48, hour) + lines(140, 700 - at * 48, STORY.slice(0, 3)))
      .join('\n'),
  );
  const entry = STORY.slice(0, 3).join(' ');
  expect(text).toContain(entries.map((hour) => `${hour} ${entry}`).join(' '));
});

test('columns beside each other are read one after the other, however few their lines', async () => {
  const across = [
    'The two towns were asked for what they think of the river and of each other, and',
    'both have sent in a text of five lines, which are to be found right below this.',
  ];
  const [left, right] = [
    STORY.map((line) => line.slice(0, 38).trim()),
    STORY.map((line) => line.slice(2, 38).trim()),
  ];
  const { text, html } = await read(
    lines(60, 780, across) +
      lines(60, 720, left) +
      lines(320, 720, right) +
      lines(60, 620, [...across, ...across, ...across]),
  );
  expect(html).not.toContain('<td');
  expect(text).toContain(left.join(' '));
  expect(text).toContain(right.join(' '));
});

describe('phrases beside each other that begin with small letters', () => {
  const PHRASES = [
    ['to open the door of the old house', 'what the porter does when he is asked'],
    ['to wait for the porter in the hall', 'what you do until he has come down to you'],
    ['to write down what one has come for', 'what he does in the file on his desk'],
    ['to ring the bell beside the gate', 'what you do before all of that'],
    ['to ask for the key of the garden', 'what you do when you want to see it'],
    ['to shut the room behind oneself', 'what everybody forgets in the end'],
  ];
  const rows = PHRASES.map(
    ([phrase = '', meaning = ''], at) =>
      say(60, 684 - at * 14, phrase, 10, 'F3') + say(320, 684 - at * 14, meaning, 10, 'F3'),
  ).join('\n');
  const cells = PHRASES.map(([phrase, meaning]) => `${phrase} ${meaning}`).join(' ');

  test('are read row by row', async () => {
    expect((await read(lines(60, 780, STORY) + rows)).text).toContain(cells);
  });

  test('are read below their heads, also where they fill their columns', async () => {
    const heads = say(60, 700, 'Phrase', 10, 'F2') + say(320, 700, 'Meaning', 10, 'F2');
    expect((await read(lines(60, 780, STORY) + heads + rows)).text).toContain(`Phrase Meaning ${cells}`);
    const full = STORY.map((line) => line.slice(0, 38).trim());
    const { html } = await read(lines(60, 780, STORY) + heads + lines(60, 686, full) + lines(320, 686, full));
    expect(html).toContain(`<td>${full[0]}</td>`);
  });
});
