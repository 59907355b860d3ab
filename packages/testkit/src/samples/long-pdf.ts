import { type RawObject, rawPdf, rawStream } from './raw-pdf.ts';

const LINES = 40;

/**
 * A report of many pages: a numbered heading and some 2,500 characters on each.
 *
 * @param padding bytes without meaning, to make the file as large as wanted
 */
export function longPdf(pages: number, padding = 0): Uint8Array {
  const first = 5;
  const kids = Array.from({ length: pages }, (_, index) => `${first + 2 * index} 0 R`);
  const objects: RawObject[] = [
    '<</Type /Catalog /Pages 2 0 R>>',
    `<</Type /Pages /Kids [${kids.join(' ')}] /Count ${pages}>>`,
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>',
    { dict: '', data: new Uint8Array(padding) },
  ];
  for (let page = 1; page <= pages; page += 1) {
    objects.push(
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${first + 2 * page - 1} 0 R /Resources <</Font <</F 3 0 R>>>>>>`,
      rawStream(pageContent(page)),
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
