/** Grids that rules draw, as far as they are looked for. */
import { describe, expect, test } from 'vitest';
import { WorkBudget } from '../../src/budget.ts';
import { REMEDIATION_LIMITS } from '../../src/index.ts';
import { ruledGrids } from '../../src/structure/tables/ruled/ruled-grids.ts';
import { hasEnoughFor } from '../../src/structure/tables/ruled/ruled-tables.ts';
import type { Drawing } from '../../src/text/drawings.ts';
import type { TextFragment } from '../../src/text/text-pen.ts';

const WORD: TextFragment = {
  text: 'n',
  x0: 32,
  x1: 36,
  y: 32,
  size: 6,
  bold: false,
  afterSpace: true,
  quarter: 0,
  spans: [],
};

/** A page of one word, and rules for so many columns and rows, ten points wide and high. */
function gridPage(count: number) {
  const size = count * 10;
  const rule = (x0: number, y0: number, x1: number, y1: number): Drawing => {
    return { x0, y0, x1, y1, kind: 'path', slanted: 0, segments: 1, stream: 0, operation: 0 };
  };
  const drawings = Array.from({ length: count + 1 }, (_, at) => [
    rule(0, at * 10, size, at * 10),
    rule(at * 10, 0, at * 10, size),
  ]).flat();
  return { drawings, fragments: [WORD], width: size, height: size };
}

test.each([
  [140, 1],
  [340, 0],
])('%d columns and as many rows are %d tables: more places are a drawing', (count, tables) => {
  expect(ruledGrids(gridPage(count), { compares: () => true })).toHaveLength(tables);
});

describe('rules of a page', () => {
  test('make no grid when a document has made all the comparisons that it may', () => {
    const budget = new WorkBudget({ ...REMEDIATION_LIMITS, maxComparisons: 2000 });
    expect(ruledGrids(gridPage(40), budget)).toHaveLength(1);
    expect(ruledGrids(gridPage(40), budget)).toEqual([]);
  });

  test('are no table where most of its places must be empty', () => {
    const [grid] = ruledGrids(gridPage(40), { compares: () => true });
    expect(grid?.cells).toHaveLength(1600);
    expect(grid && hasEnoughFor(grid, 0)).toBe(false);
  });
});
