import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LETTER, leftwards, remediatePage as remediate, show } from '../support/unicode-page.ts';

const drawnIn = (content: string): string[] =>
  Array.from(content.matchAll(/<([0-9a-f]+)> Tj/g), ([, string = '']) => string);

const hebrewWord = fc
  .array(fc.integer({ min: 0x5d0, max: 0x5ea }), { minLength: 2, maxLength: 6 })
  .map((letters) => String.fromCodePoint(...letters));
const hebrewLine = fc
  .tuple(
    hebrewWord,
    fc.array(fc.oneof(hebrewWord, fc.constantFrom('17', '1948')), { maxLength: 7 }),
    hebrewWord,
  )
  .map(([first, middle, last]) => [first, ...middle, last]);

describe('an operation that shows text stays in one piece', () => {
  test('where its words are read from right to left, in the order of which their element has them', () =>
    fc.assert(
      fc.asyncProperty(fc.array(hebrewLine, { minLength: 1, maxLength: 3 }), async (paragraph) => {
        const content = paragraph.map((line, at) => leftwards(540, 700 - at * 13, line)).join('\n');
        const { html, texts, shown, output } = await remediate(content);
        expect(shown).toEqual(drawnIn(content));
        const blocks = Array.from(html.matchAll(/<p[^>]*>(.*?)<\/p>/g), ([, text = '']) => text);
        expect(texts).toEqual(blocks);
        expect(texts.join(' ').split(' ')).toEqual(paragraph.flat());
        expect(output).not.toContain('ActualText');
      }),
      { numRuns: 30 },
    ));

  test('where a link ends at it: what is drawn with the sentence is of the sentence', async () => {
    const parts = ['See the page (', 'https://example.org', '). It says more.'];
    let x = 60;
    const content = parts.map((part) => {
      const drawn = show(x, 700, part);
      x += part.length * LETTER;
      return drawn;
    });
    const left = 60 + 14 * LETTER;
    const { html, shown } = await remediate(content.join('\n'), [`${left} 696 ${left + 19 * LETTER} 710`]);
    expect(shown).toEqual(drawnIn(content.join('\n')));
    expect(html).toContain(
      'See the page (<a href="https://example.org/">https://example.org</a>). It says more.',
    );
  });

  test('where it draws the mark of a note and its text', async () => {
    const content = [
      show(60, 700, 'The price* of bread has gone up since the war began, and nobody knows when'),
      show(60, 687, 'it will come down again.'),
      show(60, 640, '* In euros, without taxes.'),
      show(60, 600, 'The price of milk has not.'),
    ].join('\n');
    const { html, shown, roles } = await remediate(content);
    expect(html).toContain('<sup>*</sup> In euros, without taxes.');
    expect(shown).toEqual(drawnIn(content));
    expect(roles).toMatchObject({ Note: 1 });
    expect(roles['Lbl']).toBeUndefined();
  });
});

test('a link in the middle of a line from right to left is cut out of it, and read where it stands', async () => {
  const words = ['שלום', 'לכולם', 'כאן', 'היום'];
  const content = leftwards(540, 700, words);
  // The third word from the right: eleven letters and two spaces stand on its right.
  const right = 540 - 11 * LETTER;
  const { html, texts } = await remediate(content, [`${right - 3 * LETTER} 696 ${right} 710`]);
  expect(html).toContain('שלום לכולם <a href="https://example.org/">כאן</a> היום');
  expect(texts).toEqual(['שלום לכולם ', 'כאן', ' היום']);
});

test('what opens with an asterisk is an item of a list where others do as well, or where no word has one', async () => {
  const above = show(60, 700, 'The price* of bread has gone up since the war began.');
  const items = [show(60, 660, '* In euros'), show(60, 640, '* Without taxes')];
  expect((await remediate([above, ...items].join('\n'))).html).toContain(
    '<ul><li>In euros</li><li>Without taxes</li></ul>',
  );
  const plain = show(60, 700, 'The price of bread has gone up since the war began.');
  expect((await remediate([plain, items[0]].join('\n'))).html).toContain('<ul><li>In euros</li></ul>');
});
