import { rawPdf, rawStream, samplePdfs } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import {
  REMEDIATION_LIMITS,
  type RemediationLimits,
  RemediationRefused,
  remediatePdf,
} from '../../src/index.ts';
import { readIndependently } from '../support/independent-reader.ts';
import { writtenIn } from '../support/output-streams.ts';
import { readTags } from '../support/tag-reader.ts';

const FONT = '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>';
const CATALOG = '<</Type /Catalog /Pages 2 0 R>>';
const PAGES = '<</Type /Pages /Kids [3 0 R] /Count 1>>';
const PAGE =
  '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>';

interface Parts {
  content?: string;
  catalog?: string;
  pages?: string;
  page?: string;
  info?: string;
  font?: string;
}

function onePage(parts: Parts = {}): Uint8Array {
  const content = rawStream(parts.content ?? 'BT /F1 12 Tf 72 720 Td (Some words on a page) Tj ET');
  const { catalog = CATALOG, pages = PAGES, page = PAGE, font = FONT, info } = parts;
  const objects = [catalog, pages, page, content, font, info ?? 'null'];
  return rawPdf(objects, info === undefined ? {} : { trailer: '/Info 6 0 R' });
}

async function refusal(bytes: Uint8Array, limits?: Partial<RemediationLimits>): Promise<string> {
  const options = { language: null, fallbackTitle: 'x.pdf', limits: { ...REMEDIATION_LIMITS, ...limits } };
  const error: unknown = await remediatePdf(bytes, options).catch((caught: unknown) => caught);
  return error instanceof RemediationRefused ? error.code : `not refused: ${String(error)}`;
}

describe('title', () => {
  test.each([
    ['a stated one', '(Minutes of May)', 'Minutes of May', ['fonts_not_embedded']],
    ['a stated one in UTF-16', '<FEFF041F044004380432043504420021>', 'Привет!', ['fonts_not_embedded']],
    [
      'a writer’s leftover',
      '(Microsoft Word - a7.doc)',
      'The heading',
      ['fonts_not_embedded', 'title_from_heading'],
    ],
    ['an empty one', '()', 'The heading', ['fonts_not_embedded', 'title_from_heading']],
  ])('%s', async (_, title, expected, notices) => {
    const words = Array.from({ length: 20 }, () => 'T* (Body text which is rather longer than that) Tj').join(
      ' ',
    );
    const content = `BT /F1 24 Tf 72 720 Td (The heading) Tj /F1 10 Tf 12 TL 0 -30 Td ${words} ET`;
    const bytes = onePage({ content, info: `<</Title ${title} /Author (A. Writer)>>` });
    const { pdf, report } = await remediatePdf(bytes, { language: 'en', fallbackTitle: 'x.pdf' });
    expect(report.title).toBe(expected);
    expect(report.notices).toEqual(notices);
    expect((await readIndependently(pdf)).infoTitle).toBe(expected);
    expect(writtenIn(pdf).split('(A. Writer)')).toHaveLength(3);
  });

  test.each([
    ['board_minutes-2025-03.final.pdf', 'Board minutes-2025-03.final'],
    ['a/b/Quarterly%20figures.PDF', 'Quarterly figures'],
    ['100%.pdf', '100%'],
    ['...pdf', 'Document'],
    ['', 'Document'],
  ])('from the file name %s', async (fallbackTitle, expected) => {
    expect((await remediatePdf(onePage(), { language: 'en', fallbackTitle })).report.title).toBe(expected);
  });
});

describe('language', () => {
  const lang = (value: string): string => `<</Type /Catalog /Pages 2 0 R /Lang (${value})>>`;
  test.each([
    ['the option wins over the document', 'de-at', lang('fr'), 'de-AT', false],
    ['the document’s own', null, lang('fr-CA'), 'fr-CA', false],
    ['an option that is none is passed over', 'not a language', lang('fr'), 'fr', false],
    ['nothing to go by', null, CATALOG, 'en', true],
    ['a document’s that is none', null, lang('English please'), 'en', true],
  ])('%s', async (_, language, catalog, expected, guessed) => {
    const { report } = await remediatePdf(onePage({ catalog }), { language, fallbackTitle: 'x.pdf' });
    expect(report.language).toBe(expected);
    expect(report.notices.includes('language_guessed')).toBe(guessed);
  });

  test('is told from the text for each language of the samples', async () => {
    for (const sample of await samplePdfs()) {
      const expected = /^bericht-(..)\.pdf$/.exec(sample.name)?.[1];
      if (expected === undefined) continue;
      const { report } = await remediatePdf(sample.bytes, { language: null, fallbackTitle: sample.name });
      expect([sample.name, report.language]).toEqual([sample.name, expected]);
    }
  });
});

