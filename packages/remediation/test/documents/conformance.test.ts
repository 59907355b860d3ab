import { type RawObject, rawPdf, rawStream, samplePdfs } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { conformanceOf } from '../support/conformance-reader.ts';

const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">' +
  '<pdfuaid:part>1</pdfuaid:part><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Plan</rdf:li></rdf:Alt></dc:title>' +
  '</rdf:Description></rdf:RDF></x:xmpmeta>';
/** A font whose glyphs are in the file: one square for every letter. */
const TYPE3 =
  '<</Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar 98 ' +
  '/Widths [1000 1000] /Encoding <</Type /Encoding /Differences [97 /a /b]>> /CharProcs <</a 11 0 R /b 11 0 R>> /Resources <<>>>>';
const SQUARE = '1000 0 0 0 750 750 d1 0 0 750 750 re f';

interface Parts {
  catalog: string;
  page: string;
  content: string;
  xmp: string;
  tree: string;
  /** Children of the document element. */
  kids: string;
  /** Elements of the marked content 0 and 1 of the page. */
  first: string;
  second: string;
  font: string;
  more: RawObject[];
}

const RIGHT: Parts = {
  catalog: '/Lang (en) /MarkInfo <</Marked true>> /ViewerPreferences <</DisplayDocTitle true>>',
  page: '',
  content:
    '/H1 <</MCID 0>> BDC BT /F1 20 Tf 72 700 Td (ab) Tj ET EMC /P <</MCID 1>> BDC BT /F1 11 Tf 72 600 Td (ba) Tj ET EMC',
  xmp: XMP,
  tree: '',
  kids: '9 0 R 10 0 R',
  first: '/S /H1 /P 8 0 R /K 0',
  second: '/S /P /P 8 0 R /K 1',
  font: TYPE3,
  more: [],
};

