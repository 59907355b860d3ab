import { PDF, PdfDict } from '@libpdf/core';
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { ObjectAccess } from '../../src/pdf/object-access.ts';
import { conformanceOf } from '../support/conformance-reader.ts';
import { writtenIn } from '../support/output-streams.ts';
import { readTags, type TagNode } from '../support/tag-reader.ts';

/** Letters and signs whose glyphs are in the file, so that a font never keeps the claim out. */
const CODES = Array.from({ length: 91 }, (_, at) => at + 32);
const NAMES: Record<string, string> = { ' ': 'space', '.': 'period', ':': 'colon', '?': 'question' };
const GLYPHS = CODES.map((code) => {
  const sign = String.fromCharCode(code);
  return /[a-z]/i.test(sign) ? sign : (NAMES[sign] ?? 'a');
});
const FONT =
  '<</Type /Font /Subtype /Type3 /FontBBox [0 0 500 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 32 /LastChar 122 ' +
  `/Widths [${CODES.map(() => 500).join(' ')}] /Encoding <</Type /Encoding /Differences [32 ${GLYPHS.map((name) => `/${name}`).join(' ')}]>> ` +
  `/CharProcs <<${[...new Set(GLYPHS)].map((name) => `/${name} 6 0 R`).join(' ')}>> /Resources <<>>>>`;

/** Text by its place: x, y and words in 10 points, 5 points a letter. */
type Line = readonly [number, number, string];

