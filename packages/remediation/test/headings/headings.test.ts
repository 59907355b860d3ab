import { type RawObject, rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { drawnPdf, drawTable, drawText } from '../support/drawn-table.ts';
import { writtenIn } from '../support/output-streams.ts';

/** Size in points and words, and whether they are in bold. What stands behind a tab stands further right. */
type Line = readonly [number, string, bold?: 'bold'];

const WORDS = 'These are words of a paragraph, and there are enough of them to be what most of the text is.';
const BODY: Line = [10, WORDS];

/** The title of a document of one page, and the levels of its headings. */
async function headingsOf(lines: readonly Line[], more: { catalog?: string; objects?: RawObject[] } = {}) {
  const shown = lines.map(
    ([size, text, bold], at) =>
      `/${bold ? 'F2' : 'F1'} ${size} Tf ` +
      text
        .split('\t')
        .map((part, tab) => `1 0 0 1 ${60 + tab * 80} ${1900 - at * 30} Tm (${part}) Tj`)
        .join(' '),
  );
  const bytes = rawPdf([
    `<</Type /Catalog /Pages 2 0 R ${more.catalog ?? ''}>>`,
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 2000] /Resources <</Font <</F1 5 0 R /F2 6 0 R>>>> /Contents 4 0 R>>',
    rawStream(`BT ${shown.join(' ')} ET`),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding>>',
    ...(more.objects ?? []),
  ]);
  const { pdf } = await remediatePdf(bytes, { language: 'en', fallbackTitle: 'x.pdf' });
  return [...writtenIn(pdf).matchAll(/\/S \/(?:H(\d)|Title)\b/g)].map(([, level]) =>
    level === undefined ? 'Title' : Number(level),
  );
}

const middle = (headings: readonly Line[]): Line[] => headings.flatMap((heading) => [heading, BODY, BODY]);

test('without numbers and outline the size decides, and no level is skipped', async () => {
  const levels = await headingsOf(
    middle([
      [24, 'Report'],
      [14, 'Small'],
      [18, 'Large'],
      [14, 'Small again'],
    ]),
  );
  expect(levels).toEqual([1, 2, 2, 3]);
});

test('steps that are counted between two parts are of the first of them, also where their numbers are those of chapters', async () => {
  const headings: Line[] = [
    [24, '1 Ports'],
    [18, '1.1 Cables'],
    [18, '1.2 Protocols'],
    [11, '1. Stuttgart modified', 'bold'],
    [11, '2. Flexnet', 'bold'],
    [18, '1.3 Devices'],
    [24, '2 Details'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 2, 2, 3, 3, 2, 1]);
});

test('hours before headings are no numbers of parts', async () => {
  const headings: Line[] = [
    [24, 'Programme'],
    [18, 'Saturday'],
    [14, '9.30 Doors open'],
    [14, '10.30 The river and its bridges'],
    [14, '12.00 Lunch in the garden'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 2, 3, 3, 3]);
});

test('where headings are numbered, the chapters are of the first level below the title', async () => {
  const headings: Line[] = [
    [30, 'Manual of a machine'],
    [18, '1 Introduction'],
    [14, '1.1 What it is'],
    [14, '1.2 What it does'],
    [12, 'Without a number'],
    [18, '2 Use'],
    [18, '3. Repair'],
  ];
  expect(await headingsOf(middle(headings))).toEqual(['Title', 1, 2, 2, 3, 1, 1]);
});

test('chapters are below the parts that larger headings without numbers make of a document', async () => {
  const city: Line[] = [
    [24, 'The city'],
    [16, '1 Streets'],
    [13, '1.1 Their names'],
  ];
  const country: Line[] = [
    [16, '2 Fields'],
    [13, '2.1 Corn'],
    [11, 'Rye and wheat', 'bold'],
    [13, '2.2 Hay'],
  ];
  const parts = middle([...city, [24, 'The country'], ...country]);
  expect(await headingsOf([...parts, [24, 'The sea'], ...middle([[16, '3 Ships']])])).toEqual([
    1, 2, 3, 1, 2, 3, 4, 3, 1, 2,
  ]);
  // What is larger at both ends divides nothing.
  expect(
    await headingsOf(middle([[24, 'Preface'], ...city.slice(1), ...country, [24, 'References']])),
  ).toEqual([1, 1, 2, 1, 2, 3, 2, 1]);
  // Nor is a summary the part of what follows it, whatever stands at the end.
  const ends: Line[] = [
    [24, 'Annex'],
    [24, 'References'],
  ];
  expect(
    await headingsOf(middle([[24, 'Foreword'], [24, 'Summary'], ...city.slice(1), ...country, ...ends])),
  ).toEqual([1, 1, 1, 2, 1, 2, 3, 2, 1, 1]);
});

test('numbers of one size are told apart by their depth', async () => {
  const headings: Line[] = [
    [16, '1 One'],
    [16, '1.1 Two'],
    [16, '1.1.1 Three'],
    [16, '2 Four'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 2, 3, 1]);
});

test('a bracket may stand behind numbers', async () => {
  const headings: Line[] = [
    [30, 'Manual of a machine'],
    [18, '1\\) Introduction'],
    [14, '1.1\\) What it is'],
    [18, '2\\) Use'],
  ];
  expect(await headingsOf(middle(headings))).toEqual(['Title', 1, 2, 1]);
});

