/** Letters and figures that stand small above or below their line. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { remediatePage } from '../support/unicode-page.ts';

const SIZE = 12;

interface Piece {
  readonly text: string;
  readonly script?: 'sup' | 'sub';
}

/** A line of pieces, each right behind the one before; a letter is half as wide as it is high. */
function line(y: number, pieces: readonly Piece[], share: number, shift: number): string {
  let x = 60;
  return pieces
    .map(({ text, script }) => {
      const size = script ? SIZE * share : SIZE;
      const rise = script === 'sup' ? shift : script === 'sub' ? -shift : 0;
      const codes = Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(4, '0')).join('');
      const drawn = `BT /H ${size} Tf 1 0 0 1 ${x} ${y + rise * SIZE} Tm <${codes}> Tj ET`;
      x += (text.length * size) / 2;
      return drawn;
    })
    .join('\n');
}

const markup = (pieces: readonly Piece[]): string =>
  pieces.map(({ text, script }) => (script ? `<${script}>${text}</${script}>` : text)).join('');

const LINE: readonly Piece[] = [
  { text: 'The 21' },
  { text: 'st', script: 'sup' },
  { text: ' of May: 10' },
  { text: '3', script: 'sup' },
  { text: ' times H' },
  { text: '2', script: 'sub' },
  { text: 'O, and x' },
  { text: '12', script: 'sup' },
  { text: '.' },
];

test('what is raised or lowered is read in its line, and said to be, however small it is and far from it', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 55, max: 84 }),
      fc.integer({ min: 18, max: 45 }),
      fc.integer({ min: 1, max: 4 }),
      async (share, shift, lines) => {
        const content = Array.from({ length: lines }, (_, at) =>
          line(700 - at * 16, LINE, share / 100, shift / 100),
        );
        const { html } = await remediatePage(content.join('\n'));
        const wanted = Array.from({ length: lines }, () => markup(LINE)).join(' ');
        expect(html.replace(/<\/p>\n<p>/g, ' ')).toContain(`<p>${wanted}</p>`);
      },
    ),
    { numRuns: 60 },
  ));

test('the mark of a note is said to be raised once, and the space behind it is not', async () => {
  const mark: Piece = { text: '1', script: 'sup' };
  const small = (text: string, y: number): string => line(y, [{ text, script: 'sub' }], 0.75, 0);
  const content = [
    line(
      700,
      [{ text: 'The price of bread' }, mark, { text: ' has gone up since the war began.' }],
      0.8,
      0.33,
    ),
    line(684, [{ text: 'Nobody knows when it will come down again, if it ever does.' }], 1, 0),
    line(100, [mark], 0.6, 0.3),
    small(' In euros, without taxes.', 100),
  ].join('\n');
  const { html } = await remediatePage(content);
  expect(html).toContain('bread<sup><a href="#note-1-1">1</a></sup> has gone up');
  expect(html).toContain('<sup>1</sup> In euros, without taxes.');
});

test('smaller words on the line itself are neither', async () => {
  const { html } = await remediatePage(
    line(700, [{ text: 'The ' }, { text: 'small', script: 'sup' }, { text: ' ones.' }], 0.8, 0),
  );
  expect(html).toContain('The small ones.');
});

test('a link with a raised letter in it is one link, called all that it says; one that is all raised is said to be', async () => {
  const pieces: Piece[] = [{ text: 'See 20 m' }, { text: '2', script: 'sup' }, { text: ' of garden' }];
  const content = `${line(700, pieces, 0.8, 0.33)}\n${line(660, [{ text: 'And so on' }, { text: '[1]', script: 'sup' }], 0.8, 0.33)}`;
  const links = ['83 696 200 712', '113.5 660 130 675'];
  const { html, descriptions } = await remediatePage(content, links);
  expect(html).toContain('See <a href="https://example.org/">20 m2 of garden</a>');
  expect(html).toContain('And so on<sup><a href="https://example.org/">[1]</a></sup>');
  expect(descriptions).toEqual(['20 m2 of garden', '[1]']);
});
