import { describe, expect, test } from 'vitest';
import { LETTER, leftwards, remediatePage, show } from '../support/unicode-page.ts';

/** Operations that draw a text without a gap between them. */
function shows(x: number, y: number, parts: readonly string[]): string {
  let at = x;
  return parts
    .map((part) => {
      const drawn = show(at, y, part);
      at += part.replace(/\p{M}/gu, '').length * LETTER;
      return drawn;
    })
    .join('\n');
}

describe('a word that several operations draw', () => {
  test('keeps the form field beside it where its link ends', async () => {
    const content = [
      show(60, 740, 'Please fill in this page and send it back to the office.'),
      shows(60, 700, ['Name', '(note):']),
      show(60, 660, 'Thank you for it, and see you soon at the harbour.'),
    ].join('\n');
    const field = '<</Type /Annot /Subtype /Widget /F 4 /FT /Tx /T (n) /V (Ada) /Rect [130 696 260 710]>>';
    const { html, roles, outline } = await remediatePage(content, [`60 696 ${60 + 4 * LETTER} 710`], [field]);
    expect(roles).toMatchObject({ Form: 1, Link: 1 });
    expect(html).toMatch(/<a href="[^"]*">Name<\/a>\(note\): <input[^>]*value="Ada"/);
    expect(outline).toMatch(/Link Form P/);
  });

  test('leads where each of its letters leads', async () => {
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    const rects = letters.map((_, at) => `${60 + at * LETTER} 696 ${60 + (at + 1) * LETTER} 710`);
    const { html } = await remediatePage(shows(60, 700, letters), rects);
    expect(Array.from(html.matchAll(/<a [^>]*>(.*?)<\/a>/g), ([, text]) => text)).toEqual(letters);
  });

  test('keeps the accent that stands on the last letter of its link', async () => {
    const content = shows(60, 700, ['cafe', '\u0301', 's are good']);
    expect((await remediatePage(content, [`60 696 ${60 + 4 * LETTER} 710`])).html).toContain(
      '<a href="https://example.org/">cafe\u0301</a>s are good',
    );
  });

  test('is not divided at a number on a page that is read from right to left', async () => {
    const content = [
      leftwards(540, 713, ['שלום', 'לכולם', 'כאן', 'היום']),
      leftwards(540, 700, ['שלום', 'לכולם']),
      shows(450, 700, ['abc', '123']),
    ].join('\n');
    expect((await remediatePage(content, [`450 696 ${450 + 3 * LETTER} 710`])).html).toContain('>abc123</a>');
  });

  test('is in no link without an area', async () => {
    const content = shows(60, 700, ['link', ', it says']);
    const { descriptions } = await remediatePage(content, ['70 696 70 710', '60 696 80 710']);
    expect(descriptions).toEqual(['https://example.org/', 'link']);
  });
});

test('an accent that is drawn right of the letter behind its own is of its own', async () => {
  const accent = show(62 + 2 * LETTER, 702, '\u0308');
  const content = [show(60, 700, 'll'), accent, show(60 + 2 * LETTER, 700, 'ama is an animal')].join('\n');
  expect((await remediatePage(content)).html).toContain('ll\u0308ama is an animal');
});
