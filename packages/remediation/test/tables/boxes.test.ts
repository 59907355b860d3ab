/** Boxes that lines lead between are drawings; a table may lack a corner. */
import { expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

/** A box of 110 by 40 points with a word in it. */
const box = (text: string, x: number, y: number): string =>
  `${x} ${y} 110 40 re S ${prose(text, y + 15, x + 6)}`;
const line = (x0: number, y0: number, x1: number, y1: number): string => `${x0} ${y0} m ${x1} ${y1} l S`;

const STEPS = [
  [box('Order comes', 60, 700), box('Stock is seen', 220, 700), box('Goods leave', 380, 700)],
  [line(170, 720, 220, 720), line(330, 720, 380, 720)],
].flat();
const WAY_BACK = [
  [box('Bill is paid', 60, 600), box('Bill is sent', 220, 600), box('Goods arrive', 380, 600)],
  [line(435, 700, 435, 640), line(330, 620, 380, 620), line(170, 620, 220, 620)],
].flat();
const BELOW_ONE = [
  [box('Director', 220, 700), box('Sales', 60, 600), box('Wages', 220, 600), box('Stores', 380, 600)],
  [line(275, 700, 275, 640), line(115, 670, 435, 670), line(115, 670, 115, 640), line(435, 670, 435, 640)],
].flat();

test.each([
  ['in a row', STEPS],
  ['there and back', [...STEPS, ...WAY_BACK]],
  ['below one', BELOW_ONE],
])('boxes with lines between them are no table: %s', async (_, parts) => {
  expect((await remediate(parts.join('\n'))).roles['Table']).toBeUndefined();
});

test.each([
  [
    'two corners',
    [
      [0, 0],
      [3, 0],
    ],
  ],
  ['one corner', [[3, 0]]],
  [
    'a step at each row',
    [
      [0, 1],
      [0, 2],
      [1, 2],
    ],
  ],
])('a table without %s is one', async (_, missing) => {
  const cells = Array.from({ length: 12 }, (_, at) => [Math.floor(at / 3), at % 3] as const)
    .filter(([row, column]) => !missing.some(([r, c]) => r === row && c === column))
    .map(([row, column]) => box(`Cell ${row} ${column}`, 60 + column * 110, 700 - row * 40));
  expect((await remediate(cells.join('\n'))).roles).toMatchObject({ Table: 1, TR: 4 });
});
