import { rawPdf, rawStream, readPrinted, samplePdfs } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { writtenIn } from '../support/output-streams.ts';
import { readTags, type TagNode } from '../support/tag-reader.ts';

const samples = (await samplePdfs()).filter((sample) => sample.name !== 'already tagged.pdf');

function roles(nodes: readonly TagNode[]): string[] {
  return nodes.flatMap((node) => [node.role, ...roles(node.children)]);
}

describe.each(samples)('$name', (sample) => {
  test('has all its text in the tree or in an artifact, each piece once', async () => {
    const { pdf, report } = await remediatePdf(sample.bytes, { language: null, fallbackTitle: sample.name });
    expect(report.notices).not.toContain('not_tagged');
    const { pages } = await readTags(pdf);
    expect(pages).toHaveLength(sample.pages);
    for (const page of pages) {
      expect(page.unmarkedText).toBe('');
      // pdf.js does not follow /Stm, so it misses what is tagged inside a form.
      if (sample.name !== 'letterhead.pdf')
        expect(page.markedIds.filter((id) => !page.tree.has(id))).toEqual([]);
      expect(new Set(page.markedIds).size).toBe(page.markedIds.length);
    }
  });

  test('only gains its tags once: its own output is recognised', async () => {
    const first = await remediatePdf(sample.bytes, { language: null, fallbackTitle: sample.name });
    const second = await remediatePdf(first.pdf, { language: null, fallbackTitle: sample.name });
    expect(second.report.notices).toContain('already_tagged');
    expect((await readTags(second.pdf)).roots).toEqual((await readTags(first.pdf)).roots);
  });
});

