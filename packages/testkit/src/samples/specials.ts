import { drawWithPdfkit } from './pdfkit-samples.ts';
import { rawPdf, rawStream } from './raw-pdf.ts';
import { TEXTS } from './texts.ts';

/** A file that a processor must refuse, or handle in its own way, and the file name to give it. */
export interface SpecialFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Specials {
  /** Needs the user password `open sesame`. */
  readonly encrypted: SpecialFile;
  /** Opens without a password; only the owner may change it. */
  readonly ownerEncrypted: SpecialFile;
  /** Starts like a PDF; nothing in it can be found. */
  readonly corrupt: SpecialFile;
  /** The first half of a valid PDF. */
  readonly truncated: SpecialFile;
  /** HTML under a PDF's name. */
  readonly notAPdf: SpecialFile;
  readonly empty: SpecialFile;
}

export async function specials(): Promise<Specials> {
  return {
    encrypted: await encryptedPdf(),
    ownerEncrypted: await ownerEncryptedPdf(),
    corrupt: corruptPdf(),
    truncated: truncatedPdf(),
    notAPdf: notAPdf(),
    empty: emptyFile(),
  };
}

export async function encryptedPdf(): Promise<SpecialFile> {
  const options = { userPassword: 'open sesame', ownerPassword: 'owner', pdfVersion: '1.4' } as const;
  const bytes = await drawWithPdfkit(options, (document) => void document.text(TEXTS.en[0]));
  return { name: 'payroll (protected).pdf', bytes };
}

export async function ownerEncryptedPdf(): Promise<SpecialFile> {
  const options = {
    ownerPassword: 'owner',
    pdfVersion: '1.4',
    permissions: { printing: 'highResolution', modifying: false, copying: false },
  } as const;
  const bytes = await drawWithPdfkit(options, (document) => {
    document.fontSize(18).text('Look but do not change').moveDown().fontSize(11).text(TEXTS.en[0]);
  });
  return { name: 'owner protected.pdf', bytes };
}

export function corruptPdf(): SpecialFile {
  const text =
    '%PDF-1.5\n1 0 obj\n<</Type /Catalog /Pages 9 0 R>>\nendobj\nxref\n0 2\nnonsense\ntrailer\n<</Root 1 0 R /Size 2>>\nstartxref\n99999\n%%EOF\n';
  return { name: 'damaged.pdf', bytes: new TextEncoder().encode(text) };
}

export function truncatedPdf(): SpecialFile {
  const lines = Array.from({ length: 400 }, (_, index) => `(Line ${index}) Tj T*`).join('\n');
  const whole = rawPdf([
    rawStream(`BT 14 TL 72 720 Td ${lines} ET`, { pack: false }),
    '<</Type /Catalog /Pages 3 0 R>>',
    '<</Type /Pages /Kids [] /Count 0>>',
  ]);
  return { name: 'half a download.pdf', bytes: whole.subarray(0, Math.floor(whole.length / 2)) };
}

export function notAPdf(): SpecialFile {
  const html =
    '<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Not found</h1></body></html>\n';
  return { name: 'download.pdf', bytes: new TextEncoder().encode(html) };
}

export function emptyFile(): SpecialFile {
  return { name: 'empty.pdf', bytes: new Uint8Array(0) };
}
