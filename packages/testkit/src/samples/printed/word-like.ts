import { PDFDocument, type PDFFont, StandardFonts } from '@cantoo/pdf-lib';
import { type RawObject, rawPdf, rawStream } from '../raw-pdf.ts';
import type { Workshop } from './workshop.ts';

/** Liberation Sans has the widths of Arial, which are Helvetica's. */
const FACES = { F1: 'Regular', F2: 'Bold' } as const;
type Face = keyof typeof FACES;

const LEFT = 72;
const WIDTH = 451;
const TOP = 769;
const BOTTOM = 80;

type Part =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bullet'; readonly text: string }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] };

/**
 * A document written the way Word writes one: each line of text in its own text object inside of a clip, positions
 * adjusted inside of words, a space behind each line, rules of tables as filled rectangles, headers and footers on each
 * page; TrueType fonts in the file, and bullets from a font whose characters are in the private area.
 */
export async function wordLike(shop: Workshop, parts: readonly Part[], header: string): Promise<Uint8Array> {
  const metrics = await PDFDocument.create();
  const widths = {
    F1: await metrics.embedFont(StandardFonts.Helvetica),
    F2: await metrics.embedFont(StandardFonts.HelveticaBold),
  };
  const layout = new Layout(widths, header);
  for (const part of parts) layout.add(part);
  const pages = layout.finish();
  const objects: RawObject[] = ['<</Type /Catalog /Pages 2 0 R /Lang (en-GB)>>', ''];
  const fonts = (['F1', 'F2'] as const).map((face) => {
    const program = subset(shop, `LiberationSans-${FACES[face]}.ttf`, 'U+20-7E');
    objects.push({ dict: `/Length1 ${program.length}`, data: program });
    const name = face === 'F1' ? 'ABCDEE+Arial' : 'ABCDEE+Arial,Bold';
    const descriptor = `<</Type /FontDescriptor /FontName /${name} /Flags 32 /ItalicAngle 0 /Ascent 905 /Descent -210 /CapHeight 728 /StemV 44 /FontBBox [-665 -325 2000 1006] /FontFile2 ${objects.length} 0 R>>`;
    objects.push(descriptor);
    const advances = Array.from({ length: 95 }, (_, at) =>
      Math.round(widths[face].widthOfTextAtSize(String.fromCharCode(32 + at), 1000)),
    );
    objects.push(
      `<</Type /Font /Subtype /TrueType /BaseFont /${name} /Encoding /WinAnsiEncoding /FontDescriptor ${objects.length} 0 R /FirstChar 32 /LastChar 126 /Widths [${advances.join(' ')}]>>`,
    );
    return `/${face} ${objects.length} 0 R`;
  });
  objects.push(
    '<</Type /Font /Subtype /Type0 /BaseFont /SymbolMT /Encoding /Identity-H /DescendantFonts [<</Type /Font /Subtype /CIDFontType2 /BaseFont /SymbolMT /DW 460 /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /FontDescriptor <</Type /FontDescriptor /FontName /SymbolMT /Flags 4 /ItalicAngle 0 /Ascent 1005 /Descent -216 /CapHeight 693 /StemV 60 /FontBBox [0 -216 1113 693]>>>>] /ToUnicode ' +
      `${objects.length + 2} 0 R>>`,
  );
  const symbol = `/F3 ${objects.length} 0 R`;
  objects.push(
    rawStream(
      'begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0078> <F0B7> endbfchar endcmap',
    ),
  );
  const kids = pages.map((content) => {
    objects.push(rawStream(content));
    objects.push(
      `<</Type /Page /Parent 2 0 R /MediaBox [0 0 595.32 841.92] /Contents ${objects.length} 0 R /Tabs /S /Resources <</Font <<${fonts.join(' ')} ${symbol}>> /ProcSet [/PDF /Text]>>>>`,
    );
    return `${objects.length} 0 R`;
  });
  objects[1] = `<</Type /Pages /Count ${pages.length} /Kids [${kids.join(' ')}]>>`;
  return rawPdf(objects, {
    version: '1.7',
    trailer: '/Info <</Producer (Office word processor) /Creator (Office word processor)>>',
  });
}

