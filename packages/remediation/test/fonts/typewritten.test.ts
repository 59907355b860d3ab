import { describe, expect, test } from 'vitest';
import { around, LETTER, lines, prose, remediate } from '../support/drawn-lines.ts';

describe('a document that is typewritten', () => {
  const report = (table: readonly string[]): string =>
    lines(
      [
        'The river was measured at the bridge on each day of the year, by the',
        'same man, who walked there in the morning and wrote down what he saw.',
        '',
        ...table,
        '',
        'Nothing follows from these heights alone, as nobody knows what it was',
        'that had been measured in the years before, nor where it was measured.',
      ],
      760,
    );

  test('has paragraphs, and tables where figures stand in columns', async () => {
    const { html, roles } = await remediate(
      report([
        'Place        Spring     Autumn',
        'Bridge         81.5       12.0',
        'Mill           77.0        9.5',
      ]),
    );
    expect(html).toContain('the same man, who walked');
    expect(roles).toMatchObject({ Table: 1, TR: 3 });
    expect(roles['Code']).toBeUndefined();
  });

  test('has no tables of words that spaces put in columns', async () => {
    const { roles } = await remediate(
      report([
        'auth       required     one.so',
        'auth       required     warn.so',
        'session    optional     deny.so',
      ]),
    );
    expect(roles['Table']).toBeUndefined();
  });
});

describe('a letter in a face of fixed pitch, below a printed head', () => {
  const letter = [...LETTER, 'Yours sincerely,'];
  const small = (text: string, y: number): string => prose(text, y).replace('/F3 11 Tf', '/F3 8 Tf');

  test('is text, and no part of it a heading', async () => {
    const { html, roles } = await remediate(
      [
        prose('House of the River', 790),
        lines(letter, 700),
        small('Registered office: House of the River Ltd, 12 Long Street, London, where', 120),
        small('calls may be recorded.', 110),
      ].join('\n'),
    );
    expect(html).toContain('<p>Dear Mr Smith,</p>');
    expect(html).toContain('<p>Yours sincerely,</p>');
    expect(roles['Code']).toBeUndefined();
  });

  test('is no heading where there is a little more small print than letter', async () => {
    const print = Array.from({ length: 4 }, (_, at) =>
      small('Registered office: House of the River Ltd, 12 Long Street, London, where', 120 - at * 10),
    );
    const { html } = await remediate([lines(letter, 700), ...print].join('\n'));
    expect(html).not.toMatch(/<h\d[^>]*>(?:Dear|Yours|Account)/);
  });

  test('has headings where they are larger than it', async () => {
    const large = (y: number): string =>
      prose('What guests pay for rooms of the house at the river', y).replace('/F3 11 Tf', '/F3 14 Tf');
    const parts = [780, 700, 620, 540, 460].flatMap((y) => [large(y), lines(letter.slice(2, 4), y - 24)]);
    const { html } = await remediate(parts.join('\n'));
    expect(html.match(/<h2[^>]*>What guests pay for rooms of the house at the river/g)).toHaveLength(5);
  });
});

test('a manual is none, though most of it are listings: its text is of one size, and a little larger', async () => {
  const listing = ['house {', '    door   garden    7', '    bell   every     1', '}'];
  const parts = Array.from({ length: 9 }, (_, at) => lines(listing, 700 - at * 66));
  const { html } = await remediate(around(parts.join('\n'), 90));
  expect(html).toContain(`<pre><code>${listing.join('\n')}`);
});
