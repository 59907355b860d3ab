import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Content } from '../../src/tagging/elements.ts';
import { markContent } from '../../src/tagging/mark-content.ts';
import type { Piece } from '../../src/tagging/page-plan.ts';

const hex = (order: number): string => order.toString(16).padStart(2, '0');

/** The words of a content in the order in which its marks are read, each mark's own words set in order. */
function readFrom(shows: readonly (readonly number[])[]): number[] {
  const content: Content = { page: 0, words: [], drawings: [], marks: [] };
  const stream = shows.map((orders) => `<${orders.map(hex).join('')}> Tj`).join('\n');
  const text = new Map(
    shows.map((orders, operation): [number, Piece[]] => [
      operation,
      orders.map((order, at) => ({ from: at, to: at + 1, target: content, order })),
    ]),
  );
  const { bytes } = markContent(new TextEncoder().encode(stream), {
    stream: 0,
    firstMcid: 0,
    text,
    drawings: undefined,
    hasMcid: () => false,
    form: () => undefined,
  });
  const marked = new Map(
    Array.from(
      new TextDecoder().decode(bytes).matchAll(/MCID (\d+)>> BDC([\s\S]*?)EMC/g),
      ([, id, drawn = '']) => [
        Number(id),
        Array.from(drawn.matchAll(/<([0-9a-f]*)>/g), ([, codes = '']) => codes.match(/../g) ?? []).flat(),
      ],
    ),
  );
  return content.marks
    .toSorted((a, b) => a.order - b.order)
    .flatMap(({ mcid }) =>
      (marked.get(mcid) ?? []).map((code) => Number.parseInt(code, 16)).sort((a, b) => a - b),
    );
}

/** Words in any order, drawn by operations of any length. */
const shows = fc
  .integer({ min: 1, max: 20 })
  .map((count) => Array.from({ length: count }, (_, order) => order))
  .chain((orders) =>
    fc.tuple(
      fc.shuffledSubarray(orders, { minLength: orders.length }),
      fc.array(fc.integer({ min: 1, max: 8 }), { minLength: orders.length, maxLength: orders.length }),
    ),
  )
  .map(([orders, lengths]) => {
    const left = [...orders];
    return lengths.map((length) => left.splice(0, length)).filter((show) => show.length > 0);
  });

test('in whatever order words are drawn, no mark has words that are read on both sides of another', () => {
  fc.assert(
    fc.property(shows, (drawn) => {
      expect(readFrom(drawn)).toEqual(drawn.flat().sort((a, b) => a - b));
    }),
  );
});
