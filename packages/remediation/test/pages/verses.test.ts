/** Verses in columns: lines as long as their author made them, beside others that they have nothing to do with. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areVerses } from '../../src/structure/order/verse-evidence.ts';
import type { Row } from '../../src/structure/page-lines.ts';
import { prose, remediate } from '../support/drawn-lines.ts';

const WORDS =
  'river stone light morning evening bird sings over hills deep water golden field wind whispers autumn leaves'.split(
    ' ',
  );
const ACROSS = [
  'These are songs that were sung in the valley when the winter came and nobody could leave the house,',
  'written down by those who had heard them from their mothers and from those who passed by the mill.',
];
const LEADING = 14;
/** Words of a long line. */
const LONG = 4;
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const across = (top: number): string => ACROSS.map((text, at) => prose(text, top - at * LEADING)).join('\n');

/** Lines of a stanza, each of so many words; where they have marks, all but the last end in the middle of a sentence. */
const linesOf = (lengths: readonly number[], seed: number, marks: boolean): string[] =>
  lengths.map((length, at) => {
    const words = Array.from({ length }, (_, word) => WORDS[(seed + at * 5 + word * 3) % WORDS.length] ?? '');
    const mark = !marks ? '' : at === lengths.length - 1 ? '.' : ',';
    return `${words.join(' ')} ${String.fromCodePoint(97 + (seed % 26), 97 + at)}${mark}`;
  });

interface Column {
  /** How many words each line of each stanza has. */
  readonly stanzas: readonly (readonly number[])[];
  readonly down: number;
  readonly title?: string;
}

/** Columns from a height on, with a line between stanzas. */
const drawn = (columns: readonly Column[], width: number, top: number, marks: boolean) => {
  let [seed, bottom] = [0, top];
  const read: string[] = [];
  const content = columns.flatMap(({ stanzas, down, title }, at) => {
    const x = 30 + at * width;
    let y = top - down;
    const titles = title === undefined ? [] : [prose(title, y, x, true)];
    if (title !== undefined) {
      read.push(title);
      y -= LEADING * 1.5;
    }
    const lines = stanzas.flatMap((lengths) => {
      const texts = linesOf(lengths, (seed += 7), marks);
      read.push(...texts);
      const stanza = texts.map((text, line) => prose(text, y - line * LEADING, x));
      y -= (texts.length + 1) * LEADING;
      return stanza;
    });
    bottom = Math.min(bottom, y);
    return [...titles, ...lines];
  });
  return { content, text: read.join(' '), bottom };
};

const times = (count: number, ...stanza: readonly number[]): number[][] =>
  Array.from({ length: count }, () => [...stanza]);