function tagged(change: Partial<Parts>): Uint8Array {
  const parts = { ...RIGHT, ...change };
  return rawPdf([
    `<</Type /Catalog /Pages 2 0 R /Metadata 6 0 R /StructTreeRoot 7 0 R ${parts.catalog}>>`,
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R /StructParents 0 ${parts.page}>>`,
    rawStream(parts.content),
    parts.font,
    rawStream(parts.xmp, { dict: '/Type /Metadata /Subtype /XML' }),
    `<</Type /StructTreeRoot /K 8 0 R /ParentTree <</Nums [0 [9 0 R 10 0 R] 1 13 0 R]>> ${parts.tree}>>`,
    `<</Type /StructElem /S /Document /P 7 0 R /K [${parts.kids}]>>`,
    `<</Type /StructElem /Pg 3 0 R ${parts.first}>>`,
    `<</Type /StructElem /Pg 3 0 R ${parts.second}>>`,
    rawStream(SQUARE),
    ...parts.more,
  ]);
}

test('a file in which nothing is wrong has no failures and the full score', async () => {
  expect(await conformanceOf(tagged({}))).toEqual({ score: 100, failures: [] });
});

const LINK = '/Annots [12 0 R] /Tabs /S';
const link = (more: string): string =>
  `<</Type /Annot /Subtype /Link /Rect [72 690 90 710] /A <</S /URI /URI (https://example.org/)>> ${more}>>`;

describe('each fault is found, and no other', () => {
  test.each<[string, Partial<Parts>, Record<string, number>]>([
    ['no claim', { xmp: XMP.replace('<pdfuaid:part>1</pdfuaid:part>', '') }, { '5-1': 1 }],
    ['no title', { xmp: XMP.replace('Plan', ' ') }, { '7.1-9': 1 }],
    ['not marked', { catalog: RIGHT.catalog.replace('true', 'false') }, { '6.2-1': 1 }],
    ['suspects', { catalog: RIGHT.catalog.replace('true', 'true /Suspects true') }, { '7.1-4': 1 }],
    ['file name shown', { catalog: RIGHT.catalog.replace('Title true', 'Title false') }, { '7.1-10': 1 }],
    ['no language', { catalog: RIGHT.catalog.replace('/Lang (en)', '') }, { '7.2-34': 1 }],
    ['a language that is none', { catalog: RIGHT.catalog.replace('(en)', '(en_GB)') }, { '7.2-29': 1 }],
    [
      'an unnamed layer configuration',
      { catalog: `${RIGHT.catalog} /OCProperties <</OCGs [] /D <<>>>>` },
      { '7.10-1': 1 },
    ],
    ['content outside of all tags', { content: `${RIGHT.content} 10 10 50 50 re f` }, { '7.1-3': 1 }],
    [
      'content of an id that no element has',
      { content: `${RIGHT.content} /P <</MCID 7>> BDC 10 10 50 50 re f EMC` },
      { '7.1-3': 1 },
    ],
    [
      'an artifact inside tagged content',
      { content: RIGHT.content.replace('BT', '/Artifact BMC 1 1 5 5 re f EMC BT') },
      { '7.1-1': 1 },
    ],
    ['tagged content inside an artifact', { content: `/Artifact BMC ${RIGHT.content} EMC` }, { '7.1-2': 1 }],
    ['a tag of its own', { second: '/S /Para /P 8 0 R /K 1' }, { '7.1-5': 1 }],
    [
      'tags mapped in a circle',
      { second: '/S /Para /P 8 0 R /K 1', tree: '/RoleMap <</Para /Text /Text /Para>>' },
      { '7.1-6': 1 },
    ],
    ['a standard tag mapped', { tree: '/RoleMap <</P /Div>>' }, { '7.1-7': 1 }],
    ['a row outside of a table', { second: '/S /TR /P 8 0 R /K 1' }, { '7.2-nesting-table': 1 }],
    ['an item outside of a list', { second: '/S /LI /P 8 0 R /K 1' }, { '7.2-nesting-list': 1 }],
    ['a figure without text', { second: '/S /Figure /P 8 0 R /K 1' }, { '7.3-1': 1 }],
    ['a formula without text', { second: '/S /Formula /P 8 0 R /K 1' }, { '7.7-1': 1 }],
    ['a level skipped', { second: '/S /H3 /P 8 0 R /K 1' }, { '7.4.2-1': 1 }],
    ['two kinds of headings', { second: '/S /H /P 8 0 R /K 1' }, { '7.4.4-2': 1 }],
    ['a note without id', { second: '/S /Note /P 8 0 R /K 1' }, { '7.9-1': 1 }],
    [
      'a form drawn twice',
      {
        content: `${RIGHT.content} /Artifact BMC /X Do /X Do EMC`,
        page: '/Resources <</Font <</F1 5 0 R>> /XObject <</X 12 0 R>>>>',
        more: [
          rawStream('/Span <</MCID 5>> BDC 1 1 5 5 re f EMC', {
            dict: '/Type /XObject /Subtype /Form /BBox [0 0 9 9]',
          }),
        ],
      },
      { '7.20-2': 1 },
    ],
    ['a link outside of the structure', { page: LINK, more: [link('/Contents (Home)')] }, { '7.18.5-1': 1 }],
    [
      'a link that says nothing, on a page without tab order',
      {
        page: LINK.replace('/Tabs /S', ''),
        more: [link('/StructParent 1'), '<</Type /StructElem /S /Link /P 8 0 R>>'],
        kids: '9 0 R 10 0 R 13 0 R',
      },
      { '7.18.1-2': 1, '7.18.3-1': 1, '7.18.5-2': 1 },
    ],
    [
      'a form field without label',
      {
        page: LINK,
        more: ['<</Type /Annot /Subtype /Widget /Rect [72 690 90 710] /FT /Tx /T (a)>>'],
      },
      { '7.18.1-3': 1, '7.18.4-1': 1 },
    ],
    [
      'a font that is not in the file',
      { font: '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>' },
      { '7.21.4.1-1': 1 },
    ],
    ['glyphs without a character', { font: TYPE3.replace('[97 /a /b]', '[97 /a /x1]') }, { '7.21.7-1': 1 }],
  ])('%s', async (_, change, expected) => {
    const { failures, score } = await conformanceOf(tagged(change));
    expect(Object.fromEntries(failures.map(({ rule, count }) => [rule, count]))).toEqual(expected);
    expect(score).toBeLessThan(100);
  });
});

const table = (rows: string[][]): string =>
  rows.map((row) => `<</Type /StructElem /S /TR /P 10 0 R /K [${row.join(' ')}]>>`).join(' ');
const cell = (tag: string, attributes = ''): string =>
  `<</Type /StructElem /S /${tag} /P 10 0 R ${attributes && `/A <</O /Table ${attributes}>>`}>>`;

describe('tables', () => {
  test.each<[string, string[][], Record<string, number>]>([
    ['regular', [[cell('TH', '/Scope /Column')], [cell('TD')]], {}],
    ['rows of different width', [[cell('TD')], [cell('TD'), cell('TD')]], { '7.2-43': 1 }],
    ['a span that sticks out', [[cell('TD', '/RowSpan 3')]], { '7.2-41': 1 }],
    ['cells without a header among headers', [[cell('TH')], [cell('TD')]], { '7.5-1': 1 }],
    ['spans that fit', [[cell('TD', '/RowSpan 2'), cell('TD')], [cell('TD')]], {}],
    [
      'cells over each other',
      [
        [cell('TD'), cell('TD', '/RowSpan 2'), cell('TD')],
        [cell('TD', '/ColSpan 2'), cell('TD')],
      ],
      { '7.2-15': 1 },
    ],
  ])('%s', async (_, rows, expected) => {
    const { failures } = await conformanceOf(tagged({ second: `/S /Table /P 8 0 R /K [1 ${table(rows)}]` }));
    expect(Object.fromEntries(failures.map(({ rule, count }) => [rule, count]))).toEqual(expected);
  });
});

describe('the claim to follow PDF/UA', () => {
  const untagged = (catalog: string, content = 'BT /F1 11 Tf 72 700 Td (abba) Tj ET'): Uint8Array =>
    rawPdf([
      `<</Type /Catalog /Pages 2 0 R ${catalog}>>`,
      '<</Type /Pages /Kids [3 0 R] /Count 1>>',
      '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>',
      rawStream(content),
      TYPE3.replace(/11 0 R/g, '6 0 R'),
      rawStream(SQUARE),
    ]);
  const options = { language: 'en', fallbackTitle: 'plan.pdf' };
  const claims = (pdf: Uint8Array): boolean => Buffer.from(pdf).includes('pdfuaid:part');

  test('stands in a file in which the checks find nothing', async () => {
    const { pdf, report } = await remediatePdf(untagged(''), options);
    expect(report.conformance.after).toEqual({ score: 100, failures: [] });
    expect(report.conformance.before.score).toBeLessThan(50);
    expect(claims(pdf)).toBe(true);
  });

  test.each([
    ['nothing is painted', '0 0 595 842 re W n', true],
    ['lines are drawn, which may be letters', '72 700 m 90 720 l S', false],
    ['a colour runs over the page', '/S1 sh', false],
    ['something is shown in a font that is not there', 'BT /F9 11 Tf (a) Tj ET', false],
  ])('stands in a file without text only where there is nothing to see: %s', async (_, content, claim) => {
    const { pdf, report } = await remediatePdf(untagged('', content), options);
    expect(report.notices).toContain('no_text');
    expect(claims(pdf)).toBe(claim);
  });

  test('stands nowhere in a file of which a check of the output fails, though nothing else speaks against it', async () => {
    const { pdf, report } = await remediatePdf(untagged('/OCProperties <</OCGs [] /D <<>>>>'), options);
    expect(report.notices).toEqual(['title_from_file_name']);
    expect(report.conformance.after.failures).toContainEqual({ rule: '7.10-1', count: 1 });
    expect(claims(pdf)).toBe(false);
  });

  test('stands in no sample that the checks find anything wrong with', async () => {
    for (const sample of await samplePdfs()) {
      const { pdf, report } = await remediatePdf(sample.bytes, { ...options, fallbackTitle: sample.name });
      const { before, after } = report.conformance;
      expect(after, sample.name).toEqual(await conformanceOf(pdf));
      expect(before, sample.name).toEqual(await conformanceOf(sample.bytes));
      expect(after.score, sample.name).toBeGreaterThanOrEqual(before.score);
      if (after.failures.length > 0) expect(claims(pdf), sample.name).toBe(false);
    }
  });
});
