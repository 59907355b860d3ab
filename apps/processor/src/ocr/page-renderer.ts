import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium';

const POINTS_PER_INCH = 72;
const DOTS_PER_INCH = 300;
/** A page of A3 at 300 dots; larger ones are rendered more coarsely. */
const MAX_PIXELS = 18_000_000;
/** Longer ones are refused by Tesseract. */
const MAX_SIDE_PIXELS = 32_767;
const WHITE = 0xffffffff;
const BYTES_PER_PIXEL = 4;

export interface Picture {
  /** Portable graymap (PGM). */
  readonly bytes: Uint8Array;
  /** Pixels to a point. */
  readonly scale: number;
  /** Points. */
  readonly heightPt: number;
}

/** All of its memory, which its types leave out. Another after each growth. */
const heapOf = (pdfium: WrappedPdfiumModule): Uint8Array =>
  (pdfium.pdfium as unknown as { readonly HEAPU8: Uint8Array }).HEAPU8;

/** Makes pictures of pages, as they are shown. */
export class PageRenderer {
  readonly #pdfium: WrappedPdfiumModule;
  readonly #file: number;
  readonly #document: number;

  private constructor(pdfium: WrappedPdfiumModule, pdf: Uint8Array) {
    this.#pdfium = pdfium;
    this.#file = pdfium.pdfium.wasmExports.malloc(pdf.length);
    heapOf(pdfium).set(pdf, this.#file);
    this.#document = pdfium.FPDF_LoadMemDocument(this.#file, pdf.length, '');
  }

  /** The file is copied. A file that cannot be opened has no pages that can be rendered. */
  static async open(pdf: Uint8Array): Promise<PageRenderer> {
    const wasm = createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm');
    const pdfium = await init({ wasmBinary: new Uint8Array(readFileSync(wasm)).buffer });
    pdfium.PDFiumExt_Init();
    return new PageRenderer(pdfium, pdf);
  }

  /** @returns null for a page that cannot be rendered */
  render(index: number): Picture | null {
    const api = this.#pdfium;
    if (this.#document === 0) return null;
    const page = api.FPDF_LoadPage(this.#document, index);
    if (page === 0) return null;
    const [widthPt, heightPt] = [api.FPDF_GetPageWidthF(page), api.FPDF_GetPageHeightF(page)];
    const scale = Math.min(
      DOTS_PER_INCH / POINTS_PER_INCH,
      Math.sqrt(MAX_PIXELS / (widthPt * heightPt)),
      MAX_SIDE_PIXELS / Math.max(widthPt, heightPt),
    );
    const [width, height] = [Math.round(widthPt * scale), Math.round(heightPt * scale)];
    const bitmap = width > 0 && height > 0 ? api.FPDFBitmap_Create(width, height, 0) : 0;
    if (bitmap === 0) return null;
    api.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    api.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, 0);
    const bytes = this.#grey(bitmap, width, height);
    api.FPDFBitmap_Destroy(bitmap);
    api.FPDF_ClosePage(page);
    return { bytes, scale, heightPt };
  }

  close(): void {
    if (this.#document !== 0) this.#pdfium.FPDF_CloseDocument(this.#document);
    this.#pdfium.pdfium.wasmExports.free(this.#file);
  }

  #grey(bitmap: number, width: number, height: number): Uint8Array {
    const from = this.#pdfium.FPDFBitmap_GetBuffer(bitmap);
    const stride = this.#pdfium.FPDFBitmap_GetStride(bitmap);
    const pixels = heapOf(this.#pdfium);
    const head = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`);
    const picture = new Uint8Array(head.length + width * height);
    picture.set(head);
    let to = head.length;
    for (let y = 0; y < height; y += 1) {
      let at = from + y * stride;
      for (let x = 0; x < width; x += 1) {
        // Blue, green, red, by how bright they seem.
        picture[to] =
          (29 * (pixels[at] ?? 0) + 150 * (pixels[at + 1] ?? 0) + 77 * (pixels[at + 2] ?? 0)) >> 8;
        at += BYTES_PER_PIXEL;
        to += 1;
      }
    }
    return picture;
  }
}
