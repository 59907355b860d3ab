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

const WITH_ANNOTATIONS = 0x01;
/** Red first, as pixelmatch weighs colours. */
const RED_FIRST = 0x10;
const WITH_ALPHA = 1;
const WHITE = 0xffffffff;

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** What pixelmatch is called with. */
type PixelMatch = (
  this: void,
  first: Uint8Array,
  second: Uint8Array,
  output: null,
  width: number,
  height: number,
) => number;

/** How far the pages of two files look different. */
export interface Comparison {
  readonly pages: number;
  /** Numbers of the pages of which any pixel is another, from 1. */
  readonly differ: readonly number[];
  /** Largest difference of any pixel's channel, of 255. */
  readonly most: number;
  /** Pixels that differ beyond anti-aliasing, by pixelmatch. */
  readonly beyond: number;
}

/** Renders pages. */
export class Renderer {
  readonly #pdfium: Pdfium;
  readonly #pixelMatch: PixelMatch;

  private constructor(pdfium: Pdfium, pixelMatch: PixelMatch) {
    this.#pdfium = pdfium;
    this.#pixelMatch = pixelMatch;
  }

  static async start(): Promise<Renderer> {
    const { init } = await load<{ init(this: void, options: object): Promise<Pdfium> }>('@embedpdf/pdfium');
    const pdfium = await init({ wasmBinary: new Uint8Array(readFileSync(pdfiumWasm())).buffer });
    pdfium.PDFiumExt_Init();
    const pixelMatch = await load<{ default: PixelMatch }>('pixelmatch');
    return new Renderer(pdfium, pixelMatch.default);
  }

  /** @param scale pixels a point */
  compare(before: Uint8Array, after: Uint8Array, scale = 1): Comparison {
    const first = this.#pages(before, scale);
    const second = this.#pages(after, scale);
    const differ: number[] = [];
    let most = 0;
    let beyond = 0;
    for (const [index, page] of first.entries()) {
      const other = second[index];
      if (other && Buffer.compare(page.pixels, other.pixels) === 0) continue;
      differ.push(index + 1);
      const alike = other && other.width === page.width && other.height === page.height;
      most = Math.max(most, alike ? largestDifference(page.pixels, other.pixels) : 255);
      beyond += alike
        ? this.#pixelMatch(page.pixels, other.pixels, null, page.width, page.height)
        : page.width * page.height;
    }
    for (let added = first.length; added < second.length; added++) differ.push(added + 1);
    return { pages: first.length, differ, most, beyond };
  }

  #pages(bytes: Uint8Array, scale: number): Bitmap[] {
    const { pdfium } = this.#pdfium;
    const at = pdfium.wasmExports.malloc(bytes.length);
    pdfium.HEAPU8.set(bytes, at);
    const document = this.#pdfium.FPDF_LoadMemDocument(at, bytes.length, '');
    const count = document === 0 ? 0 : this.#pdfium.FPDF_GetPageCount(document);
    const pages = Array.from({ length: count }, (_, index) => this.#render(document, index, scale));
    if (document !== 0) this.#pdfium.FPDF_CloseDocument(document);
    pdfium.wasmExports.free(at);
    return pages;
  }

  #render(document: number, index: number, scale: number): Bitmap {
    const api = this.#pdfium;
    const page = api.FPDF_LoadPage(document, index);
    const width = Math.ceil(api.FPDF_GetPageWidthF(page) * scale);
    const height = Math.ceil(api.FPDF_GetPageHeightF(page) * scale);
    const bitmap = api.FPDFBitmap_Create(width, height, WITH_ALPHA);
    api.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    api.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, WITH_ANNOTATIONS | RED_FIRST);
    const from = api.FPDFBitmap_GetBuffer(bitmap);
    const pixels = api.pdfium.HEAPU8.slice(from, from + api.FPDFBitmap_GetStride(bitmap) * height);
    api.FPDFBitmap_Destroy(bitmap);
    api.FPDF_ClosePage(page);
    return { width, height, pixels };
  }
}

function largestDifference(page: Uint8Array, other: Uint8Array): number {
  return page.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
}
