import { type RawObject, rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, test } from 'vitest';
import { remediatePdf } from '../src/index.ts';

/** Size in points and words. */
type Line = readonly [number, string];

const WORDS = 'These are words of a paragraph, and there are enough of them to be what most of the text is.';
const BODY: Line = [10, WORDS];

/** Headings of a document of one page, as level and text. */
async function headingsOf(lines: readonly Line[], more: { catalog?: string; objects?: RawObject[] } = {}) {
  const shown = lines.map(
    ([size, text], at) => `/F1 ${size} Tf 1 0 0 1 60 ${1900 - at * 40} Tm (${text}) Tj`,
  );
  const bytes = rawPdf([
    `<</Type /Catalog /Pages 2 0 R ${more.catalog ?? ''}>>`,
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 2000] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>',
    rawStream(`BT ${shown.join(' ')} ET`),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    ...(more.objects ?? []),
  ]);
  const { pdf } = await remediatePdf(bytes, { language: 'en', fallbackTitle: 'x.pdf' });
  return [
    ...Buffer.from(pdf)
      .toString('latin1')
      .matchAll(/\/S \/H(\d)\b/g),
  ].map(([, level]) => Number(level));
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

test('where headings are numbered, the chapters are of the first level, and so is the title above them', async () => {
  const headings: Line[] = [
    [30, 'Manual of a machine'],
    [18, '1 Introduction'],
    [14, '1.1 What it is'],
    [14, '1.2 What it does'],
    [12, 'Without a number'],
    [18, '2 Use'],
    [18, '3. Repair'],
  ];
  expect(await headingsOf(middle(headings))).toEqual([1, 1, 2, 2, 3, 1, 1]);
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
    '<</First 7 0 R /Last 8 0 R>>',
    entry('Report', '/Next 8 0 R'),
    entry('Costs', '/First 9 0 R /Last 9 0 R /Next 7 0 R'),
    entry('Rent', ''),
  ];
  const lines: Line[] = [[24, 'Report'], BODY, BODY, [14, '1. Costs'], BODY, [10, 'Rent'], BODY, BODY];
  expect(await headingsOf(lines, { catalog: '/Outlines 6 0 R', objects })).toEqual([1, 1, 2]);
  expect(await headingsOf(lines)).toEqual([1, 2]);
});
