import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, test } from 'vitest';
import { remediatePdf } from '../../src/index.ts';
import { readTags, type TagNode } from '../support/tag-reader.ts';

/** A page of these contents, with a form XObject `X` if there is one; `I` is a picture. */
async function processed(contents: readonly string[], form?: string) {
  const pages = contents.map((_, index) => 5 + index * 2);
  const bold = 5 + contents.length * 2;
  const objects = [
    '<</Type /Catalog /Pages 2 0 R>>',
    `<</Type /Pages /Kids [${pages.map((page) => `${page} 0 R`).join(' ')}] /Count ${pages.length}>>`,
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    rawStream(form ?? '', {
      dict: '/Type /XObject /Subtype /Form /BBox [0 0 200 100] /Resources <</Font <</F1 3 0 R>>>>',
    }),
    ...contents.flatMap((content, index) => [
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources <</Font <</F1 3 0 R /F2 ${bold} 0 R>> /XObject <</X 4 0 R /I ${bold + 1} 0 R>>>> /Contents ${6 + index * 2} 0 R>>`,
      rawStream(content),
    ]),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding>>',
    rawStream('x', {
      dict: '/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8',
    }),
  ];
  const result = await remediatePdf(rawPdf(objects), { language: 'en', fallbackTitle: 'x.pdf' });
  const { roots, pages: read } = await readTags(result.pdf);
  return { ...result, figures: figuresOf(roots), tagged: read.map(({ text }) => text).join(' ') };
}

function figuresOf(nodes: readonly TagNode[]): TagNode[] {
  return nodes.flatMap((node) => [...(node.role === 'Figure' ? [node] : []), ...figuresOf(node.children)]);
}

const say = (x: number, y: number, text: string, size = 11, font = 'F1'): string =>
  `BT /${font} ${size} Tf ${x} ${y} Td (${text}) Tj ET\n`;
const paragraph = (y: number, x = 72): string =>
  [0, 1, 2, 3]
    .map((line) =>
      say(x, y - line * 14, 'A line of running text which says nothing about what is drawn on the page.'),
    )
    .join('');
/** A line chart of 200 by 100 points, its axes and their numbers. */
const chart = `100 500 m 100 600 l S 100 500 m 300 500 l S
100 510 m 140 540 l 180 530 l 220 560 l 260 580 l 300 590 l S
100 505 m 140 512 l 180 520 l 220 515 l 260 530 l 300 525 l S
100 520 m 140 550 l 180 580 l 220 590 l 260 550 l 300 520 l S
${say(92, 497, '0', 8)}${say(88, 592, '50', 8)}${say(96, 488, 'May', 8)}${say(290, 488, 'June', 8)}`;
const waves = `100 520 m 140 560 180 480 220 560 c S 100 540 m 140 580 180 500 220 580 c S 100 560 m 140 600 180 520 220 600 c S\n`;

test('a drawing with a caption is a figure that is described by it, and its words stay in it', async () => {
  const { figures, html, report, tagged } = await processed([
    `${paragraph(760)}${chart}${say(100, 465, 'Figure 1: Growth of the lawn')}${paragraph(430)}`,
  ]);
  expect(figures).toHaveLength(1);
  expect(figures[0]?.alt).toBe('Figure 1: Growth of the lawn');
  expect(report.notices).not.toContain('images_need_description');
  expect(tagged).toMatch(/0.*May.*June/);
  expect(html).toMatch(/<p>Written in it: 50 0 May June<\/p><figcaption>Figure 1: Growth of the lawn/);
});

test('a drawing without caption is a figure that a person has to describe', async () => {
  const { figures, report, html } = await processed([`${paragraph(760)}${chart}${paragraph(430)}`]);
  expect(figures).toHaveLength(1);
  expect(figures[0]?.alt).toBeUndefined();
  expect(report.notices).toContain('images_need_description');
  expect(html).toContain('it has no description yet');
});

test('a form that is put into the page as a drawing is one, with all the words in it', async () => {
  const form = `0 40 m 50 80 l 100 45 l 150 95 l 200 45 l S 0 50 m 90 90 l S 10 45 m 190 60 l S ${say(90, 4, 'far below', 8)}`;
  const { figures, html } = await processed(
    [`${paragraph(760)}q 1 0 0 1 100 500 cm /X Do Q ${say(100, 465, 'Figure 1: A form')}${paragraph(430)}`],
    form,
  );
  expect(figures).toHaveLength(1);
  expect(html).toContain('Written in it: far below');
});

test('bars on one line are a drawing, and so are boxes that arrows link, whose lines cross like those of a table', async () => {
  const bars = `90 500 m 260 500 l S ${[30, 70, 55, 90].map((height, index) => `${100 + index * 40} 500 25 ${height} re f`).join(' ')}`;
  expect((await processed([`${paragraph(760)}${bars}${paragraph(430)}`])).figures).toHaveLength(1);
  const nodes = [0, 1, 2, 3].map(
    (at) => `${80 + at * 90} 520 60 40 re S ${say(85 + at * 90, 536, `Step ${at}`, 9)}`,
  );
  const arrows = [0, 1, 2].map(
    (at) =>
      `${140 + at * 90} 540 m ${170 + at * 90} 540 l S ${170 + at * 90} 540 m ${164 + at * 90} 543 l ${164 + at * 90} 537 l h f`,
  );
  const below = `80 440 60 40 re S ${say(85, 456, 'Step 4', 9)} 110 520 m 110 480 l S 110 480 m 113 486 l 107 486 l h f`;
  const { figures, html } = await processed([
    `${paragraph(760)}${[...nodes, ...arrows].join('\n')} ${below} ${paragraph(400)}`,
  ]);
  expect(figures).toHaveLength(1);
  expect(html).not.toContain('<table');
  expect(html).not.toContain('<li');
});

test('boxes that stand apart below a caption are a drawing and no table, without arrows as well', async () => {
  const plan = [0, 1, 2]
    .flatMap((row) =>
      [0, 1, 2].map((column) => [80 + column * 110, 500 + row * 50, `Room ${row}${column}`] as const),
    )
    .map(([x, y, name]) => `${x} ${y} 100 40 re S ${say(x + 5, y + 16, name, 9)}`)
    .join('')
    .concat(
      [0, 1, 2].map((row) => `80 ${540 + row * 50} m 400 ${540 + row * 50} l S `).join(''),
      '80 500 m 80 640 l S ',
    );
  const { figures, html } = await processed([
    `${paragraph(760)}${say(80, 660, 'Diagram 1: The rooms of the house')}${plan}${paragraph(430)}`,
  ]);
  expect(figures.map(({ alt }) => alt)).toEqual(['Diagram 1: The rooms of the house']);
  expect(html).not.toContain('<table');
});

test.each(['Figuur 1. De toren', 'Rys. 2: Ogr\\363d', 'Obr. 3: Zahrada', 'Fig. 4a'])(
  '%s is a caption',
  async (caption) => {
    const { figures } = await processed([
      `${paragraph(760)}${chart}${say(100, 465, caption)}${paragraph(430)}`,
    ]);
    expect(figures[0]?.alt).toBeDefined();
  },
);

test('two drawings beside each other with one caption are one figure', async () => {
  const second = `q 1 0 0 1 240 0 cm ${chart} Q\n`;
  const { figures } = await processed([
    `${paragraph(760)}${chart}${second}${say(100, 465, 'Figure 1: Growth of both lawns')}${paragraph(430)}`,
  ]);
  expect(figures.map(({ alt }) => alt)).toEqual(['Figure 1: Growth of both lawns']);
});

const RULED = [0, 1, 2, 3, 4, 5]
  .map((row) => `72 ${520 + row * 20} m 372 ${520 + row * 20} l S`)
  .concat([0, 1, 2, 3].map((column) => `${72 + column * 100} 520 m ${72 + column * 100} 620 l S`))
  .join('\n');
const CELLS = [0, 1, 2, 3, 4]
  .flatMap((row) =>
    [0, 1, 2].map(
      (column) =>
        say(80 + column * 100, 526 + row * 20, `Cell ${row}${column}`) +
        `${150 + column * 100} ${526 + row * 20} m ${154 + column * 100} ${522 + row * 20} l ${160 + column * 100} ${534 + row * 20} l S\n`,
    ),
  )
  .join('');

test.each([
  [
    'a frame around a paragraph, with round corners and a sign',
    `60 690 m 60 780 l 60 785 65 790 70 790 c 500 790 l 505 790 510 785 510 780 c 510 690 l S 80 700 m 100 740 l 120 700 l h S ${paragraph(760, 130)}`,
  ],
  ['a table with a sign in each cell', `${RULED}\n${CELLS}`],
  [
    'rules below and above text',
    `72 700 m 500 700 l S ${say(72, 690, 'Between rules')} 72 680 m 500 680 l S`,
  ],
  [
    'a frame and a sentence that begins like a caption',
    `72 500 200 100 re S 80 510 180 80 re S 90 520 160 60 re S ${say(72, 480, 'Figure 3 shows what nobody has seen')}`,
  ],
  [
    'curves that run off the page',
    `0 0 m 200 160 400 20 595 120 c 595 0 l h f 0 0 m 200 90 400 120 595 60 c 595 0 l h f 0 0 m 100 60 400 30 595 90 c 595 0 l h f`,
  ],
  [
    'an ornament',
    [150, 210, 270, 330, 390]
      .map((x) => `${x} 600 m ${x + 20} 675 ${x + 40} 525 ${x + 60} 600 c S`)
      .join(' '),
  ],
  [
    'a frame of curves around running text',
    `60 600 m 60 700 l 300 720 300 680 540 700 c S 540 700 m 520 660 560 640 540 600 c S 540 600 m 300 580 300 620 60 600 c S 60 600 m 40 640 80 660 60 700 c S ${paragraph(670)}`,
  ],
  [
    'a frame of words with a caption',
    `72 500 110 90 re S 74 502 106 86 re S 76 504 102 82 re S ${[0, 1, 2, 3, 4, 5].map((line) => say(80, 575 - line * 13, 'if a then do b')).join('')}${say(72, 480, 'Figure 1: A program')}`,
  ],
  ['curves behind running text', waves + paragraph(580)],
  ['what a clip hides', `q 10 10 1 1 re W n ${waves} Q`],
])('%s: no figure', async (_, content) => {
  const { figures, report } = await processed([`${paragraph(300)}${content}`]);
  expect(figures).toEqual([]);
  expect(report.notices).not.toContain('images_need_description');
});

test('drawings beside each other with a caption each are as many', async () => {
  const second = `q 1 0 0 1 240 0 cm ${chart} Q\n`;
  const captions = say(100, 465, 'Figure 1: The lawn') + say(340, 465, 'Figure 2: The hedge');
  const { figures } = await processed([`${paragraph(760)}${chart}${second}${captions}${paragraph(430)}`]);
  expect(figures).toHaveLength(2);
});

test('a table with a sign in each cell stays a table', async () => {
  const { html } = await processed([`${paragraph(760)}${RULED}\n${CELLS}`]);
  expect(html.match(/<td>Cell/g)).toHaveLength(15);
});

test('what stands apart in a frame and fills it is one drawing', async () => {
  const bars = [60, 150, 90, 120, 160].map((height, at) => `${90 + at * 50} 450 25 ${height} re f`).join(' ');
  const frame = `72 440 290 180 re S ${say(200, 607, 'May to July', 8)}${say(300, 607, 'cm', 8)}`;
  const { figures, html } = await processed([`${paragraph(760)}${frame}${bars}${paragraph(400)}`]);
  expect(figures).toHaveLength(1);
  expect(html).toContain('Written in it: May to July cm');
});

test('a drawing in a frame with words as large as those of the text is one without them', async () => {
  const words = ['The lawn has grown', 'It was cut in May', 'Nobody was there', 'It rained in June'];
  const frame = `72 440 450 200 re S ${words.map((text, index) => say(340, 620 - index * 40, text)).join('')}`;
  const { figures, html } = await processed([`${paragraph(760)}${frame}${chart}${paragraph(400)}`]);
  expect(figures).toHaveLength(1);
  expect(html).toMatch(/Written in it: 50 0 May June</);
});

test('what is drawn at the same place of most pages is decoration', async () => {
  const page = `${paragraph(760)}${waves}${paragraph(430)}`;
  expect((await processed([page])).figures).toHaveLength(1);
  expect((await processed([page, page, page])).figures).toEqual([]);
});

const PICTURE = `q 200 0 0 120 72 600 cm /I Do Q ${say(72, 584, 'Figure 1: Our office in spring', 9)}`;
const STRIPES = [0, 1, 2, 3, 4]
  .map(
    (row) =>
      `q 0.9 g 72 ${534 - row * 20} 400 20 re f Q ${say(76, 540 - row * 20, `Town ${row}`)}${say(220, 540 - row * 20, `${row * 7} people`)}${say(360, 540 - row * 20, `${row * 3} EUR`)}`,
  )
  .join('');
const NOTE = `q 0.9 g 72 480 400 80 re f Q q 0.2 g 72 480 4 80 re f Q 72 560 m 472 560 l S
${say(84, 540, 'Before you begin', 12, 'F2')}${say(84, 520, '1. Close all of the windows')}${say(84, 504, '2. Call the janitor at 0123 456 789')}`;

test.each([
  ['rows of a table', STRIPES],
  ['a note', NOTE],
])('the caption of a picture above makes no figure of the areas behind %s', async (_, areas) => {
  const { figures, report } = await processed([`${paragraph(800)}${PICTURE}${areas}${paragraph(400)}`]);
  expect(figures.map(({ alt }) => alt)).toEqual(['Figure 1: Our office in spring']);
  expect(report.notices).not.toContain('images_need_description');
});

test.each(['above', 'below'])(
  'drawings with captions as near to the next one have one each: %s',
  async (side) => {
    const plan = (y: number): string =>
      [0, 1, 2]
        .map((at) => `${80 + at * 110} ${y} 100 80 re S ${say(85 + at * 110, y + 36, `Room ${at}`, 8)}`)
        .join('') + `80 ${y + 80} m 400 ${y + 80} l S\n`;
    const shift = side === 'above' ? 90 : -20;
    const { figures } = await processed([
      `${paragraph(800)}${[0, 1, 2].map((at) => plan(580 - at * 120) + say(80, 580 - at * 120 + shift, `Figure ${at + 1}: Floor ${at}`)).join('')}${paragraph(250)}`,
    ]);
    expect(figures.map(({ alt }) => alt)).toEqual([
      'Figure 1: Floor 0',
      'Figure 2: Floor 1',
      'Figure 3: Floor 2',
    ]);
  },
);

/** A line of curves from one place to another, across or up the page. */
function wavy(from: readonly [number, number], to: readonly [number, number]): string {
  const steps = 20;
  const at = (step: number, end: 0 | 1): number => from[end] + ((to[end] - from[end]) * step) / steps;
  const isUpright = from[0] === to[0];
  return Array.from({ length: steps }, (_, step) => {
    const aside = step % 2 ? 12 : -12;
    const pull = (end: number): string =>
      `${at(end, 0) + (isUpright ? aside : 0)} ${at(end, 1) + (isUpright ? 0 : aside)}`;
    return `${pull(step)} ${pull(step + 1)} ${at(step + 1, 0)} ${at(step + 1, 1)} c`;
  }).join(' ');
}
const CERTIFICATE = `60 80 m ${wavy([60, 80], [535, 80])} ${wavy([535, 80], [535, 760])} ${wavy([535, 760], [60, 760])} ${wavy([60, 760], [60, 80])} S
${say(150, 650, 'Certificate of Achievement', 24, 'F2')}${say(200, 580, 'This is to certify that', 12)}${say(200, 550, 'Ada Lovelace', 20)}${say(150, 510, 'has completed the course on engines', 12)}${say(150, 430, '1. To count', 12)}${say(150, 410, '2. To divide', 12)}`;
const WATERMARK = [0, 1, 2, 3, 4]
  .map((at) => {
    const [x, y] = [100 + at * 80, 200 + at * 80];
    const curves = Array.from(
      { length: 12 },
      (_, k) =>
        `${x + 10 + k * 5} ${y + 20 + k * 6} ${x + 20 + k * 4} ${y - 10 + k * 9} ${x + 5 + k * 7} ${y + 5 + k * 7} c`,
    );
    return `${x} ${y} m ${curves.join(' ')} f`;
  })
  .join('\n');
const INVOICE = `${WATERMARK}
${say(72, 760, 'Invoice 2026-114', 18, 'F2')}${say(72, 630, 'A difference engine, with handle')}${say(420, 630, '1,200.00')}${say(72, 560, 'Delivery to the castle by cart')}${say(420, 560, '80.00')}${say(72, 480, 'How to pay', 14, 'F2')}${say(72, 450, 'Please pay within 30 days to IBAN DE00 1234.')}${say(72, 380, 'Questions: call 0123 456 789')}${say(72, 240, 'With kind regards')}`;
const prices = (rows: readonly string[], isStriped: (row: number) => boolean): string =>
  rows
    .map((name, row) => {
      const y = 660 - row * 24;
      const checks = [255, 355, 455]
        .map((x) => `${x} ${y + 3} m ${x + 3} ${y} l ${x + 9} ${y + 8} l S\n`)
        .join('');
      return `${isStriped(row) ? `q 0.9 g 66 ${y - 8} 463 24 re f Q\n` : ''}${say(72, y, name)}${checks}`;
    })
    .join('')
    .concat(paragraph(420));
const NAMES = ['Mail', 'SSO', 'API', 'Chat', 'Logs', 'Keys', 'Help', 'Tax'];

test.each([
  ['a certificate in a frame of curves', CERTIFICATE],
  ['a watermark below an invoice', INVOICE],
  [
    'signs in the striped rows of a table',
    prices(
      NAMES.map((name) => `${name} for all of your people`),
      () => true,
    ),
  ],
  ['signs in striped rows of few words', prices(NAMES, () => true)],
  ['signs in rows of which every other has an area', prices(NAMES, (row) => row % 2 === 0)],
  ['signs in striped rows below a line', `66 684 m 529 684 l S\n${prices(NAMES, (row) => row % 2 === 0)}`],
])('%s: no figure without a caption', async (_, content) => {
  const { figures } = await processed([content]);
  expect(figures).toEqual([]);
});

test('a form may bring along words as large as those of the text, if it is no form of the page', async () => {
  const lines = '0 40 m 50 80 l 100 45 l 150 95 l 200 45 l S 0 50 m 90 90 l S 10 45 m 190 60 l S';
  const words = ['what the garden costs', 'what the house costs', 'what is left of it all'];
  const form = `${lines} ${words.map((text, at) => say(40, 4 + at * 30, text)).join('')}`;
  const { html } = await processed([`${paragraph(760)}q 1 0 0 1 100 500 cm /X Do Q ${paragraph(430)}`], form);
  expect(html).toContain('Written in it: what is left of it all');
});

test('a logo on each page is decoration whatever stands beside it', async () => {
  const petals = Array.from({ length: 14 }, (_, at) => {
    const turn = ((at + 1) / 14) * Math.PI * 2;
    const [x, y] = [50 * Math.sin(turn), -50 * Math.cos(turn)];
    return `${122 + x * 1.1} ${750 + y} ${122 + x * 0.9} ${750 + y * 0.9} ${122 + x} ${750 + y} c`;
  });
  const logo = `122 700 m ${petals.join(' ')} f\n`;
  const titles = ['Costs of water', 'What is planned for the summer', 'Who to ask', 'Dates'];
  const { figures, html } = await processed(
    titles.map((title) => `${logo}${say(176, 745, title)}${paragraph(660)}${paragraph(560)}`),
  );
  expect(figures).toEqual([]);
  for (const title of titles) expect(html).toContain(`>${title}<`);
});

test('a page of too many large boxes has no frames around drawings', async () => {
  const words = ['The lawn has grown', 'It was cut in May', 'Nobody was there', 'It rained in June'];
  const page = (frames: number): string => `${'72 440 450 200 re S '.repeat(frames)}${chart}
${words.map((text, index) => say(340, 620 - index * 40, text)).join('')}${paragraph(760)}${paragraph(400)}`;
  const [few, many] = await Promise.all([processed([page(50)]), processed([page(51)])]);
  expect([few.figures.length, many.figures.length]).toEqual([1, 0]);
});
