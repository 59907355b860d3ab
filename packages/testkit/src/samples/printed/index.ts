import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SamplePdf } from '../sample.ts';

const samplesDir = join(import.meta.dirname, '../../../samples');
/** Folder of the PDFs that `npm run samples` prints. */
export const printedDir = join(samplesDir, 'pdf');

/** What remediation must find in a printed sample, as its source has it. */
interface Expected {
  readonly pages: number;
  /** BCP 47. */
  readonly language: string;
  readonly notices: readonly string[];
  /** Whether the result says that it follows PDF/UA. */
  readonly claims: boolean;
  /** Structure elements of the kinds that matter, with their number. */
  readonly tags: Readonly<Record<string, number>>;
  /** Phrases in the order in which they are read. */
  readonly phrases: readonly string[];
}

export interface PrintedPdf extends SamplePdf {
  readonly expected: Expected;
}

/** PDFs printed by other programs, kept as files, with what their sources hold. */
export function printedSamples(): PrintedPdf[] {
  const all = JSON.parse(readFileSync(join(samplesDir, 'expected.json'), 'utf8')) as Record<string, Expected>;
  return Object.entries(all).map(([name, expected]) => ({
    name: `${name}.pdf`,
    bytes: readPrinted(name),
    pages: expected.pages,
    expectText: expected.phrases[0] ?? '',
    expected,
  }));
}

/** One of the files, by its name without ending: those that must be refused are in no list. */
export function readPrinted(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(printedDir, `${name}.pdf`)));
}
