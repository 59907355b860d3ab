import {
  bitmapTex,
  cairo,
  chromium,
  compactTex,
  distill,
  groff,
  libreOffice,
  pdfTex,
  qpdf,
} from './programs.ts';
import { put, scanInBlackAndWhite, scanInColour } from './scanner.ts';
import { wordLike } from './word-like.ts';
import type { Workshop } from './workshop.ts';

type Recipe = (shop: Workshop) => Uint8Array | Promise<Uint8Array>;

/** The file of an earlier recipe, for programs that work on PDFs. */
const made = (shop: Workshop, name: string): string => shop.path(`made/${name}.pdf`);

const page =
  (source: string): Recipe =>
  (shop) =>
    chromium(shop, source);
const office =
  (source: string): Recipe =>
  (shop) =>
    libreOffice(shop, source);
const tex =
  (source: string): Recipe =>
  (shop) =>
    pdfTex(shop, source);
const postScript =
  (source: string): Recipe =>
  (shop) =>
    distill(shop, `ghostscript/${source}`);
const packed =
  (from: string, ...args: string[]): Recipe =>
  (shop) =>
    qpdf(shop, [...args, made(shop, from)]);

/** How each sample is made, in order: later ones are made of earlier ones. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  'chromium-handbook': page('handbook.html'),
  'chromium-two-columns': page('two-columns.html'),
  'chromium-tables': page('tables.html'),
  'chromium-figures': page('figures.html'),
  'chromium-hebrew': page('hebrew.html'),
  'chromium-arabic': page('arabic.html'),
  'chromium-japanese': page('japanese.html'),
  'chromium-chinese': page('chinese.html'),
  'chromium-korean': page('korean.html'),
  'chromium-languages': page('languages.html'),
  'chromium-running': page('running.html'),
  'chromium-newsletter': page('newsletter.html'),
  'chromium-slides': page('slides.html'),
  'chromium-charts': page('charts.html'),
  'chromium-decorated': page('decorated.html'),
  'chromium-listing': page('listing.html'),
  'chromium-tagged': (shop) => chromium(shop, 'tagged.html', true),
  'libreoffice-report': office('report.fodt'),
  'libreoffice-letter': office('letter.fodt'),
  'libreoffice-journal': office('journal.fodt'),
  'libreoffice-form': office('form.html'),
  'libreoffice-register': office('register.fodt'),
  'libreoffice-sheet': office('prices.fods'),
  'libreoffice-drawing': office('drawing.fodt'),
  'libreoffice-listing': office('listing.fodt'),
  'libreoffice-tagged': (shop) => libreOffice(shop, 'tagged.fodt', true),
  'tex-article': tex('article.tex'),
  'tex-two-columns': tex('two-columns.tex'),
  'tex-book': tex('book.tex'),
  'tex-mathematics': tex('mathematics.tex'),
  'tex-letter': tex('letter.tex'),
  'tex-listing': tex('listing.tex'),
  'tex-drawing': (shop) => {
    put(shop, 'tex/flow.pdf', distill(shop, 'ghostscript/flow.ps'));
    return pdfTex(shop, 'drawing.tex');
  },
  'tex-bitmap-fonts': (shop) => bitmapTex(shop, 'bitmap.tex'),
  'tex-compact-fonts': (shop) => compactTex(shop, 'mathematics.tex'),
  'ghostscript-notice': postScript('notice.ps'),
  'ghostscript-type3': postScript('type3.ps'),
  'ghostscript-landscape': postScript('landscape.ps'),
  'ghostscript-pictures': postScript('pictures.ps'),
  'ghostscript-redistilled': (shop) => distill(shop, made(shop, 'chromium-handbook')),
  'groff-manual': (shop) => groff(shop, 'groff/manual.ms'),
  'cairo-article': (shop) => cairo(shop, made(shop, 'tex-article')),
  'cairo-running': (shop) => cairo(shop, made(shop, 'chromium-running')),
  'word-report': (shop) => wordLike(shop, REPORT, 'Observatory of the hill'),
  'word-minutes': (shop) => wordLike(shop, MINUTES, 'Board of the society'),
  'scanner-fax': (shop) => scanInBlackAndWhite(shop, made(shop, 'ghostscript-notice'), 2),
  'scanner-photo': (shop) => scanInColour(shop, made(shop, 'libreoffice-letter'), { recognised: false }),
  'scanner-recognised': (shop) => scanInColour(shop, made(shop, 'libreoffice-letter'), { recognised: true }),
  'mixed-text-and-scan': (shop) =>
    qpdf(shop, ['--empty', '--pages', made(shop, 'word-minutes'), '1', made(shop, 'scanner-fax'), '1', '--']),
  'packed-objects': packed('tex-article', '--object-streams=generate', '--linearize'),
  'turned-pages': packed('chromium-running', '--rotate=90:1', '--rotate=180:2', '--rotate=270:3'),
  'shared-letterhead': (shop) =>
    qpdf(shop, [
      made(shop, 'cairo-running'),
      '--underlay',
      put(shop, 'letterhead.pdf', distill(shop, put(shop, 'letterhead.ps', Buffer.from(LETTERHEAD)))),
      '--from=',
      '--repeat=1',
      '--',
    ]),
  'owner-locked': packed(
    'word-report',
    '--encrypt',
    '',
    'owner',
    '256',
    '--modify=none',
    '--extract=n',
    '--',
  ),
  'owner-locked-128': packed(
    'chromium-figures',
    '--encrypt',
    '',
    'owner',
    '128',
    '--use-aes=y',
    '--modify=none',
    '--',
  ),
  'user-locked': packed('libreoffice-letter', '--encrypt', 'open sesame', 'owner', '256', '--'),
};

/** Drawn under every page as one form. */
const LETTERHEAD = `%!PS-Adobe-3.0
<</PageSize [595 842]>> setpagedevice
/Helvetica findfont 8 scalefont setfont
380 800 moveto (Society of the Observatory, 4 Hill Road) show
showpage
`;

const sentences =
  'The roof of the small dome has been mended, and the stair that leads to it as well. It was found that two of the beams are older than the house, which nobody could explain and everybody liked. The work took nine weeks instead of six, because the slates came from far away and the carrier did not.';

const REPORT = [
  { kind: 'heading', level: 1, text: 'Report on the roof' },
  { kind: 'text', text: sentences },
  { kind: 'heading', level: 2, text: 'What was done' },
  {
    kind: 'bullet',
    text: 'The slates of the north side were taken off, cleaned, and laid again in the order in which they had been found.',
  },
  { kind: 'bullet', text: 'Two gutters are new.' },
  { kind: 'bullet', text: 'The lightning rod has been joined to the ground.' },
  { kind: 'heading', level: 2, text: 'What it has cost' },
  {
    kind: 'table',
    rows: [
      ['Work', 'Planned', 'Paid'],
      ['Slates', '2100', '2340'],
      ['Gutters', '400', '395'],
      ['Carrier', '150', '310'],
    ],
  },
  { kind: 'text', text: 'The difference is paid from the fund for the garden, which has agreed to it.' },
] as const;

const MINUTES = [
  { kind: 'heading', level: 1, text: 'Minutes of the board' },
  ...Array.from({ length: 9 }, (_, index) => [
    { kind: 'heading', level: 2, text: `Item ${'ABCDEFGHI'[index]}` } as const,
    {
      kind: 'text',
      text: `${sentences} It was decided to come back to item ${'ABCDEFGHI'[index]} in the autumn.`,
    } as const,
  ]).flat(),
] as const;