test('numbers of parts that count on are believed, and larger text between two of them is of what both are of', async () => {
  const headings: Line[] = [
    [14, '1 Machines'],
    [14, '1.1 Parts'],
    [20, 'A sample of large text'],
    [14, '1.2 Others'],
    [20, 'Part two'],
    [14, '2 Use'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 2, 2, 2, 1, 1]);
});

test('parts of an appendix are as deep as their numbers behind its letter, and what a word names by that letter has them below it', async () => {
  const headings: Line[] = [
    [12, 'Appendix B. Rooms'],
    [16, 'B.2. Doors'],
    [14, 'B.2.1. Locks'],
    [14, 'B.2.2. Keys'],
    [11.5, 'Table 4. Windows'],
    [16, '4.1. Windows'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 2, 3, 3, 2, 2]);
});

test('headings of one size are of one level, though those of a size between come later', async () => {
  const headings: Line[] = [
    [20, 'Report'],
    [14, 'Rent'],
    [12, 'Spring'],
    [14, 'Food'],
    [12, 'Autumn'],
    [17, 'Costs'],
    [14, 'Paper'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 2, 3, 2, 3, 2, 3]);
});

test('numbers that count make headings of lines in bold, smaller than the text and behind a tab as well', async () => {
  const headings: Line[] = [
    [14, '1\tMachines', 'bold'],
    [8, '1.1\tParts of it', 'bold'],
    [8, '1.2\tOther parts', 'bold'],
    [14, '2\tUse', 'bold'],
    [8, '2.1\tOn', 'bold'],
    [8, '2.2\tOff', 'bold'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 2, 2, 1, 2, 2]);
  // Right below each other they are no table.
  expect(await headingsOf([BODY, ...headings, BODY])).toEqual([1, 2, 2, 1, 2, 2]);
  const versions: Line[] = [
    [8, '1.10\tfirst', 'bold'],
    [8, '1.15\tsecond', 'bold'],
    [8, '2.20\tthird', 'bold'],
  ];
  expect(await headingsOf([[16, 'Versions'], BODY, BODY, ...versions, BODY])).toEqual([1]);
});

test.each([
  ['dates', ['9 May 2020', '31 Jan 2019', '16 Aug 2018']],
  ['questions below headings of their own', ['1 Why', '2 How', '3 When']],
])('numbers of %s say nothing', async (name, texts) => {
  const numbered = texts.map((text): Line => [14, text]);
  const headings: Line[] =
    name === 'dates' ? [[24, 'History'], ...numbered] : [[24, 'Questions'], ...numbered, [24, 'Answers']];
  const levels = await headingsOf(middle(headings));
  expect(levels.slice(0, 4)).toEqual([1, 2, 2, 2]);
});

test('the outline decides where there is one, also over what looks like no heading', async () => {
  const entry = (title: string, rest: string): string => `<</Title (${title}) /Dest [3 0 R /Fit] ${rest}>>`;
  const objects = [
    '<</First 8 0 R /Last 9 0 R>>',
    entry('Report', '/Next 9 0 R'),
    entry('Costs', '/First 10 0 R /Last 10 0 R /Next 8 0 R'),
    entry('Rent', ''),
  ];
  const lines: Line[] = [[24, 'Report'], BODY, BODY, [14, '1. Costs'], BODY, [10, 'Rent'], BODY, BODY];
  expect(await headingsOf(lines, { catalog: '/Outlines 7 0 R', objects })).toEqual([1, 1, 2]);
  expect(await headingsOf(lines)).toEqual([1, 2]);
});

/** How many headings a page has with these words in bold in it, and something drawn below them. */
async function headsIn(name: string, drawn: string): Promise<number> {
  const text = (y: number): string => drawText(WORDS.slice(0, 76), 60, y);
  const page = [text(760), text(740), drawText(name, 60, 700, true), drawn, text(560), text(540)].join('\n');
  const { html } = await remediatePdf(drawnPdf([page]), { language: 'en', fallbackTitle: 'x.pdf' });
  return html.slice(html.indexOf('<section')).match(/<h\d/g)?.length ?? 0;
}

const DOORS = drawTable({
  xs: [60, 160, 260],
  ys: [680, 660, 640, 620],
  rows: [
    ['North', 'open'],
    ['East', 'shut'],
    ['West', 'shut'],
  ],
});
const LAWN = 'q 60 0 0 40 60 640 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q';

test.each([
  ['Rooms', 1],
  ['Table rules', 1],
  ['Who opens the door?', 1],
  ['Somebody opens it.', 0],
  ['Table 3 shows rooms', 1],
  ['Table 3.1. Rooms and doors', 0],
  ['Example 4', 0],
  ['Listing 2: a door', 0],
  ['Figure 7 - The garden', 0],
])(
  'in bold "%s" heads %d texts beside what can have a name: tables, examples and figures are named, and questions asked',
  async (name, count) => {
    expect(await headsIn(name, DOORS)).toBe(count);
    expect(await headsIn(name, LAWN)).toBe(count);
  },
);

test.each(['Exhibit 1 - Price list', 'Example 4', 'Beispiel 2', 'Bild 3'])(
  'in bold "%s" heads the text where nothing stands beside it that it could name',
  async (name) => {
    expect(await headsIn(name, drawText(WORDS.slice(0, 76), 60, 660))).toBe(1);
  },
);
