import type { PdfStream } from '@libpdf/core';
import type { RemediationLimits } from './limits.ts';
import { RemediationRefused } from './refusal.ts';

type Work = 'operators' | 'glyphs' | 'words' | 'cells' | 'fontEntries' | 'annotations' | 'decodedBytes';

const DETAIL: Record<Work | 'time', string> = {
  operators: 'The pages hold more drawing instructions than can be processed.',
  glyphs: 'The document holds more text than can be processed.',
  words: 'The document holds more words than can be processed.',
  cells: 'The tables of the document hold more cells than can be processed.',
  fontEntries: 'The fonts of the document say more about their characters than can be processed.',
  annotations: 'The pages hold more links, form fields and notes than can be processed.',
  decodedBytes: 'The file unpacks to more data than can be processed.',
  time: 'The document took longer to process than is allowed.',
};

/** What has a share of comparisons that it may make. */
export type Comparing = Pick<WorkBudget, 'compares'>;

/** Counts the work a document causes and refuses the document when its share is used up. */
export class WorkBudget {
  readonly limits: RemediationLimits;
  /** Small streams, and what they unpack to. */
  readonly unpacked = new Map<PdfStream, Uint8Array>();
  readonly #left: Record<Work, number>;
  #comparisonsLeft: number;
  readonly #deadlineMs: number;

  constructor(limits: RemediationLimits) {
    this.limits = limits;
    this.#left = {
      operators: limits.maxOperators,
      glyphs: limits.maxGlyphs,
      words: limits.maxWords,
      cells: limits.maxCells,
      fontEntries: limits.maxFontEntries,
      annotations: limits.maxAnnotations,
      decodedBytes: limits.maxDecodedBytes,
    };
    this.#comparisonsLeft = limits.maxComparisons;
    this.#deadlineMs = Date.now() + limits.maxElapsedMs;
  }

  /** @throws RemediationRefused `pdf_too_complex` when nothing is left. */
  spend(work: Work, amount: number): void {
    this.#left[work] -= amount;
    if (this.#left[work] < 0) throw new RemediationRefused('pdf_too_complex', DETAIL[work]);
  }

  /** Whether so many comparisons may still be made: a document can do without what they would find. */
  compares(times: number): boolean {
    if (times > this.#comparisonsLeft) return false;
    this.#comparisonsLeft -= times;
    return true;
  }

  /** To be called now and then (a page, a stream). @throws RemediationRefused `pdf_too_complex`. */
  checkTime(): void {
    if (Date.now() > this.#deadlineMs) throw new RemediationRefused('pdf_too_complex', DETAIL.time);
  }
}
