import { fileURLToPath } from 'node:url';
import PDFKit from 'pdfkit';
import { SAMPLE_DATE, type SamplePdf } from './sample.ts';
import { TEXTS } from './texts.ts';

type Options = NonNullable<ConstructorParameters<typeof PDFKit>[0]>;

/** Documents by pdfkit: its own text layout, outlines, tags, columns and encryption. */
export async function pdfkitSamples(): Promise<SamplePdf[]> {
  return [
    await outline(),
    await tagged(),
    await columns(),
    await lists(),
    await linked(),
    await justified(),
    await uncompressed(),
    await fourLanguages(),
    await russian(),
  ];
}

/** Draws with pdfkit and gives the file's bytes. */
export async function drawWithPdfkit(
  options: Options,
  draw: (document: PDFKit.PDFDocument) => void,
): Promise<Uint8Array> {
  const document = new PDFKit({
    size: 'A4',
    ...options,
    info: { Producer: 'pdfkit', Creator: 'sluice samples', ...options.info, CreationDate: SAMPLE_DATE },
  });
  const chunks: Buffer[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', resolve);
    document.on('error', reject);
  });
  draw(document);
  document.end();
  await finished;
  return new Uint8Array(Buffer.concat(chunks));
}

async function outline(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit({ info: { Title: 'Handbook with bookmarks' } }, (document) => {
    for (let chapter = 1; chapter <= 4; chapter++) {
      if (chapter > 1) document.addPage();
      const item = document.outline.addItem(`Chapter ${chapter}`);
      item.addItem('Details');
      document.fontSize(20).font('Helvetica-Bold').text(`Chapter ${chapter}`).moveDown();
      document.fontSize(11).font('Helvetica').text(TEXTS.en[0]).moveDown().text(TEXTS.en[1]);
    }
  });
  return { name: 'handbook.pdf', bytes, pages: 4, expectText: 'Chapter 4' };
}

async function tagged(): Promise<SamplePdf> {
  const options = {
    pdfVersion: '1.7',
    tagged: true,
    lang: 'en-US',
    displayTitle: true,
    info: { Title: 'Already tagged' },
  } as const;
  const bytes = await drawWithPdfkit(options, (document) => {
    const root = document.struct('Document');
    document.addStructure(root);
    root.add(document.struct('H1', {}, () => void document.fontSize(22).text('A tagged heading')));
    root.add(document.struct('P', {}, () => void document.fontSize(11).text(TEXTS.en[0])));
    root.end();
  });
  return { name: 'already tagged.pdf', bytes, pages: 1, expectText: 'A tagged heading' };
}

async function columns(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit({}, (document) => {
    document.fontSize(18).font('Times-Bold').text('Three columns').moveDown();
    const text = [...TEXTS.en, ...TEXTS.en, ...TEXTS.en].join('\n\n');
    document
      .fontSize(9)
      .font('Times-Roman')
      .text(text, { columns: 3, columnGap: 18, align: 'left', height: 300 });
  });
  return { name: 'three columns.pdf', bytes, pages: 1, expectText: 'Three columns' };
}

async function lists(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit({ info: { Title: 'Shopping list' } }, (document) => {
    document.fontSize(18).text('Shopping list').moveDown().fontSize(12);
    document.list(['Apples from the market', 'Bread', ['of rye', 'of wheat'], 'Milk'], { bulletRadius: 2 });
  });
  return { name: 'shopping list.pdf', bytes, pages: 1, expectText: 'Apples from the market' };
}

async function linked(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit({}, (document) => {
    document.fontSize(16).text('Addresses').moveDown().fontSize(11);
    document
      .text('The library ', { continued: true })
      .fillColor('blue')
      .text('writes here', { link: 'https://example.com/', underline: true });
    document.fillColor('black').moveDown().text('Write to us', { link: 'mailto:desk@example.com' });
  });
  return { name: 'addresses.pdf', bytes, pages: 1, expectText: 'Write to us' };
}

async function justified(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit(
    { margins: { top: 90, bottom: 90, left: 140, right: 140 } },
    (document) => {
      document.font('Times-Roman').fontSize(12);
      for (const text of TEXTS.de) document.text(text, { align: 'justify', indent: 18 });
    },
  );
  return { name: 'Blocksatz.pdf', bytes, pages: 1, expectText: 'Der Jahresbericht der Bibliothek' };
}

async function uncompressed(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit({ compress: false, pdfVersion: '1.4' }, (document) => {
    document
      .font('Courier')
      .fontSize(10)
      .text('10 PRINT "HELLO"\n20 GOTO 10')
      .moveDown()
      .font('Helvetica')
      .text(TEXTS.fr[0]);
  });
  return { name: 'code+texte.pdf', bytes, pages: 1, expectText: '10 PRINT "HELLO"' };
}

/** Noto Sans (OFL 1.1) for text that no standard font can show; pdfkit embeds a subset as a composite font. */
const NOTO_SANS = '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf';

async function fourLanguages(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit({}, (document) => {
    document.font(fileURLToPath(import.meta.resolve(NOTO_SANS)));
    document.fontSize(20).text('Four languages').moveDown().fontSize(11);
    for (const text of [...TEXTS.pl, ...TEXTS.cs, ...TEXTS.el, ...TEXTS.ru]) document.text(text).moveDown();
  });
  return { name: 'Čeština & Ελληνικά.pdf', bytes, pages: 1, expectText: 'Výroční zpráva knihovny' };
}

async function russian(): Promise<SamplePdf> {
  const bytes = await drawWithPdfkit({ lang: 'ru', pdfVersion: '1.7' }, (document) => {
    document.font(fileURLToPath(import.meta.resolve(NOTO_SANS))).fontSize(12);
    for (const text of TEXTS.ru) document.text(text).moveDown();
  });
  return { name: 'отчёт.pdf', bytes, pages: 1, expectText: 'Годовой отчёт библиотеки' };
}
