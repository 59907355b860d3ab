import { PdfArray, PdfBool, PdfDict, PdfName, PdfRef, PdfStream, PdfString } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { appendUpdate, type ObjectUpdate } from './append-update.ts';
import { decodeStream } from './bounded-decode.ts';
import type { OpenDocument } from './open-document.ts';
import { serialize } from './serialize.ts';
import { updateXmp } from './xmp.ts';

export interface DocumentMetadata {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
}

/**
 * The file with its language, title and displayed title set, in the catalog, the document information and XMP.
 *
 * Appends to the original where that is possible. Encrypted files and files whose cross-reference data had to
 * be recovered are written by @libpdf/core.
 *
 * @returns the bytes, and whether the file's structure was rebuilt
 */
export async function writeMetadata(
  original: Uint8Array,
  { objects }: OpenDocument,
  metadata: DocumentMetadata,
  budget: WorkBudget,
): Promise<{ pdf: Uint8Array; rebuilt: boolean }> {
  const { pdf } = objects;
  const { trailer } = pdf.context.info;
  const catalog = pdf.getCatalog();
  const packet = xmpPacket(objects.stream(catalog, 'Metadata'), budget);
  const xmp = new TextEncoder().encode(updateXmp(packet, metadata.title, metadata.language));

  const infoDict = objects.dict(trailer, 'Info');
  const metadataStream = new PdfStream(
    [
      ['Type', PdfName.of('Metadata')],
      ['Subtype', PdfName.of('XML')],
    ],
    xmp,
  );
  const rootRef = trailer.getRef('Root');
  const infoRef = trailer.getRef('Info');
  if (!rootRef) throw new Error('The trailer names no catalog.');
  setCatalogEntries(objects.dict(catalog, 'ViewerPreferences'), catalog, metadata.language);
  const title = PdfString.fromString(metadata.title);

  if (!pdf.isEncrypted && !pdf.recoveredViaBruteForce) {
    let next = highestObjectNumber(pdf.context.registry.nextObjectNumber, objects.number(trailer, 'Size'));
    const metadataRef = PdfRef.of(next++, 0);
    const info = infoDict ?? new PdfDict();
    info.set('Title', title);
    catalog.set('Metadata', metadataRef);
    const infoTarget = infoDict && infoRef ? infoRef : PdfRef.of(next++, 0);
    const updates: ObjectUpdate[] = [
      { ...numberOf(rootRef), dict: catalog },
      { ...numberOf(infoTarget), dict: info },
      { ...numberOf(metadataRef), dict: withoutLength(metadataStream), data: xmp },
    ];
    const entries = new Map([
      ['Root', serialize(rootRef)],
      ['Info', serialize(infoTarget)],
    ]);
    const id = objects.resolve(trailer.get('ID'));
    if (id) entries.set('ID', serialize(id));
    const appended = appendUpdate(original, updates, entries, next);
    if (appended) return { pdf: appended, rebuilt: false };
  }

  catalog.set('Metadata', pdf.context.register(metadataStream));
  infoDict?.set('Title', title);
  // The information dictionary must be an object of its own; some writers put it into the trailer.
  if (!infoRef || !infoDict)
    trailer.set('Info', pdf.context.register(infoDict ?? PdfDict.of({ Title: title })));
  // Without an /ID the library would draw a random one, and the same input would give different bytes.
  if (!trailer.has('ID')) trailer.set('ID', await derivedId(original));
  const incremental = pdf.canSaveIncrementally() === null;
  return { pdf: await pdf.save({ incremental }), rebuilt: !incremental };
}

function setCatalogEntries(preferences: PdfDict | undefined, catalog: PdfDict, language: string): void {
  catalog.set('Lang', PdfString.fromString(language));
  // Written into the catalog itself, so that a shared preferences object is not changed in place.
  const own = preferences?.clone() ?? new PdfDict();
  own.set('DisplayDocTitle', PdfBool.of(true));
  catalog.set('ViewerPreferences', own);
}

function xmpPacket(stream: PdfStream | undefined, budget: WorkBudget): string | undefined {
  const decoded = stream && decodeStream(stream, budget);
  return decoded && new TextDecoder().decode(decoded);
}

function numberOf(ref: PdfRef): { objectNumber: number; generation: number } {
  return { objectNumber: ref.objectNumber, generation: ref.generation };
}

function withoutLength(stream: PdfStream): PdfDict {
  return new PdfDict([...stream].filter(([key]) => key.value !== 'Length'));
}

function highestObjectNumber(next: number, declaredSize: number | undefined): number {
  const declared = declaredSize ?? 0;
  // A wild /Size (PDF allows 8,388,607 objects) must not push the new objects out of reach.
  return Math.max(next, declared <= 8_388_000 ? declared : 0);
}

async function derivedId(original: Uint8Array): Promise<PdfArray> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', original.slice()));
  const id = PdfString.fromBytes(digest.subarray(0, 16));
  return PdfArray.of(id, id);
}
