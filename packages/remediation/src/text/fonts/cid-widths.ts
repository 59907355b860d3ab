import { PdfArray, PdfNumber } from '@libpdf/core';
import type { WorkBudget } from '../../budget.ts';
import type { ObjectAccess } from '../../pdf/object-access.ts';

const CODES = 0x10000;
const BLOCK = 256;
/** What a block with widths of its own takes, in entries of a map. */
const ENTRIES_OF_BLOCK = 32;

/** Widths of a composite font by code (/W), in thousandths of an em. A range takes no more room the longer it is. */
export class CidWidths {
  /** By the upper byte of the code: one width of all, or one each. */
  readonly #blocks: (number | Float64Array)[] = [];
  readonly #budget: WorkBudget;

  /** @throws RemediationRefused `pdf_too_complex` when the budget is used up */
  constructor(objects: ObjectAccess, array: PdfArray, budget: WorkBudget) {
    this.#budget = budget;
    const items = objects.elements(array);
    for (let at = 0; at < items.length; ) {
      const [first, second, third] = [items[at], items[at + 1], items[at + 2]];
      if (!(first instanceof PdfNumber)) return;
      if (second instanceof PdfArray) {
        for (const [offset, item] of objects.elements(second).entries())
          if (item instanceof PdfNumber) this.#setOne(first.value + offset, item.value);
        at += 2;
        continue;
      }
      if (!(second instanceof PdfNumber) || !(third instanceof PdfNumber)) return;
      this.#setRange(first.value, second.value, third.value);
      at += 3;
    }
  }

  /** Undefined for a code that has the width of all others. */
  get(code: number): number | undefined {
    const block = this.#blocks[Math.floor(code / BLOCK)];
    const width = typeof block === 'object' ? block[code % BLOCK] : block;
    return width === undefined || Number.isNaN(width) ? undefined : width;
  }

  #setRange(first: number, last: number, width: number): void {
    const end = Math.min(last + 1, CODES);
    for (let code = Math.max(0, Math.ceil(first)); code < end; ) {
      const whole = code % BLOCK === 0 && code + BLOCK <= end;
      if (whole) this.#blocks[code / BLOCK] = width;
      else this.#setOne(code, width);
      code += whole ? BLOCK : 1;
    }
  }

  #setOne(code: number, width: number): void {
    if (!Number.isInteger(code) || code < 0 || code >= CODES) return;
    const index = Math.floor(code / BLOCK);
    let block = this.#blocks[index];
    if (typeof block !== 'object') {
      this.#budget.spend('fontEntries', ENTRIES_OF_BLOCK);
      block = new Float64Array(BLOCK).fill(block ?? Number.NaN);
      this.#blocks[index] = block;
    }
    block[code % BLOCK] = width;
  }
}
