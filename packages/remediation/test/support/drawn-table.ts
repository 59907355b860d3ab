import { rawPdf, rawStream } from '@sluice/testkit/samples';

/** A table with rules, in points; its text is in Courier of ten points, six points a letter. */
export interface DrawnTable {
  /** Edges of its columns, from left to right. */
  readonly xs: readonly number[];
  /** Edges of its rows, from top to bottom. */
  readonly ys: readonly number[];
  readonly rows: readonly (readonly string[])[];
  /** How many of its rows are in bold. */
  readonly bold?: number;
  /** Edges without a rule. */
  readonly open?: readonly ('top' | 'bottom' | 'left' | 'right')[];
  readonly underlined?: boolean;
}

/** Operators that draw a table. */
export function drawTable({ xs, ys, rows, bold = 0, open = [], underlined = false }: DrawnTable): string {
  const [left = 0, right = 0, top = 0, bottom = 0] = [xs[0], xs.at(-1), ys[0], ys.at(-1)];
  const across = ys.filter(
    (_, at) => !(open.includes('top') && at === 0) && !(open.includes('bottom') && at === ys.length - 1),
  );
  const down = xs.filter(
    (_, at) => !(open.includes('left') && at === 0) && !(open.includes('right') && at === xs.length - 1),
  );
  const rules = [
    ...across.map((y) => `${left} ${y} m ${right} ${y} l S`),
    ...down.map((x) => `${x} ${bottom} m ${x} ${top} l S`),
  ];
  const texts = rows.flatMap((cells, row) =>
    cells.map((text, column) => {
      const [x, y] = [(xs[column] ?? 0) + 2, (ys[row] ?? 0) - 12];
      const line = underlined ? `\n${x} ${y - 1} m ${x + text.length * 6} ${y - 1} l S` : '';
      return drawText(text, x, y, row < bold) + line;
    }),
  );
  return [...rules, ...texts].join('\n');
}

/** Operators that show a line of text. */
export function drawText(text: string, x: number, y: number, bold = false): string {
  return `BT /${bold ? 'F2' : 'F1'} 10 Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET`;
}

/** A document of A4 pages with these operators; `F3` and `F4` are Helvetica, the others Courier. */
export function drawnPdf(pages: readonly string[]): Uint8Array {
  const first = 7;
  const kids = pages.map((_, at) => `${first + at * 2} 0 R`).join(' ');
  const font = (name: string): string =>
    `<</Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding>>`;
  return rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    `<</Type /Pages /Kids [${kids}] /Count ${pages.length} /MediaBox [0 0 595 842] /Resources <</Font <</F1 3 0 R /F2 4 0 R /F3 5 0 R /F4 6 0 R>>>>>>`,
    font('Courier'),
    font('Courier-Bold'),
    font('Helvetica'),
    font('Helvetica-Bold'),
    ...pages.flatMap((content, at) => [
      `<</Type /Page /Parent 2 0 R /Contents ${first + 1 + at * 2} 0 R>>`,
      rawStream(content),
    ]),
  ]);
}
