import { expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { BODY, find, line, listed } from '../support/lined-pages.ts';
import { writtenIn } from '../support/output-streams.ts';

/** Chapters in a type of their own, with paragraphs. */
const CHAPTERS = [line(16, 'Rooms'), ...BODY, line(13, 'Doors'), ...BODY, line(16, 'Gardens'), ...BODY];

const APART = ['Title Plans of a house', 'H1 Rooms', 'H2 Doors', 'H1 Gardens'];
const AMONG = ['H1 Plans of a house', 'H2 Rooms', 'H3 Doors', 'H2 Gardens'];

test.each([
  ['on a page of its own', [[line(20, 'Plans of a house', 200)], CHAPTERS]],
  [
    'on a page of its own with other large lines',
    [[line(14, 'Office of works'), line(20, 'Plans of a house'), line(14, 'May 2020')], CHAPTERS],
  ],
  [
    'in the middle, above its author',
    [[line(20, 'Plans of a house', 'middle'), line(10, 'by A. Mason', 'middle'), ...BODY, ...CHAPTERS]],
  ],
  [
    'in the middle, above a second title that is larger than the text',
    [[line(16, 'Plans of a house', 'middle', true), line(14, 'Second print', 'middle'), ...CHAPTERS]],
  ],
  [
    'at the right, above a date',
    [[line(20, 'Plans of a house', 'right'), line(14, 'May 2020', 'right'), ...CHAPTERS]],
  ],
  [
    'above one line in a size of its own',
    [[line(20, 'Plans of a house'), line(14, 'Third version'), ...CHAPTERS]],
  ],
  [
    'above a table of contents',
    [
      [
        line(20, 'Plans of a house'),
        line(16, 'Contents'),
        listed('Rooms', 1),
        listed('Doors', 2, 75),
        listed('Gardens', 3),
      ],
      CHAPTERS,
    ],
  ],
  ['far larger than all headings', [[line(28, 'Plans of a house'), ...BODY, ...CHAPTERS]]],
])('a title %s is none of the headings, which begin with the first level', async (_, pages) => {
  const { tags } = await find(pages);
  expect(tags.filter((tag) => !/Contents/.test(tag))).toEqual(APART);
});

test.each([
  ['at the edge of the text, above a paragraph', [[line(20, 'Plans of a house'), ...BODY, ...CHAPTERS]]],
  ['in the middle, above a heading', [[line(20, 'Plans of a house', 'middle'), ...CHAPTERS]]],
  ['in the middle, above a paragraph', [[line(20, 'Plans of a house', 'middle'), ...BODY, ...CHAPTERS]]],
  [
    'above a line that is as large as the text',
    [[line(20, 'Plans of a house'), line(10, 'by A. Mason'), ...CHAPTERS]],
  ],
])('large text %s is the first heading', async (_, pages) => {
  const { tags } = await find(pages);
  expect(tags).toEqual(AMONG);
});

test('a page of short lines is no cover where headings stand on it as on the pages that follow', async () => {
  const friday = [line(20, 'A feast'), line(14, 'Friday'), line(10, 'Songs'), line(10, 'Soup')];
  const { tags } = await find([friday, [line(14, 'Saturday'), ...BODY]]);
  expect(tags).toEqual(['H1 A feast', 'H2 Friday', 'H2 Saturday']);
});

test('what comes back in the same type is a heading each time, also above an author', async () => {
  const author = line(10, 'by A. Mason', 'middle');
  const again = [line(20, 'Plans of a garden', 'middle'), author, ...BODY];
  const { tags } = await find([[line(20, 'Plans of a house', 'middle'), author, ...CHAPTERS], again]);
  expect(tags).toEqual([...AMONG, 'H1 Plans of a garden']);
});

test('a title with no heading below is a heading', async () => {
  const { tags } = await find([
    [line(20, 'Plans of a house', 'middle'), line(10, 'May 2020', 'middle'), ...BODY],
  ]);
  expect(tags).toEqual(['H1 Plans of a house']);
});

const COVER = [[line(20, 'Plans of a house', 'middle')], CHAPTERS];
const entry = (title: string, rest: string): string => `<</Title (${title}) ${rest}>>`;

test('what the outline has all headings below is the first of them; what it has beside them, or leaves out, is not', async () => {
  const root = [
    '<</First #1 /Last #1>>',
    entry('Plans of a house', '/Dest [5 0 R /Fit] /First #2 /Last #3'),
    entry('Rooms', '/Dest [7 0 R /Fit] /Next #3'),
    entry('Gardens', '/Dest [7 0 R /Fit]'),
  ];
  expect((await find(COVER, root)).tags).toEqual(AMONG);
  const beside = [
    '<</First #1 /Last #3>>',
    entry('Plans of a house', '/Dest [5 0 R /Fit] /Next #2'),
    entry('Rooms', '/Dest [7 0 R /Fit] /Next #3'),
    entry('Gardens', '/Dest [7 0 R /Fit]'),
  ];
  expect((await find(COVER, beside)).tags).toEqual(APART);
  const without = [
    '<</First #1 /Last #2>>',
    entry('Rooms', '/Dest [5 0 R /Fit] /Next #2'),
    entry('Gardens', '/Dest [5 0 R /Fit]'),
  ];
  const plain = [[line(20, 'Plans of a house'), ...BODY, ...CHAPTERS]];
  expect((await find(plain, without)).tags).toEqual(APART);
});

test('the title is the h1 of the page, the first bookmark, and the name of the document', async () => {
  const { html, pdf, report } = await find([
    [line(20, 'Plans of', 'middle'), line(20, 'a house', 'middle'), line(14, 'May 2020', 'middle')],
    CHAPTERS,
  ]);
  expect(html.match(/<h\d/g)).toEqual(['<h1', '<h2', '<h3', '<h2']);
  expect(html).toMatch(/<h1 id="heading-1">Plans of a house<\/h1>\n<p>May 2020<\/p>/);
  expect(html).toContain('<a href="#heading-1">Plans of a house</a><ul><li><a href="#heading-2">Rooms</a>');
  expect(report.title).toBe('Plans of a house');
  expect(report.notices).toContain('title_from_heading');
  expect(report.headings).toBe(3);
  const written = writtenIn(pdf);
  expect(written).toMatch(/\/RoleMap\s*<<\s*\/Title \/P\s*>>/);
  expect(written.match(/\/S \/Title\b/g)).toHaveLength(1);
  const bookmarks = [...written.matchAll(/\/Title \(([^)]*)\)\s*\/Parent (\d+)/g)];
  expect(bookmarks.map(([, name]) => name)).toEqual(['Plans of a house', 'Rooms', 'Doors', 'Gardens']);
  expect(bookmarks[1]?.[2]).toBe(bookmarks[0]?.[2]);
  // Its own outline, and its title in it, say the same when it is read again.
  const again = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'x.pdf' });
  expect(again.html).toBe(html);
  expect(again.report.conformance.before).toEqual(report.conformance.after);
});
