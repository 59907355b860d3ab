import { degrees, PDFArray, PDFHexString, PDFName, PDFString, rgb } from '@cantoo/pdf-lib';
import { flow, helvetica, newDocument, times, wrap } from './flow.ts';
import { png } from './png.ts';
import { type SamplePdf, seededRandom } from './sample.ts';
import { h1, h2, p, TEXTS } from './texts.ts';

/** Layouts and features by @cantoo/pdf-lib: columns, tables, forms, pictures, rotation, attachments. */
export async function layoutSamples(): Promise<SamplePdf[]> {
  return [
    await newsletter(),
    await invoice(),
    await links(),
    await form(),
    await picture(),
    await rotated(),
    await pageLabels(),
    await attachment(),
    await large(),
    await scanned(),
    await mixedSizes(),
    await watermark(),
    await emptyPage(),
  ];
}

async function newsletter(): Promise<SamplePdf> {
  const document = await newDocument();
  document.setTitle('Newsletter');
  document.setLanguage('en-GB');
  const fonts = await times(document);
  const [page] = flow(document, fonts, [h1('News from the reading room')]);
  if (!page) throw new Error('flow() always makes a page');
  const columns = [64, 310].map((x) => ({ x, width: 220 }));
  for (const [index, column] of columns.entries()) {
    let y = 720;
    for (const text of [`Column ${index + 1} starts here.`, ...TEXTS.en]) {
      for (const line of wrap(text, fonts.regular, 10, column.width)) {
        page.drawText(line, { x: column.x, y, size: 10, font: fonts.regular });
        y -= 13;
      }
      y -= 8;
    }
  }
  return {
    name: 'newsletter.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'Column 2 starts here.',
  };
}

async function invoice(): Promise<SamplePdf> {
  const document = await newDocument();
  const { regular, bold } = await helvetica(document);
  const page = document.addPage([595, 842]);
  page.drawText('Invoice 2026-0042', { x: 64, y: 760, size: 20, font: bold });
  const rows = [
    ['Item', 'Quantity', 'Price'],
    ...Array.from({ length: 9 }, (_, index) => [
      `Article ${index + 1}`,
      `${index + 2}`,
      `${(index + 1) * 12.5} EUR`,
    ]),
  ];
  for (const [index, row] of rows.entries()) {
    const y = 700 - index * 24;
    for (const [column, text] of row.entries())
      page.drawText(text, { x: 70 + column * 160, y: y + 7, size: 11, font: index === 0 ? bold : regular });
    page.drawLine({ start: { x: 64, y }, end: { x: 531, y }, thickness: 0.5, color: rgb(0.4, 0.4, 0.4) });
  }
  return { name: 'invoice#2026-0042.pdf', bytes: await document.save(), pages: 1, expectText: 'Article 9' };
}

async function links(): Promise<SamplePdf> {
  const document = await newDocument();
  const [page] = flow(document, await helvetica(document), [
    h1('Where to read more'),
    p('Our house is at example.org and answers letters.'),
    p('This one must never work.'),
  ]);
  if (!page) throw new Error('flow() always makes a page');
  const link = (uri: string, rect: number[]) =>
    document.context.register(
      document.context.obj({
        Type: 'Annot',
        Subtype: 'Link',
        Rect: rect,
        Border: [0, 0, 0],
        A: { Type: 'Action', S: 'URI', URI: PDFString.of(uri) },
      }),
    );
  page.node.set(
    PDFName.of('Annots'),
    document.context.obj([
      link('https://example.org/catalogue?a=1&b=2', [145, 720, 215, 735]),
      link('javascript:alert\\(1\\)', [64, 690, 200, 712]),
    ]),
  );
  return {
    name: 'links.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'Our house is at example.org',
  };
}

async function form(): Promise<SamplePdf> {
  const document = await newDocument();
  document.setTitle('Registration form');
  const { regular } = await helvetica(document);
  const page = document.addPage([595, 842]);
  const fields = document.getForm();
  for (const [index, label] of ['Family name', 'Given name', 'Street', 'Town'].entries()) {
    page.drawText(label, { x: 64, y: 740 - index * 40, size: 11, font: regular });
    fields
      .createTextField(`field_${index}`)
      .addToPage(page, { x: 180, y: 732 - index * 40, width: 240, height: 22, font: regular });
  }
  page.drawText('I agree to the rules of the house', { x: 90, y: 560, size: 11, font: regular });
  fields.createCheckBox('agree').addToPage(page, { x: 64, y: 556, width: 16, height: 16 });
  return {
    name: 'form.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'I agree to the rules of the house',
  };
}