function subset(shop: Workshop, font: string, unicodes: string): Uint8Array {
  const path = `/usr/share/fonts/truetype/liberation/${font}`;
  const options = [`--unicodes=${unicodes}`, '--layout-features=', '--output-file=subset.ttf'];
  shop.run('python3', ['-m', 'fontTools.subset', path, ...options]);
  return shop.read('subset.ttf');
}

class Layout {
  readonly #widths: Readonly<Record<Face, PDFFont>>;
  readonly #header: string;
  readonly #pages: string[][] = [];
  #y = 0;

  constructor(widths: Readonly<Record<Face, PDFFont>>, header: string) {
    this.#widths = widths;
    this.#header = header;
    this.#turn();
  }

  finish(): string[] {
    return this.#pages.map((lines) => lines.join('\n'));
  }

  add(part: Part): void {
    if (part.kind === 'heading') {
      this.#y -= 12;
      this.#line(part.text, LEFT, 'F2', part.level === 1 ? 20.04 : 14.04);
      this.#y -= 6;
    } else if (part.kind === 'table') this.#table(part.rows);
    else {
      const indent = part.kind === 'bullet' ? 36 : 0;
      const lines = this.#wrap(part.text, WIDTH - indent);
      for (const [index, line] of lines.entries()) {
        if (part.kind === 'bullet' && index === 0) {
          if (this.#y - 15 < BOTTOM) this.#turn();
          const y = (this.#y - 15).toFixed(2);
          this.#put(`BT\n/F3 11.04 Tf\n1 0 0 1 ${LEFT + 18} ${y} Tm\n0 g\n0 G\n[<0078>] TJ\nET`);
          this.#put(`BT\n/F1 11.04 Tf\n1 0 0 1 ${LEFT + 23.1} ${y} Tm\n0 g\n0 G\n[( )] TJ\nET`);
        }
        this.#line(line, LEFT + indent, 'F1', 11.04);
      }
      this.#y -= part.kind === 'bullet' ? 2 : 8;
    }
  }

  #turn(): void {
    this.#pages.push([]);
    this.#y = TOP;
    this.#show(this.#header, LEFT, 800, 'F1', 9);
    this.#show(`Page ${this.#pages.length}`, 290, 40, 'F1', 9);
  }

  #table(rows: readonly (readonly string[])[]): void {
    const column = 140;
    for (const [at, row] of rows.entries()) {
      const top = this.#y;
      for (const [index, cell] of row.entries())
        this.#show(cell, LEFT + 5 + index * column, top - 14, at === 0 ? 'F2' : 'F1', 11.04);
      this.#y -= 20;
      const height = (top - this.#y).toFixed(2);
      for (let index = 0; index <= row.length; index++)
        this.#put(`${LEFT + index * column} ${this.#y.toFixed(2)} 0.48 ${height} re\nf*`);
      for (const y of [top, this.#y])
        for (let index = 0; index < row.length; index++)
          this.#put(`${LEFT + index * column} ${y.toFixed(2)} ${column} 0.48 re\nf*`);
    }
    this.#y -= 14;
  }

  #line(text: string, x: number, face: Face, size: number): void {
    if (this.#y - size * 1.35 < BOTTOM) this.#turn();
    this.#y -= size * 1.35;
    this.#show(`${text} `, x, this.#y, face, size);
  }

  #show(text: string, x: number, y: number, face: Face, size: number): void {
    // A word in several pieces, moved by what rounding has lost.
    const pieces = text.match(/.{1,7}/g) ?? [];
    const array = pieces.map((piece, index) => `(${piece.replace(/[\\()]/g, '\\$&')})${index % 2 ? 3 : -3}`);
    this.#put(
      `q\n0.000008871 0 595.32 841.92 re\nW* n\nBT\n/${face} ${size} Tf\n1 0 0 1 ${x} ${y.toFixed(2)} Tm\n0 g\n0 G\n[${array.join('')}] TJ\nET\nQ`,
    );
  }

  #wrap(text: string, width: number): string[] {
    const lines: string[] = [];
    for (const word of text.split(' ')) {
      const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
      if (lines.length > 0 && this.#widths.F1.widthOfTextAtSize(longer, 11.04) <= width)
        lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }

  #put(operators: string): void {
    this.#pages.at(-1)?.push(operators);
  }
}
