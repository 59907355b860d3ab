import { type PdfDict, PdfRef } from '@libpdf/core';
import type { WorkBudget } from '../../budget.ts';
import type { ObjectAccess } from '../../pdf/object-access.ts';
import { type Font, loadFont } from './font.ts';
import { FontSources } from './font-sources.ts';

export interface UsedFont {
  /** Undefined for a font that is no object of its own. */
  readonly ref: PdfRef | undefined;
  readonly dict: PdfDict;
  readonly font: Font;
  /** Glyphs of it are drawn: text that is not to be seen, as behind a scan, needs none. */
  readonly isSeen: boolean;
}

/** Fonts of a document, each read once. */
export class FontCache {
  readonly #objects: ObjectAccess;
  readonly #sources: FontSources;
  readonly #byDict = new Map<PdfDict, Omit<UsedFont, 'isSeen'>>();
  readonly #seen = new Set<Font>();

  constructor(objects: ObjectAccess, budget: WorkBudget) {
    this.#objects = objects;
    this.#sources = new FontSources(objects, budget);
  }

  /** Every font asked for so far. */
  get used(): UsedFont[] {
    return [...this.#byDict.values()].map((used) => ({ ...used, isSeen: this.#seen.has(used.font) }));
  }

  /** Says that glyphs of a font are drawn. */
  see(font: Font): void {
    this.#seen.add(font);
  }

  get(resources: PdfDict | undefined, name: string): Font | undefined {
    const fonts = this.#objects.dict(resources, 'Font');
    const dict = this.#objects.dict(fonts, name);
    if (!dict) return undefined;
    const known = this.#byDict.get(dict);
    if (known) return known.font;
    const font = loadFont(this.#objects, dict, this.#sources);
    const entry: unknown = fonts?.get(name);
    this.#byDict.set(dict, { ref: entry instanceof PdfRef ? entry : undefined, dict, font });
    return font;
  }
}
