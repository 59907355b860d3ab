import { readFileSync } from 'node:fs';
import { load, pdfiumWasm } from './peers.ts';

/** The part of PDFium that is used. */
interface Pdfium {
  readonly pdfium: {
    readonly HEAPU8: Uint8Array;
    readonly wasmExports: { malloc(size: number): number; free(at: number): void };
  };
  PDFiumExt_Init(): void;
  FPDF_LoadMemDocument(at: number, size: number, password: string): number;
  FPDF_CloseDocument(document: number): void;
  FPDF_GetPageCount(document: number): number;
  FPDF_LoadPage(document: number, index: number): number;
  FPDF_ClosePage(page: number): void;
  FPDF_GetPageWidthF(page: number): number;
  FPDF_GetPageHeightF(page: number): number;
  FPDFBitmap_Create(width: number, height: number, alpha: number): number;
  FPDFBitmap_FillRect(
    bitmap: number,
    x: number,
    y: number,
    width: number,
    height: number,
    colour: number,
  ): void;
  FPDFBitmap_GetBuffer(bitmap: number): number;
  FPDFBitmap_GetStride(bitmap: number): number;
  FPDFBitmap_Destroy(bitmap: number): void;
  FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    x: number,
    y: number,
    width: number,
    height: number,
    rotation: number,
    flags: number,
  ): void;
}

const WITH_ANNOTATIONS = 1;
const WHITE = 0xffffffff;

/** Renders pages, at a pixel a point. */
export class Renderer {
  readonly #pdfium: Pdfium;

  private constructor(pdfium: Pdfium) {
    this.#pdfium = pdfium;
  }

  static async start(): Promise<Renderer> {
    const { init } = await load<{ init(this: void, options: object): Promise<Pdfium> }>('@embedpdf/pdfium');
    const pdfium = await init({ wasmBinary: new Uint8Array(readFileSync(pdfiumWasm())).buffer });
    pdfium.PDFiumExt_Init();
    return new Renderer(pdfium);
  }

  /** @returns number of pages, of those of which any pixel differs, and by how much of 255 at most */
  compare(before: Uint8Array, after: Uint8Array): { pages: number; differ: number; most: number } {
    const first = this.#pages(before);
    const second = this.#pages(after);
    let differ = Math.abs(first.length - second.length);
    let most = differ > 0 ? 255 : 0;
    for (const [index, page] of first.entries()) {
      const other = second[index];
      if (!other || Buffer.compare(page, other) === 0) continue;
      differ++;
      most = Math.max(most, largestDifference(page, other));
    }
    return { pages: first.length, differ, most };
  }

  #pages(bytes: Uint8Array): Uint8Array[] {
    const { pdfium } = this.#pdfium;
    const at = pdfium.wasmExports.malloc(bytes.length);
    pdfium.HEAPU8.set(bytes, at);
    const document = this.#pdfium.FPDF_LoadMemDocument(at, bytes.length, '');
    const count = document === 0 ? 0 : this.#pdfium.FPDF_GetPageCount(document);
    const pages = Array.from({ length: count }, (_, index) => this.#render(document, index));
    if (document !== 0) this.#pdfium.FPDF_CloseDocument(document);
    pdfium.wasmExports.free(at);
    return pages;
  }

  #render(document: number, index: number): Uint8Array {
    const api = this.#pdfium;
    const page = api.FPDF_LoadPage(document, index);
    const width = Math.ceil(api.FPDF_GetPageWidthF(page));
    const height = Math.ceil(api.FPDF_GetPageHeightF(page));
    const bitmap = api.FPDFBitmap_Create(width, height, 0);
    api.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    api.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, WITH_ANNOTATIONS);
    const from = api.FPDFBitmap_GetBuffer(bitmap);
    const pixels = api.pdfium.HEAPU8.slice(from, from + api.FPDFBitmap_GetStride(bitmap) * height);
    api.FPDFBitmap_Destroy(bitmap);
    api.FPDF_ClosePage(page);
    return pixels;
  }
}

function largestDifference(page: Uint8Array, other: Uint8Array): number {
  if (page.length !== other.length) return 255;
  return page.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
}
