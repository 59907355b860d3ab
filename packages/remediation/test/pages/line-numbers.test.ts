import { expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { drawnPdf, drawText } from '../support/drawn-table.ts';

const SENTENCE = [
  'The parties have agreed',
  'to what stands below and',
  'each keeps one of the two',
  'copies. They meet again',
];

const POEM = ['the town is', 'of old stone and', 'The river', 'which comes down from it'];
const ENTRIES = [
  'a stiff neck or back',
  'pain',
  'being tired all day',
  'cold hands',
  'no wish to eat',
  'little sleep',
];

/** Pages of lines, each with what stands beside it. */
const numbered = (
  pages: number,
  numberOf: (line: number, page: number) => number | undefined,
  { x = 40, lines = 14, words = SENTENCE }: { x?: number; lines?: number; words?: readonly string[] } = {},
): string[] =>
  Array.from({ length: pages }, (_, page) =>
    Array.from({ length: lines }, (_, line) => {
      const y = 700 - line * 14;
      const number = numberOf(line, page)?.toString();
      const beside = number === undefined ? '' : drawText(number, x - number.length * 6, y);
      return `${beside}\n${drawText(words[line % words.length] ?? '', 72, y)}`;
    }).join('\n'),
  );

const processed = async (contents: readonly string[]) => {
  const { html, runningText } = await remediatePdf(drawnPdf([...contents]), {
    language: 'en',
    fallbackTitle: 'x.pdf',
  });
  return { html, text: html.slice(html.indexOf('<main>')).replace(/<[^>]*>/g, ''), runningText };
};

test.each([
  ['go on from page to page', numbered(2, (line, page) => 1 + line + page * 14)],
  ['begin on each page', numbered(2, (line) => 1 + line)],
  ['stand on the right', numbered(2, (line, page) => 1 + line + page * 14, { x: 560 })],
  [
    'go on with a line on the last page',
    [...numbered(2, (line, page) => 1 + line + page * 14), ...numbered(1, () => 29, { lines: 1 })],
  ],
  [
    'are of every fifth line of a poem',
    numbered(4, (line, page) => ((line + page * 30) % 5 === 4 ? 1 + line + page * 30 : undefined), {
      lines: 30,
      words: POEM,
    }),
  ],
  ['leave out what is hidden', numbered(2, (line, page) => 1 + line + page * 15 + (line > 6 ? 1 : 0))],
])('numbers of lines that %s are no part of the text', async (_, contents) => {
  const { html, text, runningText } = await processed(contents);
  expect(text).not.toMatch(/\d/);
  expect(html).not.toContain('<table');
  expect(runningText.join(' ')).toMatch(/\b(?:1 2 3|5 10 15)\b/);
});

test.each([
  ['name rows', numbered(2, (line, page) => 1 + line + page * 14, { words: ['Moselle', 'Danube', 'Rhine'] })],
  ['count entries that begin small', numbered(2, (line, page) => 1 + line + page * 14, { words: ENTRIES })],
  [
    'count words',
    numbered(2, (line, page) => 1 + line + page * 14, {
      words: ['the', 'stone', 'of', 'river', 'which', 'Roof'],
    }),
  ],
  [
    'count questions with answers beside them',
    numbered(2, (line, page) => 1 + line + page * 14, {
      words: ENTRIES.map((entry) => `${entry.padEnd(30)}yes / no`),
    }),
  ],
  [
    'count verses of several lines',
    numbered(2, (line, page) => (line % 3 === 0 ? 1 + line / 3 + page * 14 : undefined), { lines: 42 }),
  ],
  ['do not count', numbered(2, (line, page) => (line * 7 + page) % 13)],
  ['are few', numbered(1, (line) => 1 + line, { lines: 12 })],
])('numbers that %s are read', async (_, contents) => {
  const { text } = await processed(contents);
  expect(text).toMatch(/\d/);
});
