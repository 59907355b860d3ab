/** Paragraphs that columns and pages break off, and what stands between their parts. */
import { expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

/** Without rules. */
const TABLE = [
  ['River', 'Length', 'Ships'],
  ['Moselle', '544', 'many'],
  ['Danube', '2850', 'more'],
  ['Rhine', '1230', 'most'],
]
  .flatMap((cells, row) => cells.map((cell, column) => prose(cell, 720 - row * 14, 72 + column * 100)))
  .join('\n');
const BROKEN = ['The rivers of the land are those', 'of the table, which has them by their length']
  .map((text, at) => prose(text, 760 - at * 14))
  .join('\n');
/** In small letters, behind lines that no stop ends. */
const REST = prose(
  'where those of them that reach the sea are in the first row, and all others below it.',
  650,
);
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('what goes on below a table is read behind it', async () => {
  const { html } = await remediate([BROKEN, TABLE, REST].join('\n'));
  expect(html).toContain('<table');
  expect(textOf(html)).toMatch(/by their length River Length .* most where those/);
});

test('what goes on below the table that the next page begins with is one paragraph', async () => {
  const { html } = await remediate(BROKEN, [TABLE, REST].join('\n'));
  expect(html).toContain('by their length where those');
});
