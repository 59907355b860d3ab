import { type RawObject, rawPdf, rawStream, updatedRawPdf } from './raw-pdf.ts';
import type { SamplePdf } from './sample.ts';

const FONT = '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>';
const PAGES = '<</Type /Pages /Kids [3 0 R] /Count 1>>';
const CATALOG = '<</Type /Catalog /Pages 2 0 R>>';
const page = (more = ''): string =>
  `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>> ${more}>> /Contents 4 0 R>>`;

/** Files written by hand, for what no library writes any more but readers meet every day. */
export function rawSamples(): SamplePdf[] {
  return [
    tiny(),
    incremental(),
    formXObject(),
    splitContents(),
    asciiFilters(),
    inheritedResources(),
    differences(),
    inlineImage(),
    preamble(),
  ];
}

function single(
  name: string,
  content: RawObject,
  expectText: string,
  more: readonly RawObject[] = [],
): SamplePdf {
  return { name, bytes: rawPdf([CATALOG, PAGES, page(), content, FONT, ...more]), pages: 1, expectText };
}

function tiny(): SamplePdf {
  return single('tiny.pdf', rawStream('BT /F1 12 Tf 72 720 Td (Hi) Tj ET', { pack: false }), 'Hi');
}

function incremental(): SamplePdf {
  const base = rawPdf([
    CATALOG,
    PAGES,
    page(),
    rawStream('BT /F1 12 Tf 72 720 Td (First version) Tj ET'),
    FONT,
  ]);
  const once = updatedRawPdf(
    base,
    [[4, rawStream('BT /F1 12 Tf 72 720 Td (Second version, corrected) Tj ET')]],
    6,
  );
  return { name: 'minutes (corrected).pdf', bytes: once, pages: 1, expectText: 'Second version, corrected' };
}

function formXObject(): SamplePdf {
  const form = rawStream('BT /F1 12 Tf 0 0 Td (Text inside a form) Tj ET', {
    dict: '/Type /XObject /Subtype /Form /BBox [0 0 300 50] /Matrix [1 0 0 1 72 600] /Resources <</Font <</F1 5 0 R>>>>',
  });
  const content = rawStream('q /X1 Do Q BT /F1 12 Tf 72 720 Td (Text on the page) Tj ET');
  const objects = [CATALOG, PAGES, page('/XObject <</X1 6 0 R>>'), content, FONT, form];
  return { name: 'letterhead.pdf', bytes: rawPdf(objects), pages: 1, expectText: 'Text inside a form' };
}

function splitContents(): SamplePdf {
  const pageObject = page().replace('/Contents 4 0 R', '/Contents [4 0 R 6 0 R 7 0 R]');
  const objects = [
    CATALOG,
    PAGES,
    pageObject,
    rawStream('BT /F1 12 Tf 72 720 Td [(Kerned te) -20 (xt) -300 (in) -300 (three)] TJ'),
    FONT,
    rawStream('0 -16 Td (second part) Tj'),
    rawStream("16 TL (third part) ' ET"),
  ];
  return { name: 'three streams.pdf', bytes: rawPdf(objects), pages: 1, expectText: 'Kerned text in three' };
}

function asciiFilters(): SamplePdf {
  const hex = Buffer.from('BT /F1 12 Tf 72 720 Td (Packed as hexadecimal) Tj ET', 'latin1').toString('hex');
  return single(
    'hexadecimal.pdf',
    { dict: '/Filter [/ASCIIHexDecode]', data: new Uint8Array(Buffer.from(`${hex}>`)) },
    'Packed as hexadecimal',
  );
}

function inheritedResources(): SamplePdf {
  const kids =
    '<</Type /Pages /Kids [3 0 R 6 0 R] /Count 2 /MediaBox [0 0 612 792] /Rotate 90 /Resources <</Font <</F1 5 0 R>>>>>>';
  const bare = (content: number): string => `<</Type /Page /Parent 2 0 R /Contents ${content} 0 R>>`;
  const text = (word: string): RawObject =>
    rawStream(`BT /F1 12 Tf 0 1 -1 0 100 100 Tm (${word} page, all inherited) Tj ET`);
  const objects = [CATALOG, kids, bare(4), text('First'), FONT, bare(7), text('Second')];
  return {
    name: 'inherited.pdf',
    bytes: rawPdf(objects),
    pages: 2,
    expectText: 'Second page, all inherited',
  };
}

function differences(): SamplePdf {
  const font = FONT.replace(
    '/WinAnsiEncoding',
    '<</Type /Encoding /Differences [1 /S /l /u /i /c /e 10 /space /fi /Euro /uni017E]>>',
  );
  const content = rawStream('BT /F1 12 Tf 72 720 Td <010203040506 0A 0B0A0C0A0D> Tj ET');
  return {
    name: 'own encoding.pdf',
    bytes: rawPdf([CATALOG, PAGES, page(), content, font]),
    pages: 1,
    expectText: 'Sluice fi',
  };
}

function inlineImage(): SamplePdf {
  const image = 'q 40 0 0 40 72 600 cm BI /W 2 /H 2 /BPC 8 /CS /G ID \x00\xff EI\xff\x00 EI Q';
  return single(
    'inline image.pdf',
    rawStream(
      `BT /F1 12 Tf 72 720 Td (Before) Tj ET ${image.replace(' EI\xff', '\xff\xff')} BT /F1 12 Tf 72 500 Td (Behind the picture) Tj ET`,
    ),
    'Behind the picture',
  );
}

function preamble(): SamplePdf {
  const objects = [
    CATALOG,
    PAGES,
    page(),
    rawStream('BT /F1 12 Tf 72 720 Td (A comment stands first) Tj ET'),
    FONT,
  ];
  const trailer =
    '/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Info <</Title (Direct info dictionary)>>';
  return {
    name: 'direct info.pdf',
    bytes: rawPdf(objects, { version: '1.7', trailer }),
    pages: 1,
    expectText: 'A comment stands first',
  };
}