describe('links', () => {
  test.each([
    ['https://example.org/a?b=1&c="2"', 'href="https://example.org/a?b=1&amp;c=%222%22"'],
    ['mailto:desk@example.org', 'href="mailto:desk@example.org"'],
    ['www.example.org', 'href="https://www.example.org/"'],
    ['javascript:alert\\(1\\)', undefined],
    ['JaVaScRiPt:alert\\(1\\)', undefined],
    [' \tjavascript:alert\\(1\\)', undefined],
    ['data:text/html,x', undefined],
    ['file:///etc/passwd', undefined],
    ['//example.org', undefined],
  ])('%s', async (uri, expected) => {
    const annotation = `<</Subtype /Link /Rect [60 700 300 740] /A <</S /URI /URI (${uri})>>>>`;
    const page = PAGE.replace('/Contents', `/Annots [${annotation}] /Contents`);
    const { html } = await remediatePdf(onePage({ page }), { language: 'en', fallbackTitle: 'x.pdf' });
    if (expected === undefined) expect(html).not.toContain('<a ');
    else expect(html).toContain(expected);
  });
});

describe('XMP', () => {
  test('a packet is kept but for title and language', async () => {
    const packet =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:q="urn:q" q:kept="yes">' +
      '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">From &amp; XMP</rdf:li></rdf:Alt></dc:title>' +
      '<dc:creator><rdf:Seq><rdf:li>A. Writer</rdf:li></rdf:Seq></dc:creator>' +
      '</rdf:Description></rdf:RDF></x:xmpmeta>';
    const objects = [
      '<</Type /Catalog /Pages 2 0 R /Metadata 6 0 R>>',
      PAGES,
      PAGE,
      rawStream('BT /F1 12 Tf 72 720 Td (Words) Tj ET'),
      FONT,
      rawStream(packet, { dict: '/Type /Metadata /Subtype /XML', pack: false }),
    ];
    const { pdf, report } = await remediatePdf(rawPdf(objects), { language: 'nl', fallbackTitle: 'x.pdf' });
    expect(report.title).toBe('From & XMP');
    const after = await readIndependently(pdf);
    expect([after.xmpTitle, after.xmpLanguage]).toEqual(['From & XMP', 'nl']);
    const update = writtenIn(pdf).slice(rawPdf(objects).length);
    expect(update).toContain('q:kept="yes"');
    expect(update).toContain('<rdf:li>A. Writer</rdf:li>');
    expect(update.match(/<dc:title/g)).toHaveLength(1);
  });
});

