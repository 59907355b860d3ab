import { PdfArray, PdfDict, PdfRef } from '@libpdf/core';
import type { NamedDestinations } from './named-destinations.ts';
import type { ObjectAccess } from './object-access.ts';

/** An entry of the outline (the bookmarks) that a document brings along. */
export interface OutlineEntry {
  readonly title: string;
  /** From 1. */
  readonly depth: number;
  /** Index of the page that it leads to; undefined where only its name is known. */
  readonly page: number | undefined;
}

const MAX_ENTRIES = 5000;
const MAX_DEPTH = 16;

/**
 * The document's outline, from top to bottom.
 *
 * @param pageNumbers page number, from 1, by object number
 */
export function readOutline(
  objects: ObjectAccess,
  pageNumbers: ReadonlyMap<number, number>,
  destinations: NamedDestinations,
): OutlineEntry[] {
  const entries: OutlineEntry[] = [];
  const seen = new Set<PdfDict>();
  const visit = (first: PdfDict | undefined, depth: number): void => {
    for (let item = first; item && !seen.has(item); item = objects.dict(item, 'Next')) {
      if (entries.length >= MAX_ENTRIES) return;
      seen.add(item);
      const title = objects.text(item, 'Title')?.trim() ?? '';
      if (title !== '')
        entries.push({ title, depth, page: pageOf(objects, item, pageNumbers, destinations) });
      if (depth < MAX_DEPTH) visit(objects.dict(item, 'First'), depth + 1);
    }
  };
  visit(objects.dict(objects.dict(objects.pdf.getCatalog(), 'Outlines'), 'First'), 1);
  return entries;
}

function pageOf(
  objects: ObjectAccess,
  item: PdfDict,
  pageNumbers: ReadonlyMap<number, number>,
  destinations: NamedDestinations,
): number | undefined {
  const destination = destinations.resolve(item.get('Dest') ?? objects.dict(item, 'A')?.get('D'));
  const target = destination instanceof PdfArray ? destination.at(0) : undefined;
  const number = target instanceof PdfRef ? pageNumbers.get(target.objectNumber) : undefined;
  return number === undefined ? undefined : number - 1;
}
