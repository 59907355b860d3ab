import { PdfArray, PdfDict, PdfRef } from '@libpdf/core';
import { safeHref } from '../html/escape.ts';
import type { LinkArea } from '../structure/types.ts';
import { type Matrix, transform } from '../text/matrix.ts';
import type { NamedDestinations } from './named-destinations.ts';
import type { ObjectAccess } from './object-access.ts';

/** Annotations beyond this number on one page are not looked at. */
const MAX_ANNOTATIONS = 2000;
/** What writers call pictures that nobody named: "Image1", "Grafik 12". */
const COUNTED =
  /^(?:image|img|picture|photo|graphics?|figure|shape|link|grafik|bild|imagen|imagem|immagine|obraz|afbeelding|рисунок|图片|画像) ?\d*$/iu;
/** What such an address holds is a program or the thing itself, and says nothing of either. */
const SAYS_NOTHING = /^(?:javascript|vbscript|data):/i;
export const MAX_DESCRIPTION_CHARACTERS = 300;

/**
 * Link areas of a page, in the rotated coordinates of its text.
 *
 * @param pageNumbers page number by object number, for links inside the document
 * @param destinations places that such links call by name
 */
export function readLinks(
  objects: ObjectAccess,
  page: PdfDict,
  base: Matrix,
  pageNumbers: ReadonlyMap<number, number>,
  destinations: NamedDestinations,
): LinkArea[] {
  const links: LinkArea[] = [];
  for (const [index, annotation] of objects.list(page, 'Annots').slice(0, MAX_ANNOTATIONS).entries()) {
    if (!(annotation instanceof PdfDict)) continue;
    if (objects.name(annotation, 'Subtype') !== 'Link') continue;
    const href = hrefOf(objects, annotation, pageNumbers, destinations);
    const [xa, ya, xb, yb] = objects.numbers(annotation, 'Rect');
    if (xa === undefined || ya === undefined || xb === undefined || yb === undefined) continue;
    const [ax, ay] = transform(base, xa, ya);
    const [bx, by] = transform(base, xb, yb);
    links.push({
      x0: Math.min(ax, bx),
      y0: Math.min(ay, by),
      x1: Math.max(ax, bx),
      y1: Math.max(ay, by),
      href,
      description: descriptionOf(objects, annotation),
      annotation: index,
    });
  }
  return links;
}

function descriptionOf(objects: ObjectAccess, annotation: PdfDict): string | undefined {
  const said = objects.text(annotation, 'Contents')?.trim() ?? '';
  const uri = objects.text(objects.dict(annotation, 'A'), 'URI')?.trim() ?? '';
  const address = SAYS_NOTHING.test(uri) ? '' : uri;
  const words = (!COUNTED.test(said) && said) || address || undefined;
  return words?.slice(0, MAX_DESCRIPTION_CHARACTERS).toWellFormed();
}

function hrefOf(
  objects: ObjectAccess,
  annotation: PdfDict,
  pageNumbers: ReadonlyMap<number, number>,
  destinations: NamedDestinations,
): string | undefined {
  const action = objects.dict(annotation, 'A');
  const uri = objects.text(action, 'URI');
  if (uri !== undefined) return safeHref(uri);
  const destination = destinations.resolve(annotation.get('Dest') ?? action?.get('D'));
  const target = destination instanceof PdfArray ? destination.at(0) : undefined;
  const number = target instanceof PdfRef ? pageNumbers.get(target.objectNumber) : undefined;
  return number === undefined ? undefined : `#page-${number}`;
}
