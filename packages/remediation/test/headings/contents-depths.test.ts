import { expect, test } from 'vitest';
import { BODY, find, type Line, line, listed } from '../support/lined-pages.ts';

const STEP = 15;
const [EDGE, FURTHER] = [60, 60 + STEP];
/** A heading with a paragraph: all of one size and weight. */
const headed = (...texts: string[]): Line[] => texts.flatMap((text) => [line(14, text), ...BODY]);
const HEADINGS = headed('Rooms', 'Doors', 'Locks', 'Windows', 'Gardens');

const contents = (edge: number): Line[] => [
  line(16, 'Contents'),
  listed('Rooms', 2, edge),
  listed('Doors', 2, edge + STEP),
  listed('Windows', 3, edge + STEP),
  listed('Gardens', 4, edge),
];

test('headings of one size are as deep as the table of contents has them; what it leaves out is their equal', async () => {
  const { tags } = await find([contents(EDGE), HEADINGS]);
  expect(tags).toEqual(['H1 Contents', 'H1 Rooms', 'H2 Doors', 'H2 Locks', 'H2 Windows', 'H1 Gardens']);
});

test('what a table of contents leaves out between two entries, in another type, is of the first', async () => {
  const smaller = HEADINGS.map((each) => (each.text === 'Locks' ? line(12, 'Locks') : each));
  const larger = HEADINGS.map((each) => (each.text === 'Locks' ? line(18, 'Locks') : each));
  const wanted = ['H1 Contents', 'H1 Rooms', 'H2 Doors', 'H3 Locks', 'H2 Windows', 'H1 Gardens'];
  expect((await find([contents(EDGE), smaller])).tags).toEqual(wanted);
  expect((await find([contents(EDGE), larger])).tags).toEqual(wanted);
});

test('what stands between headings that the table of contents has others between is as high as it is large', async () => {
  const entries = contents(EDGE).toSpliced(3, 0, listed('Attic', 2, EDGE));
  const between = HEADINGS.map((each) => (each.text === 'Locks' ? line(18, 'The attic') : each));
  const { tags } = await find([entries, between]);
  expect(tags).toEqual(['H1 Contents', 'H1 Rooms', 'H2 Doors', 'H1 The attic', 'H2 Windows', 'H1 Gardens']);
});

test('a list of figures says nothing of levels, though its entries begin elsewhere', async () => {
  const figures = [1, 2, 3].map((number) => listed(`Figure ${number}: A lock`, 2, EDGE - STEP));
  const { tags } = await find([
    [...contents(EDGE), ...figures],
    [...HEADINGS, line(14, 'Figure 1: A lock'), ...BODY],
  ]);
  expect(tags.slice(0, 3)).toEqual(['H1 Contents', 'H1 Rooms', 'H2 Doors']);
});

test('a table of contents whose first entries begin a step in leaves the first level to the title', async () => {
  const cover = [line(20, 'Plans of a house', 'middle')];
  expect((await find([cover, contents(EDGE), HEADINGS])).tags.slice(0, 4)).toEqual([
    'Title Plans of a house',
    'H1 Contents',
    'H1 Rooms',
    'H2 Doors',
  ]);
  expect((await find([cover, contents(FURTHER), HEADINGS])).tags).toEqual([
    'H1 Plans of a house',
    'H2 Contents',
    'H2 Rooms',
    'H3 Doors',
    'H3 Locks',
    'H3 Windows',
    'H2 Gardens',
  ]);
});

test.each([
  ['stands behind what it lists', [HEADINGS, contents(EDGE)]],
  [
    'contradicts the numbers of its entries',
    [
      [
        listed('1 Rooms', 2, FURTHER),
        listed('1.1 Doors', 2, EDGE),
        listed('2 Windows', 3, EDGE),
        listed('3 Gardens', 4, FURTHER),
      ],
      headed('Rooms', 'Doors', 'Locks', 'Windows', 'Gardens'),
    ],
  ],
])('a list that %s says nothing of levels', async (_, pages) => {
  const { tags } = await find(pages);
  expect(tags.filter((tag) => !/Contents/.test(tag))).toEqual([
    'H1 Rooms',
    'H1 Doors',
    'H1 Locks',
    'H1 Windows',
    'H1 Gardens',
  ]);
});
