import { PdfArray, PdfDict, PdfName, type PdfObject, PdfString } from '@libpdf/core';
import type { ObjectAccess } from './object-access.ts';

/** Names beyond this number are not looked at, nor are trees deeper than this. */
const MAX_NAMES = 20_000;
/** Nodes and names of the tree that are looked at: it may hold the same ones over and over. */
const MAX_LOOKED_AT = 5 * MAX_NAMES;
const MAX_DEPTH = 12;

/** Places inside a document that links and bookmarks call by name: the catalog's /Dests and its tree of names. */
export class NamedDestinations {
  readonly #objects: ObjectAccess;
  #names: Map<string, PdfObject | undefined> | undefined;

  constructor(objects: ObjectAccess) {
    this.#objects = objects;
  }

  /** What a destination is, whatever it is given as; an array when it is a place. */
  resolve(destination: PdfObject | undefined): PdfObject | undefined {
    const value = this.#objects.resolve(destination);
    const name =
      value instanceof PdfName ? value.value : value instanceof PdfString ? value.asString() : undefined;
    if (name === undefined) return value;
    this.#names ??= this.#read();
    const place = this.#objects.resolve(this.#names.get(name));
    return place instanceof PdfDict ? this.#objects.resolve(place.get('D')) : place;
  }

  #read(): Map<string, PdfObject | undefined> {
    const objects = this.#objects;
    const catalog = objects.pdf.getCatalog();
    const names = new Map<string, PdfObject | undefined>();
    let left = MAX_LOOKED_AT;
    for (const [key, value] of objects.dict(catalog, 'Dests') ?? []) names.set(key.value, value);
    const seen = new Set<PdfDict>();
    const visit = (node: PdfDict | undefined, depth: number): void => {
      if (!node || seen.has(node) || depth > MAX_DEPTH || names.size > MAX_NAMES || left <= 0) return;
      seen.add(node);
      const list = objects.resolve(node.get('Names'));
      const items = list instanceof PdfArray ? list.toArray() : [];
      for (let at = 0; at + 1 < items.length && names.size <= MAX_NAMES && left > 0; at += 2) {
        left--;
        const key = objects.resolve(items[at]);
        if (key instanceof PdfString) names.set(key.asString(), items[at + 1]);
      }
      const kids = objects.list(node, 'Kids').slice(0, MAX_NAMES);
      left -= kids.length;
      for (const kid of kids) if (kid instanceof PdfDict) visit(kid, depth + 1);
    };
    visit(objects.dict(objects.dict(catalog, 'Names'), 'Dests'), 0);
    return names;
  }
}
