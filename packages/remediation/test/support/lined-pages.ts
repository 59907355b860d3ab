import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { type RemediationReport, remediatePdf } from '../../src/index.ts';
import { writtenIn } from './output-streams.ts';

/** Size in points, words, where they stand, and whether they are in bold. */
export interface Line {
  readonly size: number;
  readonly text: string;
  /** The left edge (points), or in the middle, or up to the right edge of the text. */
  readonly at: number | 'middle' | 'right';
  readonly bold: boolean;
  /** A page number at the right edge, behind dots. */
  readonly page?: number;
}

const [LEFT, RIGHT, TOP] = [60, 540, 780];
const LETTER_EM = 0.6;

export function line(size: number, text: string, at: Line['at'] = LEFT, bold = false): Line {
  return { size, text, at, bold };
}

const WORDS = [
  'Nobody who has lived in such a house for long forgets where its windows are, and',
  'what one sees from them in spring, when there are neither leaves nor any snow on',
  'them, but for the few that a late frost may bring.',
];
/** A paragraph. */
export const BODY = WORDS.map((text) => line(10, text));
/** An entry of a table of contents. */
export const listed = (text: string, page: number, at = LEFT): Line => ({ ...line(10, text, at), page });
function draw({ size, text, at, bold, page }: Line, y: number): string {
  const width = text.length * size * LETTER_EM;
  const x = at === 'middle' ? (LEFT + RIGHT - width) / 2 : at === 'right' ? RIGHT - width : at;
  const show = (words: string, from: number): string =>
    `BT /${bold ? 'F2' : 'F1'} ${size} Tf 1 0 0 1 ${from} ${y} Tm (${words}) Tj ET`;
  if (page === undefined) return show(text, x);
  const number = RIGHT - String(page).length * size * LETTER_EM;
  return [show(text, x), show('.'.repeat(20), number - 130), show(String(page), number)].join(' ');
}

/** Lines of each page, one below the other with room around what is no paragraph. */
function printed(pages: readonly (readonly Line[])[], outline: readonly string[] = []): Uint8Array {
  const first = 5;
  const kids = pages.map((_, at) => `${first + at * 2} 0 R`).join(' ');
  const behind = first + pages.length * 2;
  return rawPdf([
    `<</Type /Catalog /Pages 2 0 R ${outline.length > 0 ? `/Outlines ${behind} 0 R` : ''}>>`,
    `<</Type /Pages /Kids [${kids}] /Count ${pages.length} /MediaBox [0 0 600 842] /Resources <</Font <</F1 3 0 R /F2 4 0 R>>>>>>`,
    '<</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>',
    '<</Type /Font /Subtype /Type1 /BaseFont /Courier-Bold /Encoding /WinAnsiEncoding>>',
    ...pages.flatMap((lines, at) => {
      let y = TOP;
      const shown = lines.map((each, index) => {
        const previous = lines[index - 1];
        const loose = previous && (previous.size > 10 || each.size > 10 || previous.at !== each.at);
        y -= loose ? each.size + 20 : each.size * 1.2;
        return draw(each, y);
      });
      return [
        `<</Type /Page /Parent 2 0 R /Contents ${first + 1 + at * 2} 0 R>>`,
        rawStream(shown.join('\n')),
      ];
    }),
    ...outline.map((entry) => entry.replaceAll(/#(\d+)/g, (_, at: string) => `${behind + Number(at)} 0 R`)),
  ]);
}

export interface Found {
  /** The title and the headings in order, as the tag and the words of each. */
  readonly tags: readonly string[];
  readonly html: string;
  readonly pdf: Uint8Array;
  readonly report: RemediationReport;
}

/** What remediation finds in such pages. */
export async function find(
  pages: readonly (readonly Line[])[],
  outline: readonly string[] = [],
): Promise<Found> {
  const options = { language: 'en', fallbackTitle: 'x.pdf' };
  const { html, pdf, report } = await remediatePdf(printed(pages, outline), options);
  const tags = [...writtenIn(pdf).matchAll(/\/S \/(H\d|Title)\b/g)].map(([, tag]) => tag);
  const main = html.slice(Math.max(html.indexOf('<main>'), html.indexOf('<section')));
  const words = [...main.matchAll(/<h\d[^>]*>(.*?)<\/h\d>/g)].map(([, text]) => text);
  return { tags: tags.map((tag, at) => `${tag} ${words[at]}`), html, pdf, report };
}
