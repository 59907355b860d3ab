import type { PdfDict } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import { type Font, loadFont } from './font.ts';

/** Fonts of a document, each read once. */
export class FontCache {
  readonly #objects: ObjectAccess;
  readonly #budget: WorkBudget;
  readonly #byDict = new Map<PdfDict, Font>();

  constructor(objects: ObjectAccess, budget: WorkBudget) {
    this.#objects = objects;
    this.#budget = budget;
  }

  /** Every font asked for so far. */
  get used(): Font[] {
    return [...this.#byDict.values()];
  }

  get(resources: PdfDict | undefined, name: string): Font | undefined {
    const dict = this.#objects.dict(this.#objects.dict(resources, 'Font'), name);
    if (!dict) return undefined;
    const known = this.#byDict.get(dict);
    if (known) return known;
    const font = loadFont(this.#objects, dict, this.#budget);
    this.#byDict.set(dict, font);
    return font;
  }
}