describe('limits', () => {
  test('size, pages, operators and text each have theirs', async () => {
    const bytes = onePage();
    expect(await refusal(bytes, { maxBytes: bytes.length - 1 })).toBe('pdf_too_large');
    expect(await refusal(bytes, { maxPages: 0 })).toBe('pdf_too_many_pages');
    expect(await refusal(bytes, { maxOperators: 3 })).toBe('pdf_too_complex');
    expect(await refusal(bytes, { maxGlyphs: 3 })).toBe('pdf_too_complex');
    expect(await refusal(bytes, { maxWords: 1 })).toBe('pdf_too_complex');
    expect(await refusal(bytes, { maxDecodedBytes: 3 })).toBe('pdf_too_complex');
    expect(await refusal(bytes, { maxElapsedMs: -1 })).toBe('pdf_too_complex');
  });

  test('a content stream that unpacks to gigabytes is refused without unpacking it', async () => {
    const { deflateSync } = await import('node:zlib');
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    const objects = [
      CATALOG,
      PAGES,
      PAGE,
      { dict: '/Filter /FlateDecode', data: new Uint8Array(bomb) },
      FONT,
    ];
    expect(await refusal(rawPdf(objects))).toBe('pdf_too_complex');
    const twice = { dict: '/Filter [/FlateDecode /FlateDecode]', data: new Uint8Array(deflateSync(bomb)) };
    expect(await refusal(rawPdf([CATALOG, PAGES, PAGE, twice, FONT]))).toBe('pdf_too_complex');
    const objectStream = {
      dict: '/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode',
      data: new Uint8Array(bomb),
    };
    const text = rawStream('BT ET');
    expect(await refusal(rawPdf([CATALOG, PAGES, PAGE, text, FONT, objectStream]))).toBe('pdf_too_complex');
  });

  test('forms that draw themselves, or each other a million times, end', async () => {
    const form = (body: string): ReturnType<typeof rawStream> =>
      rawStream(body, {
        dict: '/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</A 6 0 R /B 7 0 R>>>>',
      });
    const page = PAGE.replace('/Font', '/XObject <</A 6 0 R>> /Font');
    const self = [CATALOG, PAGES, page, rawStream('/A Do'), FONT, form('/A Do /B Do'), form('/A Do /B Do')];
    const result = await remediatePdf(rawPdf(self), { language: 'en', fallbackTitle: 'x.pdf' });
    expect(result.report.notices).toContain('no_text');
  });

  test('deep nesting is refused, not a crash', async () => {
    const deep = `<</Type /Catalog /Pages 2 0 R /Deep ${'['.repeat(50_000)}${']'.repeat(50_000)}>>`;
    expect(await refusal(onePage({ catalog: deep }))).toMatch(/^pdf_(corrupt|too_complex)$/);
  });

  test('pages that contain each other are refused', async () => {
    const pages = '<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2>>';
    expect(await refusal(onePage({ pages }))).toMatch(/^pdf_/);
  });
});

test('a page whose content cannot be decoded is said so and left as it is', async () => {
  const broken = { dict: '/Filter /FlateDecode', data: new TextEncoder().encode('this is not deflate') };
  const bytes = rawPdf([CATALOG, PAGES, PAGE, broken, FONT]);
  const { pdf, report } = await remediatePdf(bytes, { language: 'en', fallbackTitle: 'x.pdf' });
  expect(report.notices).toContain('unreadable_content');
  expect(Buffer.compare(pdf.subarray(0, bytes.length), bytes)).toBe(0);
});

test('a file whose cross-reference table is wrong is rebuilt, and says so', async () => {
  const good = Buffer.from(onePage()).toString('latin1');
  const bytes = new Uint8Array(Buffer.from(good.replace(/startxref\n\d+/, 'startxref\n7'), 'latin1'));
  const { pdf, report, html } = await remediatePdf(bytes, { language: 'en', fallbackTitle: 'x.pdf' });
  expect(report.notices).toContain('structure_rebuilt');
  expect(html).toContain('Some words on a page');
  expect(await readIndependently(pdf)).toMatchObject({
    pages: 1,
    text: 'Some words on a page',
    language: 'en',
  });
  const again = await remediatePdf(bytes, { language: 'en', fallbackTitle: 'x.pdf' });
  expect(Buffer.compare(again.pdf, pdf)).toBe(0);
});

test('new objects are packed beside a cross-reference table, and who knows no such streams reads the file without its tags', async () => {
  const lines = Array.from(
    { length: 20 },
    (_, at) => `BT /F1 12 Tf 72 ${760 - at * 30} Td (${at + 1}. words) Tj ET`,
  );
  const original = onePage({ content: lines.join('\n') });
  const { pdf } = await remediatePdf(original, { language: 'en', fallbackTitle: 'x.pdf' });
  expect(pdf.subarray(0, original.length)).toEqual(original);
  const update = Buffer.from(pdf.subarray(original.length)).toString('latin1');
  expect(update).not.toContain('/StructElem');
  expect(writtenIn(pdf).match(/\/StructElem/g)).toHaveLength(62);
  // Objects of the original are found by everybody.
  expect(update).toMatch(/\/Type \/Page\b/);
  expect((await readTags(pdf)).roots).toHaveLength(1);
  const unaware = Buffer.from(pdf).toString('latin1').replace('/XRefStm', '/XNoStrm');
  const read = await readIndependently(new Uint8Array(Buffer.from(unaware, 'latin1')));
  expect(read.text).toBe((await readIndependently(pdf)).text);
  expect((await readTags(new Uint8Array(Buffer.from(unaware, 'latin1')))).roots).toEqual([]);
});
