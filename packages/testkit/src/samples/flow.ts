import { PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from '@cantoo/pdf-lib';
import { SAMPLE_DATE } from './sample.ts';
import type { FlowBlock } from './texts.ts';

const STYLE = {
  h1: { size: 22, space: 14, bold: true },
  h2: { size: 16, space: 12, bold: true },
  h3: { size: 13, space: 10, bold: true },
  p: { size: 11, space: 8, bold: false },
  bullet: { size: 11, space: 4, bold: false },
  number: { size: 11, space: 4, bold: false },
} as const;

export interface FlowFonts {
  readonly regular: PDFFont;
  readonly bold: PDFFont;
}

/** An empty document with fixed dates and no writer's mark. */
export async function newDocument(): Promise<PDFDocument> {
  const document = await PDFDocument.create({ updateMetadata: false });
  document.setCreationDate(SAMPLE_DATE);
  document.setModificationDate(SAMPLE_DATE);
  return document;
}

export async function helvetica(document: PDFDocument): Promise<FlowFonts> {
  return {
    regular: await document.embedFont(StandardFonts.Helvetica),
    bold: await document.embedFont(StandardFonts.HelveticaBold),
  };
}

export async function times(document: PDFDocument): Promise<FlowFonts> {
  return {
    regular: await document.embedFont(StandardFonts.TimesRoman),
    bold: await document.embedFont(StandardFonts.TimesRomanBold),
  };
}

/** Lines of `text` no wider than `width` points. */
export function wrap(text: string, font: PDFFont, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && font.widthOfTextAtSize(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

export interface Column {
  readonly x: number;
  readonly width: number;
}

/** Sets blocks from the top of the column, adding pages as needed. */
export function flow(
  document: PDFDocument,
  fonts: FlowFonts,
  blocks: readonly FlowBlock[],
  options: { size?: [number, number]; column?: Column; page?: PDFPage } = {},
): PDFPage[] {
  const size = options.size ?? [595, 842];
  const column = options.column ?? { x: 64, width: size[0] - 128 };
  let page = options.page ?? document.addPage(size);
  const pages = [page];
  let y = page.getHeight() - 72;
  for (const block of blocks) {
    const style = STYLE[block.kind];
    const font = style.bold ? fonts.bold : fonts.regular;
    const indent = block.kind === 'bullet' || block.kind === 'number' ? 20 : 0;
    const lines = wrap(block.text, font, style.size, column.width - indent);
    for (const [index, line] of lines.entries()) {
      if (y < 72) {
        page = document.addPage(size);
        pages.push(page);
        y = page.getHeight() - 72;
      }
      if (index === 0 && indent > 0) {
        const label = block.kind === 'number' ? `${block.value}.` : '•';
        page.drawText(label, { x: column.x, y, size: style.size, font });
      }
      page.drawText(line, { x: column.x + indent, y, size: style.size, font, color: rgb(0.1, 0.1, 0.1) });
      y -= style.size * 1.35;
    }
    y -= style.space;
  }
  return pages;
}
