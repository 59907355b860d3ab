import { expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

test('heads in the middle of their columns are those of figures at the right edge, over which they do not stand', async () => {
  const rows = [
    ['Oak board', '12.50', '4', 'box'],
    ['Ash beam', '40.00', '2', 'bag'],
    ['Pine plank', '13.20', '9', 'box'],
  ];
  const head = ['Article', 'Price', 'Stock', 'Unit'].map((text, at) =>
    prose(text, 700, [160, 250, 330, 420][at], true),
  );
  const body = rows.flatMap((row, line) =>
    row.map((text, at) => prose(text, 680 - line * 20, [72, 290, 372, 470][at])),
  );
  const { html } = await remediate([...head, ...body].join('\n'));
  const found = [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)].map(([, text]) => text),
  );
  expect(found).toEqual([['Article', 'Price', 'Stock', 'Unit'], ...rows]);
});
