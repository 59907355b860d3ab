/**
 * Small files that make much of little: objects that hold themselves, that thousands of others share, or that are looked through
 * from each of their parts. Each ends in a result or in a refusal with its reason; without its guard it takes minutes or gigabytes,
 * which the test's time-out, or the memory of the machine, ends.
 */
import { type RawObject, rawPdf, rawStream } from '@sluice/testkit/samples';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../../src/html/render-html.ts';
import { remediatePdf } from '../../src/index.ts';
import { updateXmp, xmpTitle } from '../../src/pdf/xmp.ts';
import { draftPage } from '../../src/structure/build-structure.ts';
import { pageRows } from '../../src/structure/page-lines.ts';
import { marginLines } from '../../src/structure/running/margin-lines.ts';
import { findRunningText } from '../../src/structure/running/running-text.ts';
import type { TextFragment } from '../../src/text/text-pen.ts';

/** Generous for a loaded machine. */
const HANGS_MS = 20_000;
const FIRST = 5;

const times = (count: number, of: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => of(at)).join(' ');

const at = (x: number, y: number, text: string, size = 10): string =>
  `BT /F ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;

interface File {
  readonly content?: string;
  readonly pages?: number;
  readonly box?: string;
  readonly catalog?: string;
  readonly page?: string;
  readonly resources?: string;
  /** From object 5 on. */
  readonly objects?: readonly RawObject[];
}

function pdfOf(file: File): Uint8Array {
  const { pages = 1, objects = [], catalog = '', page = '', resources = '', box = '0 0 595 842' } = file;
  const first = FIRST + objects.length;
  return rawPdf([
    `<</Type /Catalog /Pages 2 0 R ${catalog}>>`,
    `<</Type /Pages /Kids [${times(pages, (n) => `${first + n} 0 R`)}] /Count ${pages} /MediaBox [${box}] /Resources <</Font <</F 3 0 R>> ${resources}>>>>`,
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    rawStream(file.content ?? at(60, 700, 'Text')),
    ...objects,
    ...Array.from({ length: pages }, () => `<</Type /Page /Parent 2 0 R /Contents 4 0 R ${page}>>`),
  ]);
}

/** `done`, or why it was refused. */
async function endOf(pdf: Uint8Array): Promise<string> {
  return await remediatePdf(pdf, { language: 'en', fallbackTitle: 'a.pdf' }).then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
  );
}

const TAGGED = '/StructTreeRoot 5 0 R /MarkInfo <</Marked true>>';
const WIDGET = '/Type /Annot /Subtype /Widget /FT /Tx /F 4';
const FORM = '/Type /XObject /Subtype /Form /BBox [0 0 9 9]';
const OPERATORS = /^pdf_too_complex: The pages hold more drawing instructions/;
const ANNOTATIONS = /^pdf_too_complex: The pages hold more links/;

describe('a small file', { timeout: HANGS_MS }, () => {
  const files: readonly (readonly [what: string, ends: string | RegExp, file: File])[] = [
    [
      'whose names of places hold themselves',
      'done',
      {
        catalog: '/Names <</Dests 5 0 R>>',
        page: '/Annots [6 0 R]',
        objects: [
          `<</Kids [${'5 0 R '.repeat(200)}]>>`,
          '<</Type /Annot /Subtype /Link /Rect [1 1 2 2] /Dest (a)>>',
        ],
      },
    ],
    [
      'whose form fields are parts of themselves',
      'done',
      { catalog: '/AcroForm <</Fields [5 0 R]>>', objects: [`<</T (a) /Kids [${'5 0 R '.repeat(50)}]>>`] },
    ],
    [
      'whose pages share thousands of links',
      ANNOTATIONS,
      {
        pages: 200,
        page: '/Annots 6 0 R',
        objects: [
          '<</Type /Annot /Subtype /Link /Rect [1 1 2 2] /A <</S /URI /URI (http://a.example)>>>>',
          `[${'5 0 R '.repeat(2000)}]`,
        ],
      },
    ],
    [
      'with cells as high and wide as a table may be',
      OPERATORS,
      {
        catalog: TAGGED,
        objects: [
          '<</Type /StructTreeRoot /K 6 0 R>>',
          `<</S /Table /P 5 0 R /K [${times(600, (n) => `${8 + n} 0 R`)}]>>`,
          '<</O /Table /RowSpan 1000 /ColSpan 1000>>',
          ...Array.from({ length: 600 }, () => '<</S /TR /P 6 0 R /K <</S /TD /A 7 0 R>>>>'),
        ],
      },
    ],
    [
      'whose tags are mapped to each other in a long row',
      'done',
      {
        catalog: TAGGED,
        objects: [
          `<</Type /StructTreeRoot /K 6 0 R /RoleMap <<${times(20_000, (n) => `/R${n} /R${n + 1}`)}>>>>`,
          `<</S /Document /P 5 0 R /K [${times(20_000, (n) => `<</S /R${n} /P 6 0 R>>`)}]>>`,
        ],
      },
    ],
    [
      'whose cells share long lists of attributes',
      OPERATORS,
      {
        catalog: TAGGED,
        objects: [
          '<</Type /StructTreeRoot /K 6 0 R /ClassMap <</C 7 0 R>>>>',
          `<</S /Table /P 5 0 R /K <</S /TR /P 6 0 R /K [${'<</S /TD /C 8 0 R>> '.repeat(500)}]>>>>`,
          `[${'<</O /X>> '.repeat(500)}]`,
          `[${'/C '.repeat(500)}]`,
        ],
      },
    ],
    [
      'whose tree of parents says the same over and over',
      OPERATORS,
      {
        catalog: TAGGED,
        objects: [
          '<</Type /StructTreeRoot /K <</S /Document>> /ParentTree 6 0 R>>',
          `<</Kids [${'<</Nums 7 0 R>> '.repeat(4000)}]>>`,
          `[${times(20_000, (n) => `${n} null`)}]`,
        ],
      },
    ],
    [
      'whose attachments are the same over and over',
      OPERATORS,
      {
        catalog: '/Names <</EmbeddedFiles 5 0 R>>',
        objects: [
          `<</Kids [${'<</Names 6 0 R>> '.repeat(4000)}]>>`,
          `[${times(20_000, (n) => `(a${n}) null`)}]`,
        ],
      },
    ],
    [
      'that opens what it never closes, and says nothing of its glyphs',
      'done',
      {
        content: `${'/Span <</ActualText (abcdefgh)>> BDC '.repeat(40_000)} BT /G 10 Tf (${'\\001'.repeat(40_000)}) Tj ET`,
        resources: '/Font <</G 5 0 R>>',
        objects: [
          '<</Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [.001 0 0 .001 0 0] /CharProcs <<>> /Encoding <</Differences [0 /x999]>> /FirstChar 0 /LastChar 1 /Widths [500 500]>>',
        ],
      },
    ],
    [
      'that draws an empty form more often than any page does',
      OPERATORS,
      {
        content: '/X Do '.repeat(150_000),
        resources: '/XObject <</X 5 0 R>>',
        objects: [rawStream('q Q', { dict: FORM })],
      },
    ],
    [
      'whose lines are millions of distances',
      OPERATORS,
      { pages: 12, content: `BT /F 1 Tf [${'0 '.repeat(2_000_000)}] TJ ET` },
    ],
    [
      'with a field behind thousands of colons',
      'done',
      {
        content: at(1, 700, `${':'.repeat(100_000)}x`, 0.01),
        box: '0 0 14400 842',
        page: '/Annots [5 0 R]',
        objects: [`<<${WIDGET} /T (f) /Rect [400 699 500 710]>>`],
      },
    ],
    [
      'with thousands of fields under a line of thousands of words',
      'done',
      {
        content: times(10_000, (n) => at(n * 1.4, 712, 'a', 2)),
        box: '0 0 14400 842',
        page: `/Annots [${times(1500, (n) => `${FIRST + n} 0 R`)}]`,
        objects: Array.from(
          { length: 1500 },
          (_, n) => `<<${WIDGET} /T (f${n}) /Rect [${1 + n} 700 ${2 + n} 710]>>`,
        ),
      },
    ],
    [
      'with a table of contents of thousands of entries on a page',
      'done',
      {
        content: times(6000, (n) => {
          const y = 14_000 - n * 2;
          return [at(50 + (n % 7), y, 'Title', 1), at(100, y, '........', 1), at(200, y, `${1 + n}`, 1)].join(
            ' ',
          );
        }),
        box: '0 0 600 14400',
      },
    ],
    [
      'with a paragraph of thousands of lines',
      'done',
      { content: times(20_000, (n) => at(50, 55_000 - n * 1.3, `word${n}`, 1)), box: '0 0 600 60000' },
    ],
    [
      'whose list goes on in thousands of paragraphs',
      'done',
      {
        content: [
          at(40, 55_000, '1. one', 1),
          at(40, 54_998, '2. two', 1),
          times(15_000, (n) => at(41.5, 54_996 - n * 2, 'text.', 1)),
        ].join(' '),
        box: '0 0 600 60000',
      },
    ],
  ];

  test.for(files)('%s ends in its time', async ([, ends, file]) => {
    const end = await endOf(pdfOf(file));
    if (typeof ends === 'string') expect(end).toBe(ends);
    else expect(end).toMatch(ends);
  });

  test('that names packed objects everywhere, and holds none, ends in its time', async () => {
    const tail = new TextEncoder().encode('/ObjStm stream\n'.repeat(30_000));
    const pdf = pdfOf({});
    const file = new Uint8Array(pdf.length + tail.length);
    file.set(pdf);
    file.set(tail, pdf.length);
    expect(await endOf(file)).toMatch(/^(?:done|pdf_)/);
  });

  test('that draws a form of words thousands of times is not much larger with tags', async () => {
    const pdf = pdfOf({
      content: times(2000, (n) => `q 1 0 0 1 ${(n % 50) * 10} ${Math.floor(n / 50) * 10} cm /X Do Q`),
      resources: '/XObject <</X 5 0 R>>',
      objects: [rawStream('BT /F 3 Tf (ab) Tj ET', { dict: FORM })],
    });
    const { pdf: tagged, report } = await remediatePdf(pdf, { language: 'en', fallbackTitle: 'a.pdf' });
    expect(report.notices).not.toContain('not_tagged');
    // Two thousand bytes for each of them: its copy, its owners, and its element.
    expect(tagged.length).toBeLessThan(2000 * 2000);
  });
});

test('more lines and paragraphs than a function takes arguments are read, and written', {
  timeout: HANGS_MS,
}, () => {
  const count = 130_000;
  const fragments = Array.from({ length: count }, (_, n): TextFragment => {
    const x0 = 50 + (n % 2) * 9;
    const y = 380_000 - n * 3;
    return { text: 'A.', x0, x1: x0 + 1, y, size: 1, bold: false, afterSpace: true, quarter: 0, spans: [] };
  });
  const { blocks } = draftPage(pageRows(fragments, []), 0, 400_000, false);
  expect(blocks).toHaveLength(count);
  const paragraphs = blocks.map(({ content }) => ({ kind: 'paragraph' as const, content }));
  const pages = [{ blocks: paragraphs, scanned: false }];
  expect(renderHtml({ language: 'en', title: 'A', pages, fields: [] }).split('<p>')).toHaveLength(count + 1);
});

describe('metadata', { timeout: HANGS_MS }, () => {
  const update = { title: 'New', language: 'en', claimsUa: false };

  test('whose elements do not end is read through once', () => {
    expect(xmpTitle('<dc:title>'.repeat(400_000))).toBeUndefined();
    expect(xmpTitle('<dc:title'.repeat(400_000))).toBeUndefined();
    expect(xmpTitle(`<dc:title>${'<rdf:li>'.repeat(400_000)}</dc:title>`)).toBeUndefined();
    const written = updateXmp(`<rdf:RDF>${'<dc:title />'.repeat(80_000)}</rdf:RDF>`, update);
    expect(xmpTitle(written)).toBe('New');
    expect(written.length).toBeLessThan(2000);
  });

  test('loses its title, language and claim, and nothing else', () => {
    const packet =
      '<rdf:RDF xmlns:rdf="r"><rdf:Description><dc:titles>kept</dc:titles><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Old</rdf:li></rdf:Alt>' +
      '</dc:title><dc:language/><pdfuaid:part>1</pdfuaid:part><dc:creator>Ann</dc:creator></rdf:Description></rdf:RDF>';
    const written = updateXmp(packet, update);
    expect(written).not.toMatch(/Old|pdfuaid|<dc:language\/>/);
    expect(written).toContain(
      '<rdf:Description><dc:titles>kept</dc:titles><dc:creator>Ann</dc:creator></rdf:Description>',
    );
    expect(xmpTitle(packet)).toBe('Old');
    expect(xmpTitle('<dc:title/><dc:title><rdf:li>No</rdf:li></dc:title>')).toBeUndefined();
  });
});

test('lines at the edges of very high pages are compared with those at their own height only', {
  timeout: HANGS_MS,
}, () => {
  const line = (y: number, text: string): TextFragment => {
    return { text, x0: 50, x1: 60, y, size: 1, bold: false, afterSpace: true, quarter: 0, spans: [] };
  };
  const pages = Array.from({ length: 6 }, (_, page) => {
    const fragments = Array.from({ length: 30_000 }, (_line, n) =>
      line(1_000_000 - n * 3, `${'abcdef'[page]}${n}y`),
    );
    return marginLines({ fragments, height: 1_000_000 }, []);
  });
  expect(findRunningText(pages, 1).flat()).toEqual([]);
});