describe('verses in columns', () => {
  const FOUR = [4, 3, 5, 2];
  test.each<[string, readonly Column[], number]>([
    [
      'which go on in one of them',
      [0, 0].map((down, at) => ({ stanzas: times(4 - at * 2, ...FOUR), down })),
      270,
    ],
    [
      'half a line off, which go on in one of them',
      [0, 7].map((down, at) => ({ stanzas: times(4 - at * 2, ...FOUR), down })),
      270,
    ],
    [
      'a line off, which go on in one of them',
      [0, LEADING].map((down, at) => ({ stanzas: times(4 - at * 2, ...FOUR), down })),
      270,
    ],
    [
      'below a title in bold over each',
      [0, 0].map((down, at) => ({
        stanzas: [[4, 3, 5, 2].slice(at), FOUR, FOUR.slice(at * 2)],
        down,
        title: `Song of ${at === 0 ? 'rivers' : 'hills'}`,
      })),
      270,
    ],
  ])('are read one after the other: %s', async (_, columns, width) => {
    for (const top of [760, 700]) {
      const { content, text, bottom } = drawn(columns, width, top, true);
      const around = top === 700 ? [across(760), across(bottom - LEADING)] : [];
      const { html } = await remediate([...around, ...content].join('\n'));
      expect(html).not.toContain('<td');
      expect(textOf(html)).toContain(text);
    }
  });

  test('are read one after the other, wherever their stanzas begin and end', async () => {
    const stanza = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 5 });
    // A line that is longer than the others: what ends before it ends early.
    const column = fc.record({
      stanzas: fc
        .array(stanza, { minLength: 2, maxLength: 4 })
        .map(([first = [], ...others]) => [[LONG, ...first], ...others]),
      down: fc.constantFrom(0, 4, 7, LEADING, LEADING * 2),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(column, { minLength: 2, maxLength: 3 }),
        fc.boolean(),
        async (columns, isBetween) => {
          const { content, text, bottom } = drawn(columns, columns.length === 2 ? 270 : 188, 700, true);
          const around = isBetween ? [across(760), across(bottom - LEADING)] : [];
          const { html } = await remediate([...around, ...content].join('\n'));
          expect(textOf(html)).toContain(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each<[string, readonly Column[]]>([
    [
      'where their stanzas stand beside no others',
      [0, LEADING].map((down) => ({
        stanzas: [
          [5, 1, 2, 1],
          [2, 1, 1, 2],
          [1, 2, 1, 1],
        ],
        down,
      })),
    ],
    ['where one of them goes on', [4, 2].map((count) => ({ stanzas: times(count, ...FOUR), down: 0 }))],
  ])('are read one after the other without any marks, %s', async (_, columns) => {
    const { content, text } = drawn(columns, 270, 700, false);
    const { html } = await remediate(content.join('\n'));
    expect(textOf(html)).toContain(text);
  });

  test('are read to their ends where they stand so near that a line touches the next column', async () => {
    const columns = times(2).map((_, at) => ({ stanzas: times(3, 5, 3, 4, 2).slice(at), down: 0 }));
    const { content, text } = drawn(columns, 194, 700, true);
    const { html } = await remediate(content.join('\n'));
    expect(textOf(html)).toContain(text);
  });
});

describe('cells of a table without rules', () => {
  const SIZE = 10;
  const line = (words: readonly string[], x: number, y: number): Row => {
    let right = x;
    const placed = words.map((text) => {
      const x0 = right;
      right += text.length * 5 + 3;
      return {
        text,
        spaceBefore: true,
        drawnSpace: false,
        lineStart: false,
        link: undefined,
        raised: false,
        spans: [],
        x0,
        x1: right - 3,
      };
    });
    return [
      { words: placed, x0: x, x1: right - 3, y, size: SIZE, bold: false, characters: words.join('').length },
    ];
  };
  const cell = fc.array(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }), {
    minLength: 0,
    maxLength: 3,
  });
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((columns) =>
      fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 3, maxLength: 9 }),
    );
  /** The columns of a table, whose cells begin on the first line of their row, or stand in its middle. */
  const columnsOf = (
    rows: readonly (readonly (readonly (readonly string[])[])[])[],
    gap: number,
    isMiddle: boolean,
  ): Row[][] => {
    const columns: Row[][] = (rows[0] ?? []).map(() => []);
    let y = 700;
    for (const cells of rows) {
      const most = Math.max(1, ...cells.map(({ length }) => length));
      for (const [at, lines] of cells.entries())
        for (const [index, words] of lines.entries()) {
          const down = (index + (isMiddle ? (most - lines.length) / 2 : 0)) * SIZE * 1.2;
          columns[at]?.push(line(words, 50 + at * 130, y - down));
        }
      y -= most * SIZE * 1.2 + gap;
    }
    return columns;
  };

  test('are no verses, whatever their lines, where there is room between rows', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 6, max: 30 }), fc.boolean(), (rows, gap, isMiddle) => {
        expect(areVerses(columnsOf(rows, gap, isMiddle))).toBe(false);
      }),
    );
  });

  test('are no verses, though their lines end in marks, where rows begin level below cells of other heights', () => {
    const pieces = (words: readonly string[]): string[][] => words.map((word) => word.split(' '));
    const rows = [
      [
        ['river stone,', 'light,', 'over hills,'],
        ['bird sings over deep hills;', 'over hills,', 'deep,', 'wind.'],
      ],
      [
        ['field wind in golden autumn,', 'leaves,', 'wind,', 'bird,'],
        ['deep water;', 'golden,', 'field.'],
      ],
      [
        ['morning hills,', 'wind,'],
        ['whispers autumn;', 'leaves,', 'river stone.'],
      ],
      [
        ['evening bird,', 'over,', 'hills,'],
        ['light morning;', 'field,', 'wind.'],
      ],
    ].map((cells) => cells.map(pieces));
    expect(areVerses(columnsOf(rows, 8, false))).toBe(false);
  });

  test('are no verses below heads, though their lines end in marks', async () => {
    const entries = [4, 3, 4, 2, 3, 4, 3].map((length, at) => linesOf([2, length], at * 3, true));
    const content = entries.flatMap((cells, at) =>
      cells.map((cell, column) => prose(cell.replace('.', ';'), 686 - at * LEADING, 30 + column * 270)),
    );
    const heads = ['Word', 'Meaning'].map((head, column) => prose(head, 700, 30 + column * 270, true));
    const { html } = await remediate([across(760), ...heads, ...content].join('\n'));
    expect(html.match(/<tr/g)).toHaveLength(entries.length + 1);
  });

  test('are no verses where there is none, and what they say is wrapped', () => {
    const long = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 });
    const wrapped = long.map((words) => {
      const lines: string[][] = [[]];
      for (const word of words) {
        const last = lines.at(-1) ?? [];
        if ([...last, word].join(' ').length > 22) lines.push([word]);
        else last.push(word);
      }
      return lines;
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(wrapped, wrapped), { minLength: 3, maxLength: 12 }), (rows) => {
        expect(areVerses(columnsOf(rows, 0, false))).toBe(false);
      }),
    );
  });
});
