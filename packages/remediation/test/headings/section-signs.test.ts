/** Laws, whose sections are headed by a sign and a number alone. */
import { expect, test } from 'vitest';
import { BODY, find, type Line, line } from '../support/lined-pages.ts';

const law = (...signs: readonly Line[]): Line[] => signs.flatMap((sign) => [sign, ...BODY]);

test.each([
  ['in the middle', law(line(10, '\\247 44', 'middle'), line(10, '\\247 45', 'middle'))],
  ['in bold', law(line(10, '\\247 44', 'middle', true), line(10, '\\247 44a', 'middle', true))],
  ['in larger type', law(line(14, '\\247 44'), line(14, '\\247 45'))],
])('signs of sections that are counted are headings %s', async (_, lines) => {
  const { tags } = await find([lines]);
  expect(tags.map((tag) => tag.replace(/^H\d /, ''))).toEqual([
    expect.stringMatching(/^§ 44$/),
    expect.stringMatching(/^§ 4[45]a?$/),
  ]);
});

test.each([
  ['one alone', law(line(10, '\\247 45', 'middle'))],
  ['those that do not count on', law(line(10, '\\247 45', 'middle'), line(10, '\\247 12', 'middle'))],
  [
    'those with nothing between them',
    [...BODY, line(10, '\\247 45', 'middle'), line(12, '\\247 46', 'middle')],
  ],
])('%s are none', async (_, lines) => {
  expect((await find([lines])).tags).toEqual([]);
});
