import { flow, helvetica, newDocument, times } from './flow.ts';
import type { SamplePdf } from './sample.ts';
import { bullet, h1, h2, h3, number, p, type SampleLanguage, TEXTS } from './texts.ts';

/** Running text by @cantoo/pdf-lib: letters, reports, lists, and one document for each language. */
export async function flowingSamples(): Promise<SamplePdf[]> {
  return [
    await letter(),
    await report(),
    await bulletList(),
    await numberedList(),
    await contract(),
    await slides(),
    await longDocument(),
    await hostileText(),
    ...(await Promise.all(LATIN.map((language) => standardFontDocument(language)))),
  ];
}

async function letter(): Promise<SamplePdf> {
  const document = await newDocument();
  flow(document, await times(document), [
    p('Dear reader,'),
    ...TEXTS.en.map(p),
    p('With kind regards, the library'),
  ]);
  return { name: 'letter.pdf', bytes: await document.save(), pages: 1, expectText: 'Dear reader,' };
}

async function report(): Promise<SamplePdf> {
  const document = await newDocument();
  document.setTitle('Annual report of the town library');
  const chapters = Array.from({ length: 8 }, (_, index) => [
    h2(`${index + 1} Chapter about topic ${index + 1}`),
    p(TEXTS.en[0]),
    h3('Figures'),
    p(TEXTS.en[1]),
    p(TEXTS.en[2]),
    p(TEXTS.en[0]),
  ]).flat();
  flow(document, await helvetica(document), [h1('Annual report'), ...chapters]);
  const bytes = await document.save({ useObjectStreams: false });
  return {
    name: 'annual report 2025.pdf',
    bytes,
    pages: document.getPageCount(),
    expectText: '8 Chapter about topic 8',
  };
}

async function bulletList(): Promise<SamplePdf> {
  const document = await newDocument();
  const items = ['Bring the signed form', 'Show your card at the desk', 'Return the books within four weeks'];
  flow(document, await helvetica(document), [
    h1('What to bring'),
    p(TEXTS.en[0]),
    ...items.map(bullet),
    p(TEXTS.en[1]),
  ]);
  return {
    name: 'checklist.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'Show your card at the desk',
  };
}

async function numberedList(): Promise<SamplePdf> {
  const document = await newDocument();
  const steps = ['Open the valve', 'Wait until the light is green', 'Press the button', 'Close the valve'];
  const items = steps.map((step, index) => number(index + 1, step));
  flow(document, await times(document), [h1('Starting the machine'), p(TEXTS.en[2]), ...items]);
  return {
    name: 'instructions (v2).pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: 'Wait until the light is green',
  };
}

async function contract(): Promise<SamplePdf> {
  const document = await newDocument();
  document.setTitle('Microsoft Word - contract_final_v7.doc');
  const clauses = Array.from({ length: 12 }, (_, index) => [
    h2(`§ ${index + 1} Clause`),
    p(`${index + 1}.1 ${TEXTS.en[1]}`),
    p(`${index + 1}.2 ${TEXTS.en[2]}`),
  ]).flat();
  flow(document, await times(document), [h1('Service agreement'), ...clauses]);
  return {
    name: 'contract_final_v7.pdf',
    bytes: await document.save(),
    pages: document.getPageCount(),
    expectText: 'Service agreement',
  };
}

async function slides(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await helvetica(document);
  for (let slide = 1; slide <= 5; slide++)
    flow(
      document,
      fonts,
      [h1(`Slide ${slide}: what we learned`), bullet('First point'), bullet('Second point')],
      { size: [960, 540] },
    );
  return {
    name: 'slides.pdf',
    bytes: await document.save(),
    pages: 5,
    expectText: 'Slide 5: what we learned',
  };
}

async function longDocument(): Promise<SamplePdf> {
  const document = await newDocument();
  const fonts = await times(document);
  for (let page = 1; page <= 60; page++) flow(document, fonts, [h2(`Record ${page}`), ...TEXTS.en.map(p)]);
  return { name: 'records 1-60.pdf', bytes: await document.save(), pages: 60, expectText: 'Record 60' };
}

async function hostileText(): Promise<SamplePdf> {
  const document = await newDocument();
  document.setTitle('</title><script>alert(1)</script>');
  const text = '<script>alert("x")</script> & <img src=x onerror=alert(1)> \' " </section></main>';
  flow(document, await helvetica(document), [h1('<b>Bold?</b>'), p(text), p(TEXTS.en[0])]);
  return {
    name: 'markup & quotes.pdf',
    bytes: await document.save(),
    pages: 1,
    expectText: '<script>alert("x")</script>',
  };
}

const LATIN = ['de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'fi'] as const satisfies readonly SampleLanguage[];

async function standardFontDocument(language: (typeof LATIN)[number]): Promise<SamplePdf> {
  const document = await newDocument();
  flow(document, await helvetica(document), TEXTS[language].map(p));
  const [first] = TEXTS[language];
  return {
    name: `bericht-${language}.pdf`,
    bytes: await document.save(),
    pages: 1,
    expectText: first.slice(0, 40),
  };
}
