import { type RawObject, rawPdf, rawStream } from './raw-pdf.ts';

const LINES = 40;

/**
 * A report of many pages: a numbered heading and some 2,500 characters on each.
 *
 * @param padding bytes without meaning, to make the file as large as wanted
 */
export function longPdf(pages: number, padding = 0): Uint8Array {
  return pdfOf(
    Array.from({ length: pages }, (_, index) => pageContent(index + 1)),
    padding,
  );
}

const COLUMNS = 20;
const ROWS = 50;

/** Pages of a table with rules: a thousand cells each, with a number in every one. */
export function tablesPdf(pages: number): Uint8Array {
  return pdfOf(
    Array.from({ length: pages }, (_, index) => tableContent(index * COLUMNS * ROWS)),
    0,
  );
}

function pdfOf(contents: readonly string[], padding: number): Uint8Array {
  const first = 5;
  const kids = contents.map((_, index) => `${first + 2 * index} 0 R`);
  const objects: RawObject[] = [
    '<</Type /Catalog /Pages 2 0 R>>',
    `<</Type /Pages /Kids [${kids.join(' ')}] /Count ${contents.length}>>`,
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    { dict: '', data: new Uint8Array(padding) },
  ];
  for (const [index, content] of contents.entries()) {
    objects.push(
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${first + 2 * index + 1} 0 R /Resources <</Font <</F 3 0 R>>>>>>`,
      rawStream(content),
    );
  }
  return rawPdf(objects);
}

function pageContent(page: number): string {
  const lines = Array.from(
    { length: LINES },
    (_, line) => `(Page ${page} says in line ${line + 1} what the report has to say of the matter.) Tj T*`,
  );
  return `BT /F 18 Tf 60 780 Td (${page} Matters of page ${page}) Tj ET BT /F 11 Tf 15 TL 60 740 Td ${lines.join(' ')} ET`;
}

function tableContent(from: number): string {
  const across = Array.from(
    { length: ROWS + 1 },
    (_, row) => `40 ${800 - row * 15} m 540 ${800 - row * 15} l S`,
  );
  const down = Array.from(
    { length: COLUMNS + 1 },
    (_, column) => `${40 + column * 25} 50 m ${40 + column * 25} 800 l S`,
  );
  const texts = Array.from({ length: ROWS * COLUMNS }, (_, at) => {
    const [x, y] = [42 + (at % COLUMNS) * 25, 789 - Math.floor(at / COLUMNS) * 15];
    return `BT /F 6 Tf ${x} ${y} Td (${from + at}) Tj ET`;
  });
  return [...across, ...down, ...texts].join(' ');
}
