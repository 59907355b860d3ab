import { PDF } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { MAX_STREAM_BYTES } from '../limits.ts';
import { asRefusal, RemediationRefused } from '../refusal.ts';
import { GuardedBytes, guardLibrary, inflatedSize, tooLarge } from './library-guards.ts';
import { ObjectAccess } from './object-access.ts';

export interface OpenDocument {
  readonly objects: ObjectAccess;
  readonly pageCount: number;
  /** Opens without a password but carries an owner's restrictions. */
  readonly ownerProtected: boolean;
}

/** Adobe's readers accept the header anywhere in the first KiB. */
const HEADER_WINDOW_BYTES = 1024;
/** What a packed stream counts for, however little is in it. */
const LEAST_UNPACKED = 8192;

/**
 * Opens a PDF within its limits.
 *
 * Encryption: a file that needs a password to be opened is refused. A file that opens without one, but whose
 * owner limited what readers may do, is processed: the customer asked for it, adding metadata changes no page,
 * and the protection and its permissions stay in the output as they were.
 *
 * @throws RemediationRefused
 */
export async function openDocument(bytes: Uint8Array, budget: WorkBudget): Promise<OpenDocument> {
  guardLibrary();
  refuseOtherFormats(bytes);
  refusePackedObjectBombs(bytes, budget);
  let pdf: PDF;
  try {
    pdf = await PDF.load(GuardedBytes.over(bytes));
  } catch (error) {
    if (/password|authenticat|encrypt|security handler/i.test(String(error)))
      throw new RemediationRefused('pdf_encrypted', NEEDS_PASSWORD, { cause: error });
    throw asRefusal(error);
  }
  if (pdf.isEncrypted && !pdf.isAuthenticated) throw new RemediationRefused('pdf_encrypted', NEEDS_PASSWORD);
  let pageCount: number;
  try {
    pageCount = pdf.getPageCount();
  } catch (error) {
    throw asRefusal(error);
  }
  const { maxPages } = budget.limits;
  if (pageCount > maxPages)
    throw new RemediationRefused(
      'pdf_too_many_pages',
      `The document has ${pageCount} pages; at most ${maxPages} can be processed here.`,
    );
  if (pageCount === 0)
    throw new RemediationRefused('pdf_corrupt', 'The file is a PDF in which no page could be found.');
  return { objects: new ObjectAccess(pdf), pageCount, ownerProtected: pdf.isEncrypted };
}

const NEEDS_PASSWORD =
  'The file is protected with a password. Save a copy that opens without one and upload it again.';

function refuseOtherFormats(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new RemediationRefused('not_a_pdf', 'The file is empty.');
  if (indexOf(bytes.subarray(0, HEADER_WINDOW_BYTES), '%PDF-', 0) < 0)
    throw new RemediationRefused(
      'not_a_pdf',
      'The file is not a PDF, whatever its name says: it does not start like one.',
    );
}

/** Object streams are unpacked by the parser itself, without a ceiling: measure them before it starts. */
function refusePackedObjectBombs(bytes: Uint8Array, budget: WorkBudget): void {
  for (const type of ['/ObjStm', '/XRef']) {
    let [start, end] = [-1, -1];
    for (let at = indexOf(bytes, type, 0); at >= 0; at = indexOf(bytes, type, at + 1)) {
      const keyword = indexOf(bytes.subarray(0, at + 4096), 'stream', at);
      if (keyword < 0) continue;
      const begin = keyword + 6 + (bytes[keyword + 6] === 13 ? 2 : 1);
      // Other words of the same dictionary.
      if (begin === start) continue;
      start = begin;
      if (end < start) end = indexOf(bytes, 'endstream', start);
      if (end < 0) end = bytes.length;
      budget.spend('decodedBytes', LEAST_UNPACKED);
      const size = inflatedSize(bytes.subarray(start, end));
      if (size > MAX_STREAM_BYTES) throw tooLarge();
      budget.spend('decodedBytes', size);
    }
  }
}

/** First position of an ASCII needle at or behind `from`, or -1. */
export function indexOf(bytes: Uint8Array, needle: string, from: number): number {
  const first = needle.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let matched = 1;
    while (matched < needle.length && bytes[at + matched] === needle.charCodeAt(matched)) matched++;
    if (matched === needle.length) return at;
  }
  return -1;
}