async function picture(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await helvetica(document);
  const [page] = flow(document, fonts, [h1('A gradient'), p(TEXTS.en[0])]);
  const image = await document.embedPng(png(200, 120, (x, y) => [x, y * 2, 160]));
  page?.drawImage(image, { x: 64, y: 400, width: 300, height: 180 });
  page?.drawText('Figure 1: a gradient from blue to red', { x: 64, y: 380, size: 10, font: fonts.regular });
  return {
    name: 'picture.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'Figure 1: a gradient from blue to red',
  };
}

async function rotated(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await helvetica(document);
  for (const angle of [0, 90, 180, 270]) {
    const pages = flow(document, fonts, [h2(`Turned by ${angle} degrees`), p(TEXTS.en[0])]);
    for (const page of pages) page.setRotation(degrees(angle));
  }
  return {
    name: 'rotated pages.pdf',
    bytes: await document.save({ useObjectStreams: false }),
    pages: 4,
    expectText: 'Turned by 270 degrees',
  };
}

async function pageLabels(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await times(document);
  for (let page = 1; page <= 4; page++)
    flow(document, fonts, [h1(page < 3 ? 'Preface' : 'Main part'), p(TEXTS.en[1])]);
  const labels = document.context.obj({
    Nums: [0, { S: 'r' }, 2, { S: 'D', St: 1, P: PDFHexString.fromText('A-') }],
  });
  document.catalog.set(PDFName.of('PageLabels'), document.context.register(labels));
  return { name: 'page labels.pdf', bytes: await document.save(), pages: 4, expectText: 'Main part' };
}

async function attachment(): Promise<SamplePdf> {
  const document = await newDocument();
  flow(document, await helvetica(document), [h1('Figures attached'), p(TEXTS.en[2])]);
  const csv = new TextEncoder().encode('year,visitors\n2024,81000\n2025,93500\n');
  await document.attach(csv, 'visitors.csv', { mimeType: 'text/csv', description: 'Visitors by year' });
  return {
    name: 'with attachment.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'Figures attached',
  };
}

async function large(): Promise<SamplePdf> {
  const document = await newDocument();
  const random = seededRandom(42);
  const noise = png(800, 800, () => [random() * 256, random() * 256, random() * 256]);
  const image = await document.embedPng(noise);
  const [page] = flow(document, await helvetica(document), [
    h1('A photograph in full resolution'),
    p(TEXTS.en[0]),
  ]);
  page?.drawImage(image, { x: 64, y: 120, width: 460, height: 460 });
  return {
    name: 'large photograph.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'A photograph in full resolution',
  };
}

async function scanned(): Promise<SamplePdf> {
  const document = await newDocument();
  // Bars as they would be left by a scanner's view of lines of text.
  const image = await document.embedPng(
    png(298, 421, (x, y) => (y % 12 < 5 && x > 30 && x < 268 ? [90, 90, 90] : [250, 248, 240])),
  );
  for (let page = 0; page < 3; page++)
    document.addPage([595, 842]).drawImage(image, { x: 0, y: 0, width: 595, height: 842 });
  return { name: 'scan0001.pdf', bytes: await document.save(), pages: 3, expectText: '' };
}

async function mixedSizes(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await times(document);
  const sizes: [number, number][] = [
    [595, 842],
    [842, 595],
    [420, 595],
    [300, 300],
  ];
  for (const size of sizes)
    flow(document, fonts, [h1(`${size[0]} by ${size[1]}`), p('A page of this size.')], { size });
  return { name: 'mixed sizes.pdf', bytes: await document.save(), pages: 4, expectText: '300 by 300' };
}

async function watermark(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await helvetica(document);
  const pages = flow(document, fonts, [h1('Not yet final'), ...TEXTS.en.map(p)]);
  for (const page of pages)
    page.drawText('DRAFT', {
      x: 160,
      y: 260,
      size: 120,
      font: fonts.bold,
      color: rgb(0.9, 0.9, 0.9),
      rotate: degrees(45),
    });
  return { name: 'draft.pdf', bytes: await document.save(), pages: 1, expectText: 'Not yet final' };
}

async function emptyPage(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await helvetica(document);
  flow(document, fonts, [h1('Before the empty page')]);
  document.addPage([595, 842]).node.set(PDFName.of('Contents'), PDFArray.withContext(document.context));
  flow(document, fonts, [h1('Behind the empty page')]);
  return {
    name: 'empty page inside.pdf',
    bytes: await document.save(),
    pages: 3,
    expectText: 'Behind the empty page',
  };
}
