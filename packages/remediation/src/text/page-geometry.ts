import { PdfDict } from '@libpdf/core';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Matrix } from './matrix.ts';

/** The visible box of a page as it is read: origin at the lower left, the page's own rotation applied. */
export function pageGeometry(
  objects: ObjectAccess,
  page: PdfDict,
): { base: Matrix; width: number; height: number } {
  const boxOf = (key: string): number[] => {
    const holder = new PdfDict();
    const value = objects.inherited(page, key);
    if (value) holder.set(key, value);
    return objects.numbers(holder, key);
  };
  let box = boxOf('CropBox');
  if (box.length < 4) box = boxOf('MediaBox');
  const [xa = 0, ya = 0, xb = 612, yb = 792] = box.length < 4 ? [] : box;
  const [left, right] = [Math.min(xa, xb), Math.max(xa, xb)];
  const [bottom, top] = [Math.min(ya, yb), Math.max(ya, yb)];
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