async function tagsOf(content: string, more: { page?: string; objects?: string[] } = {}) {
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R ${more.page ?? ''}>>`,
    rawStream(content),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    ...(more.objects ?? []),
  ];
  const { pdf, report } = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  return { report, pdf, tags: await readTags(pdf) };
}

test('nested lists are nested, with labels and bodies', async () => {
  const lines = [
    '72 700 (\\225)',
    '90 700 (Fruit)',
    '100 680 (\\225)',
    '118 680 (Apples)',
    '100 660 (\\225)',
    '118 660 (Pears)',
    '72 640 (\\225)',
    '90 640 (Bread)',
  ];
  const show = lines.map((line) => {
    const [x, y, text] = line.split(/ (?=[\d(])/);
    return `1 0 0 1 ${x} ${y} Tm ${text} Tj`;
  });
  const { tags } = await tagsOf(`BT /F1 11 Tf ${show.join(' ')} ET`);
  expect(roles(tags.roots)).toEqual(
    'Root Document L LI Lbl LBody L LI Lbl LBody LI Lbl LBody LI Lbl LBody'.split(' '),
  );
});

const CELLS = ['Item', 'Price', 'Apples', '3', 'Pears', '4'];

test('a ruled table has rows, cells, and headers where they look like headers', async () => {
  const lines = [700, 680, 660, 640].map((y) => `72 ${y} m 272 ${y} l S`);
  const columns = [72, 172, 272].map((x) => `${x} 640 m ${x} 700 l S`);
  const text = CELLS.map((cell, index) => {
    const font = index < 2 ? 'F2' : 'F1';
    const [x, y] = [80 + (index % 2) * 100, 686 - Math.floor(index / 2) * 20];
    return `/${font} 11 Tf 1 0 0 1 ${x} ${y} Tm (${cell}) Tj`;
  });
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R /F2 6 0 R>>>> /Contents 4 0 R>>',
    rawStream([...lines, ...columns, 'BT', ...text, 'ET'].join(' ')),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding>>',
  ];
  const { pdf, html } = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  expect(roles((await readTags(pdf)).roots)).toEqual(
    'Root Document Table TR TH TH TR TD TD TR TD TD'.split(' '),
  );
  expect(html.replaceAll('\n', '')).toContain(
    '<thead><tr><th scope="col">Item</th><th scope="col">Price</th></tr></thead>' +
      '<tbody><tr><td>Apples</td><td>3</td></tr><tr><td>Pears</td><td>4</td></tr></tbody>',
  );
});

test('a picture takes the caption below it as its description, and is flagged without one', async () => {
  const image = 'q 200 0 0 100 72 500 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q';
  const captioned = await tagsOf(`${image} BT /F1 11 Tf 72 480 Td (Figure 1: The new reading room) Tj ET`);
  expect(roles(captioned.tags.roots)).toEqual('Root Document Figure Caption'.split(' '));
  expect(captioned.report.notices).not.toContain('images_need_description');
  const bare = await tagsOf(`${image} BT /F1 11 Tf 72 480 Td (Some words on a page) Tj ET`);
  expect(roles(bare.tags.roots)).toEqual('Root Document Figure P'.split(' '));
  expect(bare.report.notices).toContain('images_need_description');
});

test('one operator that shows two elements is split at the same places', async () => {
  const { tags, pdf } = await tagsOf(
    'BT /F1 11 Tf 72 700 Td [(\\225) -600 (Fruit and bread)] TJ 0 -20 Td [(\\225) -600 (Wine)] TJ ET',
  );
  expect(roles(tags.roots)).toEqual('Root Document L LI Lbl LBody LI Lbl LBody'.split(' '));
  expect(tags.pages[0]?.text).toBe('• Fruit and bread • Wine');
  expect(pdf.length).toBeGreaterThan(0);
});

test('a link is in the tree with its annotation and its text, and has a description', async () => {
  const page =
    '/Annots [<</Type /Annot /Subtype /Link /Rect [110 695 160 712] /A <</S /URI /URI (https://example.org/)>>>>]';
  const { tags, pdf } = await tagsOf('BT /F1 11 Tf 72 700 Td (Read the manual first) Tj ET', { page });
  expect(roles(tags.roots)).toContain('Link');
  expect(writtenIn(pdf)).toMatch(/\/Contents \((?:the )?manual\)/);
});

test('a form drawn twice is tagged twice, from two copies', async () => {
  const form = rawStream('BT /F1 11 Tf 0 0 Td (Stamp) Tj ET', {
    dict: '/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources <</Font <</F1 5 0 R>>>>',
  });
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</XObject <</X 6 0 R>>>> /Contents 4 0 R>>',
    rawStream('q 1 0 0 1 72 700 cm /X Do Q q 1 0 0 1 72 500 cm /X Do Q'),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    form,
  ];
  const { pdf } = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  expect(writtenIn(pdf).match(/\/SluiceForm\d+ \d+ 0 R/g)).toHaveLength(2);
});

test('a signed file is refused', async () => {
  const objects = [
    '<</Type /Catalog /Pages 2 0 R /AcroForm <</SigFlags 3 /Fields [5 0 R]>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R]>>',
    rawStream(''),
    '<</Type /Annot /Subtype /Widget /FT /Sig /T (s) /Rect [0 0 0 0] /V <</Type /Sig /Filter /Adobe.PPKLite>>>>',
  ];
  const run = remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  await expect(run).rejects.toMatchObject({ name: 'RemediationRefused', code: 'pdf_signed' });
});

test('a signature in a field inside of another is found', async () => {
  const objects = [
    '<</Type /Catalog /Pages 2 0 R /AcroForm <</SigFlags 3 /Fields [6 0 R]>>>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R]>>',
    rawStream(''),
    '<</Type /Annot /Subtype /Widget /Parent 6 0 R /T (s) /Rect [0 0 0 0] /V <</Type /Sig /Filter /Adobe.PPKLite>>>>',
    '<</T (page) /FT /Sig /Kids [5 0 R]>>',
  ];
  const run = remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  await expect(run).rejects.toMatchObject({ code: 'pdf_signed' });
});

test('the author’s own tags stay, and their links get descriptions', async () => {
  const source = readPrinted('chromium-tagged');
  const { pdf, report } = await remediatePdf(source, { language: null, fallbackTitle: 'rules.pdf' });
  expect((await readTags(pdf)).roots).toEqual((await readTags(source)).roots);
  const rules = (when: 'before' | 'after'): string[] =>
    report.conformance[when].failures.map(({ rule }) => rule);
  expect(rules('before')).toEqual(expect.arrayContaining(['7.18.1-2', '7.18.5-2']));
  expect(rules('after').filter((rule) => rule.startsWith('7.18'))).toEqual([]);
});

test('text in a national encoding is read', async () => {
  const font =
    '<</Type /Font /Subtype /Type0 /BaseFont /Ryumin-Light /Encoding /90ms-RKSJ-H /DescendantFonts [6 0 R]>>';
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>',
    // 天文台 and A, in Shift-JIS.
    rawStream('BT /F1 11 Tf 72 700 Td <935695B691E441> Tj ET'),
    font,
    '<</Type /Font /Subtype /CIDFontType0 /BaseFont /Ryumin-Light /CIDSystemInfo <</Registry (Adobe) /Ordering (Japan1) /Supplement 2>>>>',
  ];
  const { html } = await remediatePdf(rawPdf(objects), { language: 'ja', fallbackTitle: 'x.pdf' });
  expect(html).toContain('天文台A');
});

test('a /ToUnicode that leaves glyphs out is completed', async () => {
  const map =
    'begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <41> <0041> endbfchar endcmap';
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>',
    rawStream('BT /F1 11 Tf 72 700 Td (AB) Tj ET'),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 6 0 R>>',
    rawStream(map),
  ];
  const { report } = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  const rules = (when: 'before' | 'after'): string[] =>
    report.conformance[when].failures.map(({ rule }) => rule);
  expect(rules('before')).toContain('7.21.7-1');
  expect(rules('after')).not.toContain('7.21.7-1');
});

test('a font without /ToUnicode gets one when every glyph in use is known', async () => {
  const font =
    '<</Type /Font /Subtype /Type1 /BaseFont /CMSY10 /Encoding <</Differences [13 /circlecopyrt]>>>>';
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>',
    rawStream('BT /F1 11 Tf 72 700 Td <0D> Tj ET'),
    font,
  ];
  const known = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  expect((await readTags(known.pdf)).pages[0]?.text).toBe('◯');
  expect(writtenIn(known.pdf)).toMatch(/\/ToUnicode \d+ 0 R/);
  objects[4] = font.replace('circlecopyrt', 'g13');
  const unknown = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  expect(unknown.report.notices).toContain('unmapped_glyphs');
  expect(writtenIn(unknown.pdf)).not.toContain('/ToUnicode');
});
