import { flowingSamples } from './flowing-samples.ts';
import { layoutSamples } from './layout-samples.ts';
import { pdfkitSamples } from './pdfkit-samples.ts';
import { rawSamples } from './raw-samples.ts';
import type { SamplePdf } from './sample.ts';

export { longPdf, tablesPdf } from './long-pdf.ts';
export { type PrintedPdf, printedSamples, readPrinted } from './printed/index.ts';
export { type RawObject, rawPdf, rawStream } from './raw-pdf.ts';
export type { SamplePdf } from './sample.ts';
export {
  corruptPdf,
  emptyFile,
  encryptedPdf,
  notAPdf,
  ownerEncryptedPdf,
  type SpecialFile,
  type Specials,
  specials,
  truncatedPdf,
} from './specials.ts';

/** At least 36 valid PDFs, as varied as a customer's bucket. Made in code: the same bytes every time. */
export async function samplePdfs(): Promise<SamplePdf[]> {
  return [
    ...(await flowingSamples()),
    ...(await layoutSamples()),
    ...(await pdfkitSamples()),
    ...rawSamples(),
  ];
}
