import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LETTER, leftwards, remediatePage, show } from '../support/unicode-page.ts';

/** Words in operations of their own, a space apart that is not drawn. */
function apart(x: number, y: number, words: readonly string[]): { content: string; places: number[] } {
  let at = x;
  const places: number[] = [];
  const shown = words.map((word) => {
    const drawn = show(at, y, word);
    places.push(at);
    at += (word.length + 1) * LETTER;
    return drawn;
  });
  return { content: shown.join('\n'), places };
}

const word = fc.stringMatching(/^[a-z]{2,7}$/);

test('words are read apart where a link stands between them, as they are in the HTML', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(word, { minLength: 2, maxLength: 4 }),
      word,
      fc.array(word, { minLength: 2, maxLength: 4 }),
      async (before, linked, after) => {
        const { content, places } = apart(60, 700, [...before, linked, ...after]);
        const left = places[before.length] ?? 0;
        const rect = `${left} 696 ${left + linked.length * LETTER} 710`;
        const { html, texts } = await remediatePage(content, [rect]);
        expect(html).toContain(
          `${before.join(' ')} <a href="https://example.org/">${linked}</a> ${after.join(' ')}`,
        );
        expect(texts).toEqual([`${before.join(' ')} `, ` ${after.join(' ')}`]);
      },
    ),
    { numRuns: 20 },
  ));

test('where the text beside a link is read as another, the space that is drawn between them is in it', async () => {
  const { content } = apart(60, 700, ['Those', 'who', 'want']);
  const [first, link] = [60 + 15 * LETTER, 60 + 20 * LETTER];
  const both = [
    content,
    show(first, 700, ' more '),
    show(link + LETTER, 700, 'read'),
    show(link + 5 * LETTER, 700, ' on.'),
  ];
  const { html, texts } = await remediatePage(both.join('\n'), [
    `${link + LETTER} 696 ${link + 5 * LETTER} 710`,
  ]);
  expect(html).toContain('Those who want more <a href="https://example.org/">read</a> on.');
  expect(texts).toEqual(['Those who want more ']);
});

test('lines of Chinese are read without a space between them, as they are in the HTML', async () => {
  const line =
    '园除星期一外每天开放参观者从南门进入儿童免费去年有许多人在夜里来看星园除星期一外每天开放参观者从南';
  const { content } = apart(60, 687, ['夜里来看', '星期一外每天开放']);
  const { html, texts } = await remediatePage(`${show(60, 700, line)}\n${content}`);
  const text = `${line}夜里来看 星期一外每天开放`;
  expect(html).toContain(`<p>${text}</p>`);
  expect(texts).toEqual([text]);
});

test('what a link says of itself is read as it is in the HTML, also where a line breaks its word', async () => {
  const lines = [
    'Whoever wants to know when it is open has to look at the long exami-',
    'nation of the hours, which is in the annex of this very report.',
  ].map((text, at) => show(60, 700 - at * 13, text));
  const { html, descriptions } = await remediatePage(lines.join('\n'), ['60 680 540 710']);
  expect(html).toContain('the long examination of the hours');
  expect(descriptions).toEqual([expect.stringContaining('the long examination of the hours')]);
});

test('a title and its page number are read apart where dots lead from one to the other', async () => {
  const entries = ['Visitors', 'Schools', 'Accounts'].flatMap((title, at) => [
    show(60, 700 - at * 14, `${title} `),
    show(150, 700 - at * 14, ' ............................................ '),
    show(390, 700 - at * 14, `${at + 1}`),
  ]);
  const { html, texts } = await remediatePage(entries.join('\n'));
  expect(html).toContain('<li>Visitors 1</li><li>Schools 2</li><li>Accounts 3</li>');
  expect(texts).toEqual(['Visitors 1', 'Schools 2', 'Accounts 3']);
});

test('brackets around words from right to left are read as what they are, also where the file says it of each', async () => {
  const said = (bracket: string, x: number, drawn: string): string =>
    `/Span <</ActualText (\\${bracket})>> BDC ${show(x, 700, drawn)} EMC`;
  const content = [
    leftwards(540, 713, ['שלום', 'לכולם', 'כאן', 'היום', 'ומחר']),
    leftwards(540, 700, ['שלום']),
    said(')', 490, '('),
    leftwards(510, 700, ['מחר']),
    said('(', 510, ')'),
  ].join('\n');
  const { html, texts } = await remediatePage(content);
  expect(html).toContain('שלום (מחר)');
  expect(texts).toEqual([expect.stringContaining('שלום (מחר)')]);
});
