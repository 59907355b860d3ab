/** Forms with lines to write on, in rows of two labels. */
import { expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

const LABELS = [
  ['Name', 'First name'],
  ['Street', 'Floor'],
  ['Town', 'Postcode'],
  ['Telephone', 'Fax'],
  ['E-mail', 'Web'],
  ['Date of birth', 'Place of birth'],
];
const rule = (x0: number, x1: number, y: number): string => `${x0} ${y} m ${x1} ${y} l S`;

const form = (end: string, rules: (y: number) => string): string =>
  [
    prose('Application for membership', 770, 72, true),
    prose('Please fill in all of the lines below and hand the sheet in at the desk.', 745),
    ...LABELS.flatMap((labels, at) => {
      const y = 700 - at * 26;
      return [...labels.map((label, column) => prose(label + end, y, 72 + column * 238)), rules(y)];
    }),
  ].join('\n');

test.each([
  ['beside', (y: number): string => `${rule(170, 300, y - 2)} ${rule(410, 540, y - 2)}`],
  ['below each', (y: number): string => `${rule(72, 300, y - 4)} ${rule(310, 540, y - 4)}`],
  ['across the page', (y: number): string => rule(72, 540, y - 4)],
])('labels with colons are no table, with lines to write on %s', async (_, rules) => {
  const { roles, html } = await remediate(form(':', rules));
  expect(roles['Table']).toBeUndefined();
  expect(html).toContain('Postcode:');
  expect((await remediate(form('', rules))).roles).toMatchObject({ Table: 1 });
});
