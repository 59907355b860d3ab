import { HtmlValidate } from 'html-validate';
import { describe, expect, test } from 'vitest';
import { type RemediationResult, remediatePdf } from '../../src/index.ts';
import { type DrawnTable, drawnPdf, drawTable, drawText } from '../support/drawn-table.ts';
import { rolesOf } from '../support/structure-roles.ts';
import { readTags } from '../support/tag-reader.ts';

const XS = [60, 130, 200, 270];
const HEAD = ['Rivers', 'Height', 'Season'];
const BOTTOM = 60;

type Part = readonly (readonly string[])[];

/** Rows that can be told apart. */
const rowsOf = (count: number, name: string): Part =>
  Array.from({ length: count }, (_, at) => [`${name} ${at + 1}`, `${at + 2} metres`, 'winter']);

/** A table at the foot of a page, or somewhere above it. */
function part(rows: Part, more: Partial<DrawnTable> & { bottom?: number } = {}): string {
  const { bottom = BOTTOM } = more;
  const ys = Array.from({ length: rows.length + 1 }, (_, at) => bottom + (rows.length - at) * 20);
  return drawTable({ xs: XS, ys, rows, bold: 1, ...more });
}

const remediate = async (pages: readonly string[]): Promise<RemediationResult> =>
  await remediatePdf(drawnPdf(pages), { language: 'en', fallbackTitle: 'rivers.pdf' });

/** The tables of a document, each as the texts of its rows. */
async function tablesOf(pages: readonly string[]): Promise<string[][]> {
  const { html } = await remediate(pages);
  return [...html.matchAll(/<table[\s\S]*?<\/table>/g)].map(([table]) =>
    [...table.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell).join('|'),
    ),
  );
}

const lines = (...rows: Part): string[] => rows.map((row) => row.join('|'));

