import { PdfDict } from '@libpdf/core';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Box } from './drawings.ts';
import type { Matrix } from './matrix.ts';

/** Of a page that does not say. */
const LETTER: Box = { x0: 0, y0: 0, x1: 612, y1: 792 };

/** The visible box of a page as it is read: origin at the lower left, the page's own rotation applied. */
export function pageGeometry(
  objects: ObjectAccess,
  page: PdfDict,
): { base: Matrix; width: number; height: number } {
  const boxOf = (key: string): Box | undefined => {
    const holder = new PdfDict();
    const value = objects.inherited(page, key);
    if (value) holder.set(key, value);
    const [xa, ya, xb, yb] = objects.numbers(holder, key);
    if (xa === undefined || ya === undefined || xb === undefined || yb === undefined) return undefined;
    return { x0: Math.min(xa, xb), y0: Math.min(ya, yb), x1: Math.max(xa, xb), y1: Math.max(ya, yb) };
  };
  const media = boxOf('MediaBox');
  const { x0: left, y0: bottom, x1: right, y1: top } = shared(boxOf('CropBox'), media) ?? media ?? LETTER;
  const rotateHolder = new PdfDict();
  const rotateValue = objects.inherited(page, 'Rotate');
  if (rotateValue) rotateHolder.set('Rotate', rotateValue);
  const rotation = (((objects.number(rotateHolder, 'Rotate') ?? 0) % 360) + 360) % 360;
  const base: Matrix =
    rotation === 90
      ? [0, -1, 1, 0, -bottom, right]
      : rotation === 180
        ? [-1, 0, 0, -1, right, top]
        : rotation === 270
          ? [0, 1, -1, 0, top, -left]
          : [1, 0, 0, 1, -left, -bottom];
  const sideways = rotation === 90 || rotation === 270;
  const [width, height] = sideways ? [top - bottom, right - left] : [right - left, top - bottom];
  return { base, width: width || 612, height: height || 792 };
}

/** Nothing outside of its medium is shown (ISO 32000-1, 14.11.2), whatever is cropped. */
function shared(crop: Box | undefined, media: Box | undefined): Box | undefined {
  if (!crop || !media) return crop;
  const box = {
    x0: Math.max(crop.x0, media.x0),
    y0: Math.max(crop.y0, media.y0),
    x1: Math.min(crop.x1, media.x1),
    y1: Math.min(crop.y1, media.y1),
  };
  return box.x0 < box.x1 && box.y0 < box.y1 ? box : undefined;
}
