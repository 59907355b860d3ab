/** What comes back at one place of pages: headers and footers, or text that is there more than once. */
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { prose } from '../support/drawn-lines.ts';
import { drawnPdf } from '../support/drawn-table.ts';

const LEADING = 14;
const PARAGRAPH_GAP = 24;

/** A paragraph that no other says; its place is that of its first line. */
const paragraph = (name: string, y: number): string =>
  [
    `What ${name} has of the water that comes down in spring is kept behind the dam until the fields`,
    `need it, and whoever lives below it has a share that is written down, for ${name} and all others,`,
    `in the book that stands on the shelf of ${name}.`,
  ]
    .map((line, at) => prose(line, y - at * LEADING))
    .join('\n');

/** From the first line of a paragraph to that of the next. */
const STEP = 2 * LEADING + PARAGRAPH_GAP;

/** Paragraphs one below the other, as far apart as each other. */
const text = (name: string, top: number, count = 6): string =>
  Array.from({ length: count }, (_, at) =>
    paragraph(`${name} ${'abcdefghijklmnop'[at]}`, top - at * STEP),
  ).join('\n');

/** Where such paragraphs begin, whose last line stands as far above a line as paragraphs are from each other. */
const topAbove = (y: number, count = 6): number => y + count * STEP;

const NAMES = ['Anna', 'Ben', 'Clara', 'David'];

const runningText = async (pages: readonly string[]): Promise<readonly string[]> => {
  const { runningText: found } = await remediatePdf(drawnPdf(pages), {
    language: 'en',
    fallbackTitle: 'x.pdf',
  });
  return found;
};

describe('is text, though it comes back at its place:', () => {
  test.each([
    ['a question above the answers', 'How did you like the rooms of the house?', 780],
    ['a warning below the text', 'Shut the gates before you leave the dam.', 78],
  ])('%s', async (_, line, y) => {
    const top = y === 780 ? y - PARAGRAPH_GAP : topAbove(y);
    const pages = NAMES.map((name) => [prose(line, y), text(name, top)].join('\n'));
    expect(await runningText(pages)).toEqual(['', '', '', '']);
  });

  test('a paragraph of several lines, also in a box that keeps away from the text', async () => {
    const warning = ['Whoever opens the gates without a word to the miller,', 'pays for his wheat.'];
    for (const gap of [PARAGRAPH_GAP, PARAGRAPH_GAP * 1.6]) {
      const pages = NAMES.map((name) =>
        [...warning.map((line, at) => prose(line, 790 - at * LEADING)), text(name, 790 - LEADING - gap)].join(
          '\n',
        ),
      );
      expect(await runningText(pages)).toEqual(['', '', '', '']);
    }
  });

  test('a line below something else, as far from the text as paragraphs are', async () => {
    const pages = NAMES.map((name) =>
      [prose(`Room of ${name}`, 800), prose('Tick one box', 776), text(name, 752)].join('\n'),
    );
    expect(await runningText(pages)).toEqual(['', '', '', '']);
  });

  test('a line where the text of pages between stands', async () => {
    const pages = NAMES.map((name, at) =>
      at % 2 === 0 ? [prose('The dam', 790), text(name, 740)].join('\n') : text(name, 794),
    );
    expect(await runningText(pages)).toEqual(['', '', '', '']);
  });

  test('what each copy of a letter says', async () => {
    const letters = NAMES.flatMap((name) => [
      [prose('The board of the dam', 800), prose(`To ${name}`, 740), text('all', 700)].join('\n'),
      [text('others', 700), prose('Yours sincerely', 80)].join('\n'),
    ]);
    expect(await runningText(letters)).toEqual(letters.map(() => ''));
    // A header on both pages of the letter is one.
    const headed = letters.map((page) => [page, prose('Dams and mills', 820)].join('\n'));
    expect(await runningText(headed)).toEqual(headed.map(() => 'Dams and mills'));
  });
});

describe('is running text:', () => {
  test('a sentence in the type of the text, further from it than its paragraphs from each other', async () => {
    const pages = NAMES.map((name) => [prose('What a dam is for.', 800), text(name, 750)].join('\n'));
    expect(await runningText(pages)).toEqual(NAMES.map(() => 'What a dam is for.'));
  });

  test('a sentence below text that ends elsewhere on another page', async () => {
    const foot = prose('Printed for the board.', 60);
    const pages = NAMES.map((name, at) => [text(name, topAbove(60), at === 3 ? 4 : 6), foot].join('\n'));
    expect(await runningText(pages)).toEqual(NAMES.map(() => 'Printed for the board.'));
  });

  test.each([
    ['header', 790],
    ['footer', 60],
  ])(
    'a %s as far from the text as its paragraphs from each other, where a sentence goes on over it',
    async (_, y) => {
      const top = y === 790 ? y - PARAGRAPH_GAP : topAbove(y, 12) + 2 * PARAGRAPH_GAP;
      // Both edges of the page are within the paragraphs.
      const broken = (name: string): [string, string] => [
        `Whoever comes to ${name} with`,
        `a cart has to pay ${name} for it.`,
      ];
      const pages = NAMES.map((name) =>
        [
          prose('What a dam is for.', y),
          prose(broken(name)[1], top),
          text(name, top - PARAGRAPH_GAP, 12),
          prose(broken(name)[0], top - PARAGRAPH_GAP - 12 * STEP),
        ].join('\n'),
      );
      expect(await runningText(pages)).toEqual(NAMES.map(() => 'What a dam is for.'));
    },
  );

  test('a sentence further out than a header, as far from it as paragraphs are from each other', async () => {
    const pages = NAMES.map((name) =>
      [prose('What a dam is for.', 800), prose('Water', 776), text(name, 730)].join('\n'),
    );
    expect(await runningText(pages)).toEqual(NAMES.map(() => 'What a dam is for. Water'));
  });

  test('a header below which one page more is built up with each', async () => {
    const pages = [0, 1, 2, 3, 4, 5].map((at) =>
      [prose('Dams', 800), text(at === 0 ? 'other' : 'same', 700, 3 + at)].join('\n'),
    );
    expect(await runningText(pages)).toEqual(pages.map(() => 'Dams'));
  });

  test('a header of pages behind one whose text begins at its place', async () => {
    const pages = NAMES.map((name, at) =>
      at === 0 ? text(name, 794) : [prose('Dams', 790), text(name, 740)].join('\n'),
    );
    expect(await runningText(pages)).toEqual(['', 'Dams', 'Dams', 'Dams']);
  });
});