/** A one-page form. Objects from 7 on are the widgets, then what else is given. */
function form(lines: readonly Line[], widgets: readonly string[], more: readonly string[] = []): Uint8Array {
  const shown = lines.map(([x, y, text]) => `1 0 0 1 ${x} ${y} Tm (${text}) Tj`);
  const refs = widgets.map((_, index) => `${index + 7} 0 R`).join(' ');
  return rawPdf([
    `<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [${refs}]>>>>`,
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R /Annots [${refs}]>>`,
    rawStream(`BT /F1 10 Tf ${shown.join(' ')} ET`),
    FONT,
    rawStream('500 0 0 0 500 750 d1 0 0 500 750 re f'),
    ...widgets.map((widget) => `<</Type /Annot /Subtype /Widget /F 4 ${widget}>>`),
    ...more,
  ]);
}

const BOX = (x: number, y: number, width = 120, height = 14): string =>
  `/Rect [${x} ${y} ${x + width} ${y + height}]`;
const CHECK = '/FT /Btn';

async function remediated(bytes: Uint8Array) {
  const { pdf, report } = await remediatePdf(bytes, { language: 'en', fallbackTitle: 'Form.pdf' });
  const objects = new ObjectAccess(await PDF.load(pdf));
  const widgets = objects
    .list(objects.pdf.getPages()[0]?.dict, 'Annots')
    .filter((item) => item instanceof PdfDict);
  return {
    pdf,
    report,
    labels: widgets.map((widget) => objects.text(widget, 'TU')),
    groups: widgets.map((widget) => objects.text(objects.dict(widget, 'Parent'), 'TU')),
    alternatives: [...writtenIn(pdf).matchAll(/\/Alt \(([^)]*)\)/g)].map((m) => m[1]),
    order: readingOrder(objects, objects.dict(objects.pdf.getCatalog(), 'StructTreeRoot')),
    roles: (await readTags(pdf)).roots.flatMap(rolesOf),
  };
}

/** Marked content and form fields in the order of the tree. */
function readingOrder(objects: ObjectAccess, element: PdfDict | undefined): string[] {
  return objects.list(element, 'K').flatMap((kid) => {
    if (!(kid instanceof PdfDict)) return ['text'];
    return objects.name(kid, 'Type') === 'OBJR' ? ['field'] : readingOrder(objects, kid);
  });
}

function rolesOf(node: TagNode): string[] {
  return [node.role, ...node.children.flatMap(rolesOf)];
}

const named = (name: string, rest: string): string => `/T (${name}) ${rest}`;

describe('the label of a form field', () => {
  test('is the text left of it, and each field of a line has its own', async () => {
    const { labels, report, roles, order, pdf } = await remediated(
      form(
        [
          [60, 700, 'First name:'],
          [260, 700, 'Last name'],
        ],
        [named('a', `/FT /Tx ${BOX(120, 697)}`), named('b', `/FT /Tx ${BOX(310, 697)}`)],
      ),
    );
    expect(labels).toEqual(['First name', 'Last name']);
    expect(report.notices).toContain('form_labels_from_text');
    expect(report.notices).not.toContain('form_fields_need_labels');
    expect(report.conformance.after).toEqual({ score: 100, failures: [] });
    expect(Buffer.from(pdf).includes('pdfuaid:part')).toBe(true);
    // Each is read right after its label.
    expect(roles).toEqual(['Root', 'Document', 'P', 'Form', 'Form']);
    expect(order).toEqual(['text', 'field', 'text', 'field']);
  });

  test('is the text above it where nothing stands left of it', async () => {
    const { labels } = await remediated(
      form(
        [
          [60, 720, 'Some words that open the page'],
          [60, 700, 'Your address'],
        ],
        [named('a', `/FT /Tx ${BOX(60, 680)}`)],
      ),
    );
    expect(labels).toEqual(['Your address']);
  });

  test('is not the text of another field', async () => {
    const { labels, report } = await remediated(
      form(
        [[60, 700, 'Name']],
        [named('a', `/FT /Tx ${BOX(90, 697)}`), named('b2', `/FT /Tx ${BOX(230, 697)}`)],
      ),
    );
    expect(labels).toEqual(['Name', 'B2']);
    expect(report.notices).toContain('form_fields_need_labels');
  });

  test('is right of a check box, over all of its lines, and the box is read before it', async () => {
    const { labels, order } = await remediated(
      form(
        [
          [80, 700, 'I have read the terms and'],
          [80, 688, 'agree with them'],
          [80, 670, 'Send me letters'],
        ],
        [named('a', `${CHECK} ${BOX(60, 698, 10, 10)}`), named('b', `${CHECK} ${BOX(60, 668, 10, 10)}`)],
      ),
    );
    expect(labels).toEqual(['I have read the terms and agree with them', 'Send me letters']);
    expect(order).toEqual(['field', 'text', 'field', 'text']);
  });

  test('of radio buttons: each has its own in the structure, and the group has one', async () => {
    const radio = (x: number, state: string): string =>
      `/Parent 9 0 R ${BOX(x, 678, 10, 10)} /AP <</N <</${state} 6 0 R>>>>`;
    const bytes = form(
      [
        [60, 700, 'How did you come here?'],
        [80, 680, 'By train'],
        [180, 680, 'On foot'],
      ],
      [radio(60, 'train'), radio(160, 'foot')],
      ['<</FT /Btn /Ff 32768 /T (way) /Kids [7 0 R 8 0 R]>>'],
    );
    const { labels, groups, alternatives, report } = await remediated(bytes);
    expect(labels).toEqual([undefined, undefined]);
    expect(groups).toEqual(['How did you come here?', 'How did you come here?']);
    expect(alternatives).toEqual(['By train', 'On foot']);
    expect(report.conformance.after.failures).toEqual([]);
  });

  test('of a push button is what stands on it', async () => {
    const push = '/FT /Btn /Ff 65536';
    const { labels } = await remediated(
      form(
        [
          [60, 720, 'Search'],
          [64, 700, 'Go'],
        ],
        [
          named('a', `${push} ${BOX(60, 695, 40, 20)}`),
          named('b', `${push} /MK <</CA (Reset)>> ${BOX(160, 695, 40, 20)}`),
        ],
      ),
    );
    expect(labels).toEqual(['Go', 'Reset']);
  });

  test('is its own name made readable where no text names it; then no claim is made', async () => {
    const { labels, report, pdf } = await remediated(
      form(
        [[60, 700, 'Some words far above']],
        [named('form1[0].firstName_2[0]', `/FT /Tx ${BOX(60, 300)}`), `/FT /Tx ${BOX(60, 100)}`],
      ),
    );
    expect(labels).toEqual(['First Name 2', 'Form field']);
    expect(report.notices).toContain('form_fields_need_labels');
    expect(report.conformance.after.failures).toEqual([{ rule: '5-1', count: 1 }]);
    expect(Buffer.from(pdf).includes('pdfuaid:part')).toBe(false);
  });

  test('is what the file says, where it says something', async () => {
    const { labels, report } = await remediated(
      form([[60, 700, 'Name']], [named('a', `/TU (Name of the child) /FT /Tx ${BOX(90, 697)}`)]),
    );
    expect(labels).toEqual(['Name of the child']);
    expect(report.notices.filter((notice) => notice.startsWith('form_'))).toEqual([]);
  });
});

test('a field below a heading is read after the heading, not in it', async () => {
  const { roles } = await remediated(
    form(
      [
        [60, 700, 'Reading room'],
        [60, 640, 'These are words that a paragraph is made of and they go on for a while'],
        [60, 628, 'until the end of the next line of it, so that their size is the usual one.'],
      ].map(
        ([x, y, text], index): Line => [
          Number(x),
          Number(y),
          index === 0 ? `) Tj /F1 20 Tf (${text}) Tj /F1 10 Tf (` : String(text),
        ],
      ),
      [named('a', `/FT /Tx ${BOX(60, 680)}`)],
    ),
  );
  expect(roles).toEqual(['Root', 'Document', 'H1', 'Form', 'P']);
});

test('however fields and words lie: every field is in the tree once, and no check of annotations fails', async () => {
  const place = fc.record({ x: fc.integer({ min: -20, max: 560 }), y: fc.integer({ min: -20, max: 820 }) });
  const field = fc.record({
    at: place,
    type: fc.constantFrom(
      '/FT /Tx',
      '/FT /Ch',
      CHECK,
      '/FT /Btn /Ff 32768',
      '/FT /Btn /Ff 65536',
      '/FT /Sig',
      '',
    ),
    size: fc.constantFrom([0, 0], [10, 10], [120, 14], [300, 200]),
    name: fc.constantFrom('', '/T (field)', '/T (a.b[0])', '/T ()', '/T (x) /TU (Known)'),
  });
  const word = fc.record({ at: place, text: fc.constantFrom('Name:', 'a', 'I agree', '.....', '1.', 'Go') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(field, { minLength: 1, maxLength: 6 }),
      fc.array(word, { maxLength: 8 }),
      async (fields, words) => {
        const bytes = form(
          words.map(({ at, text }): Line => [at.x, at.y, text]),
          fields.map(({ at, type, size, name }) => `${name} ${type} ${BOX(at.x, at.y, size[0], size[1])}`),
        );
        const { roles, report, pdf } = await remediated(bytes);
        expect(report.notices).not.toContain('not_tagged');
        expect(roles.filter((role) => role === 'Form')).toHaveLength(fields.length);
        const { failures } = await conformanceOf(pdf);
        expect(failures.filter(({ rule }) => rule.startsWith('7.18'))).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});