describe('a table that goes on over pages', () => {
  const [first, second, third] = [rowsOf(30, 'Aller'), rowsOf(30, 'Oder'), rowsOf(3, 'Weser')];
  const pages = [part([HEAD, ...first]), part([HEAD, ...second]), part([HEAD, ...third], { bottom: 600 })];

  test('is one in the PDF, and its head is read once', async () => {
    const { pdf, runningText, report } = await remediate(pages);
    expect(await rolesOf(pdf)).toMatchObject({ Table: 1, TR: 64, TH: 3, TD: 189 });
    const tags = await readTags(pdf);
    expect(tags.pages.map(({ text }) => text.includes('Season'))).toEqual([true, false, false]);
    expect(tags.pages.map(({ unmarkedText }) => unmarkedText)).toEqual(['', '', '']);
    for (const page of tags.pages) expect(new Set(page.markedIds)).toEqual(page.tree);
    expect(runningText).toEqual(['', HEAD.join(' '), HEAD.join(' ')]);
    expect(report.conformance.after.failures.map(({ rule }) => rule)).not.toContain('7.2-nesting-table');
  });

  test('is one in the HTML, where each page has its place', async () => {
    const { html } = await remediate(pages);
    expect(await tablesOf(pages)).toEqual([lines(HEAD, ...first, ...second, ...third)]);
    expect(html).toMatch(/<thead><tr><th scope="col">Rivers/);
    expect(html).toContain('<section id="page-1"');
    expect(html).toContain('<tbody id="page-2"><tr><td>Oder 1');
    expect(html).toContain('<tbody id="page-3"><tr><td>Weser 1');
    expect(html.match(/ id="page-/g)).toHaveLength(3);
    const { results } = await new HtmlValidate({ extends: ['html-validate:recommended'] }).validateString(
      html,
    );
    expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  });

  test('has a head that only comes back, where it does on three pages', async () => {
    const plain = [part([HEAD, ...first], { bold: 0 }), part([HEAD, ...second], { bold: 0 })];
    const more = part([HEAD, ...third], { bold: 0, bottom: 600 });
    expect(await tablesOf([...plain, more])).toEqual([lines(HEAD, ...first, ...second, ...third)]);
    // A row can be in a table twice.
    expect(await tablesOf(plain)).toEqual([lines(HEAD, ...first, HEAD, ...second)]);
  });

  test('need not repeat its head, and may end with a row alone', async () => {
    const rest = part([['Weser', 'a metre', 'spring']], { bold: 0, bottom: 700 });
    const last = ['Weser', 'a metre', 'spring'];
    expect(await tablesOf([part([HEAD, ...first]), rest])).toEqual([lines(HEAD, ...first, last)]);
    expect(await tablesOf([drawText('A box.', 60, 300), rest])).toEqual([]);
  });

  test('is one though notes stand below it', async () => {
    const title = drawText('Rivers of the plain', 60, 720) + drawText('A survey', 60, 780);
    const mark = 'BT /F1 6 Tf 1 0 0 1 174 724 Tm (1) Tj ET';
    const note = 'BT /F1 7 Tf 1 0 0 1 60 40 Tm (1 Measured from the bridge.) Tj ET';
    const noted = [title, mark, part([HEAD, ...first]), note].join('\n');
    expect(await tablesOf([noted, part([HEAD, ...third])])).toHaveLength(1);
  });

  test.each([
    [
      'something stands between',
      part([HEAD, ...third], { bottom: 500 }) + drawText('More rivers:', 60, 620),
      60,
    ],
    ['its columns are others', part([HEAD, ...third], { xs: [60, 140, 200, 270] }), 60],
    ['it has a head of its own', part([['Lakes', 'Depth', 'Season'], ...third]), 60],
    ['there was room for more', part([HEAD, ...second]), 200],
  ])('is another when %s', async (_, next, bottom) => {
    expect(await tablesOf([part([HEAD, ...first.slice(0, 20)], { bottom }), next])).toHaveLength(2);
  });
});

describe('tables of pages that are half empty', () => {
  const week = (number: number, name = `Week ${number}`): string => {
    const days = [
      ['Day', 'Opens', 'Who'],
      ['Monday', 'closed', 'nobody'],
      ['Tuesday', 'nine', 'Ann'],
      ['Friday', 'ten', `Guest ${number}`],
    ];
    return drawText(name, 60, 770) + part(days, { bold: 0, bottom: 660 });
  };

  test('are as many, with all of their rows, below titles that count', async () => {
    const { html, runningText } = await remediate([12, 13, 14].map((number) => week(number)));
    expect(html.match(/<table/g)).toHaveLength(3);
    expect(html.match(/>Monday</g)).toHaveLength(3);
    expect(html).not.toContain('<th');
    for (const number of [12, 13, 14]) expect(html).toContain(`>Week ${number}<`);
    expect(runningText).toEqual(['', '', '']);
  });

  test('are as many though nothing stands above them', async () => {
    expect(await tablesOf([12, 13].map((number) => week(number, '')))).toHaveLength(2);
  });

  test('are as many though a note stands below them', async () => {
    const mark = 'BT /F1 6 Tf 1 0 0 1 160 684 Tm (1) Tj ET';
    const note = 'BT /F1 7 Tf 1 0 0 1 60 640 Tm (1 By the gate.) Tj ET';
    expect(await tablesOf([12, 13].map((number) => week(number, '') + mark + note))).toHaveLength(2);
  });

  test('have the numbers of their pages above them, which are no titles', async () => {
    const { runningText } = await remediate([12, 13, 14].map((number) => week(number, `Page ${number}`)));
    expect(runningText).toEqual(['Page 12', 'Page 13', 'Page 14']);
  });
});

test('rows below the first are the head of each page only in bold', async () => {
  const again = (count: number, more: Partial<DrawnTable>): string =>
    part([HEAD, ['Aller', 'a metre', 'spring'], ...rowsOf(25, `Oder ${count}`)], more);
  const found = async (bold: number): Promise<number | undefined> =>
    (await tablesOf([1, 2, 3].map((count) => again(count, { bold }))))[0]?.length;
  expect(await found(0)).toBe(3 * 26 + 1);
  expect(await found(1)).toBe(3 * 26 + 1);
  expect(await found(2)).toBe(3 * 25 + 2);
  // Where all is in bold, that says nothing.
  expect(await found(27)).toBe(3 * 26 + 1);
});

describe('a row that a page divides', () => {
  const long = ['Havel 1', '3 metres', 'winter,'];
  const rest = ['', '', 'spring'];
  const before = [HEAD, ...rowsOf(5, 'Aller'), long];

  test('is one where nothing else can be meant', async () => {
    const after = part([HEAD, rest, ...rowsOf(2, 'Oder')], { bottom: 600 });
    const [rows] = await tablesOf([part(before), after]);
    expect(rows).toEqual(
      lines(HEAD, ...rowsOf(5, 'Aller'), ['Havel 1', '3 metres', 'winter, spring'], ...rowsOf(2, 'Oder')),
    );
  });

  test.each([
    ['it ends like a sentence', [HEAD, ['Havel 1', '3 metres', 'winter.']], rest],
    ['the next begins like one', before, ['', '', 'Spring']],
    ['other rows have no name', [HEAD, ['', '1 metre', 'autumn'], long], rest],
  ])('is two when %s', async (_, rows, next) => {
    const [found] = await tablesOf([part(rows), part([HEAD, next, ...rowsOf(2, 'Oder')])]);
    expect(found).toContain(next.join('|'));
  });
});

test('a list that goes on over a page is one, and the page has its place in it', async () => {
  const items = (from: number, to: number, top: number): string =>
    Array.from({ length: to - from + 1 }, (_, at) =>
      drawText(`${from + at}. rule of the house`, 60, top - at * 14),
    ).join('\n');
  const { html, pdf } = await remediate([items(1, 20, 400), items(21, 40, 780)]);
  expect(await rolesOf(pdf)).toMatchObject({ L: 1, LI: 40 });
  expect(html).toContain('<li id="page-2">rule of the house</li>');
  expect(html.match(/ id="page-/g)).toHaveLength(2);
});
