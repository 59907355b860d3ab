import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { REMEDIATION_LIMITS } from '../../src/limits.ts';
import { drawnPdf } from '../support/drawn-table.ts';
import { readTags, type TagNode } from '../support/tag-reader.ts';

/** A page of lines, each a show operation as it stands in a content stream. */
async function remediate(lines: readonly string[]) {
  const shown = lines.map((show, at) => `1 0 0 1 60 ${760 - at * 16} Tm ${show}`);
  const { pdf, html } = await remediatePdf(
    rawPdf([
      '<</Type /Catalog /Pages 2 0 R>>',
      '<</Type /Pages /Kids [3 0 R] /Count 1>>',
      '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F 5 0 R>>>> /Contents 4 0 R>>',
      rawStream(`BT /F 12 Tf ${shown.join(' ')} ET`),
      '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    ]),
    { language: 'en', fallbackTitle: 'leaders.pdf' },
  );
  const { roots, pages } = await readTags(pdf);
  const [page] = pages;
  return { html, page, roles: roots.flatMap(rolesOf) };
}

const rolesOf = ({ role, children }: TagNode): string[] => [role, ...children.flatMap(rolesOf)];

describe('dots between a title and its page number', () => {
  test('are artifacts, and not read, whether they are a string of their own or a part of one', async () => {
    const { html, page, roles } = await remediate([
      '(Contents) Tj',
      '(Introduction.....................3) Tj',
      '(Installing) Tj (......................) Tj (14) Tj',
      '[(Using it) -900 (.) -600 (.) -600 (.) -600 (.) -600 (.) -600 (.) -600 (15)] TJ',
      '(Etc. \\205\\205\\205\\205\\205\\205 20) Tj',
    ]);
    expect(roles.filter((role) => role === 'TOCI')).toHaveLength(4);
    expect(page?.unmarkedText).toBe('');
    expect(page?.text.replaceAll(/\s+/g, ' ')).toBe(
      'Contents Introduction 3 Installing 14 Using it 15 Etc. 20',
    );
    expect(html).toContain(
      '<li>Introduction 3</li><li>Installing 14</li><li>Using it 15</li><li>Etc. 20</li>',
    );
  });

  test('are artifacts in an index, whose numbers do not rise, and whose entries are not one text', async () => {
    const { html, page, roles } = await remediate([
      '(Anchor.....................31) Tj',
      '(Bell.......................4, 12) Tj',
      '(Bridge....................17pp., 45) Tj',
      '(Capstan....................3) Tj',
      '(see also Winch) Tj',
      '(Deck.......................28) Tj',
      '(Engine.....................9) Tj',
    ]);
    expect(roles).not.toContain('TOCI');
    expect(page?.unmarkedText).toBe('');
    expect(page?.text).not.toContain('..');
    expect(html.match(/<p>[^<]*<\/p>/g)).toEqual([
      '<p>Anchor 31</p>',
      '<p>Bell 4, 12</p>',
      '<p>Bridge 17pp., 45</p>',
      '<p>Capstan 3</p>',
      '<p>see also Winch</p>',
      '<p>Deck 28</p>',
      '<p>Engine 9</p>',
    ]);
  });

  test('do not make one table of the columns of an index', async () => {
    const entry = (word: string, number: number): string =>
      `(${word}${'.'.repeat(40 - word.length)}${number}) Tj`;
    const columns = [
      ['Anchor', 'Bell', 'Bridge', 'Capstan', 'Deck', 'Engine'],
      ['Hold', 'Keel', 'Ladder', 'Mast', 'Oar', 'Rudder'],
    ];
    const [left = [], right = []] = columns;
    const rows = left.map(
      (word, at) =>
        `${entry(word, 40 - at)} 1 0 0 1 330 ${760 - at * 16} Tm ${entry(right[at] ?? '', 30 - at)}`,
    );
    const { html } = await remediate(rows);
    expect([...html.matchAll(/<p>(\w+) \d+<\/p>/g)].map(([, word]) => word)).toEqual(columns.flat());
  });

  test('are text anywhere else: what is left to fill in is meant to be met', async () => {
    const { html, page } = await remediate([
      '(Name ........................ born on ....................) Tj',
      '(And so on.... It is said again... and again.) Tj',
    ]);
    expect(page?.text).toContain('Name ........................ born on ....................');
    expect(page?.text).toContain('so on.... It is said again... and again.');
    expect(html).toContain('so on.... It is said again... and again.');
  });

  test('are signs for what is not known, where cells of a table hold them', async () => {
    const rows = [
      ['Chad', '..', '..', '12'],
      ['Mali', '..', '..', '15'],
      ['Togo', '7', '9', '18'],
      ['Ghana', '..', '..', '25'],
      ['Kenya', '11', '20', '31'],
    ];
    const shown = rows.map((cells) => `[${cells.map((cell) => `(${cell}) -6000`).join(' ')}] TJ`);
    const close = rows.map((cells) => `(${cells.join(' ')}) Tj`);
    for (const lines of [shown, close]) {
      const { html, page, roles } = await remediate(lines);
      expect(roles).not.toContain('TOCI');
      expect(page?.text.match(/\.\./g)).toHaveLength(6);
      expect(html).toMatch(/Mali\W[^M]*\.\.[^M]*\.\.[^M]*15/);
    }
  });

  test('belong to the title, where the number stands alone or behind dots of its own', async () => {
    const { html } = await remediate([
      '(Contents) Tj',
      '[(Nothing ..) -6000 (3)] TJ',
      '(And then .... nothing .... 5) Tj',
      '(The end ......... 9) Tj',
    ]);
    expect(html).toContain('<li>Nothing .. 3</li><li>And then .... nothing 5</li><li>The end 9</li>');
  });
});

test('a number with a point in it is one word, of as many as a document may hold', async () => {
  const page = `BT /F1 6 Tf 8 TL 20 800 Td ${'(1.5 2.25 3.75 4.50 ... 5.05) Tj T* '.repeat(20)} ET`;
  const processed = async (maxWords: number): Promise<unknown> =>
    await remediatePdf(drawnPdf([page]), {
      language: 'en',
      fallbackTitle: 'x.pdf',
      limits: { ...REMEDIATION_LIMITS, maxWords },
    });
  await processed(120);
  await expect(processed(119)).rejects.toMatchObject({ code: 'pdf_too_complex' });
});
