import { type PdfDict, PdfStream } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { decodeStream } from '../pdf/bounded-decode.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';

/**
 * A page's streams as one: a token may not, but an operand list may, run across them.
 *
 * @returns what can be decoded, and whether that is all of it
 */
export function readPageContent(
  objects: ObjectAccess,
  page: PdfDict,
  budget: WorkBudget,
): { bytes: Uint8Array; complete: boolean } {
  const parts: Uint8Array[] = [];
  let complete = true;
  for (const item of objects.list(page, 'Contents')) {
    budget.spend('operators', 1);
    const decoded = item instanceof PdfStream ? decodeStream(item, budget) : undefined;
    if (decoded) parts.push(decoded);
    else if (item !== undefined) complete = false;
  }
  const [first] = parts;
  if (first && parts.length === 1) return { bytes: first, complete };
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length + 1, 0)).fill(10);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length + 1;
  }
  return { bytes: joined, complete };
}
