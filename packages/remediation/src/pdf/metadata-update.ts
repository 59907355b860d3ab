import { PdfArray, PdfBool, PdfDict, PdfName, type PdfRef, type PdfStream, PdfString } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { appendUpdate } from './append-update.ts';
import { decodeStream } from './bounded-decode.ts';
import type { ObjectAccess } from './object-access.ts';
import type { OpenDocument } from './open-document.ts';
import type { Revision } from './revision.ts';
import { serialize } from './serialize.ts';
import { updateXmp } from './xmp.ts';

export interface DocumentMetadata {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  /** Whether the file says of itself that it follows PDF/UA-1; undefined leaves what it says alone. */
  readonly claimsUa: boolean | undefined;
}

export interface WrittenRevision {
  readonly pdf: Uint8Array;
  readonly rebuilt: boolean;
  /** The XMP packet. */
  readonly packetRef: PdfRef;
}

/**
 * The file with a revision's objects, and with its language, title and displayed title set, in the catalog, the
 * document information and XMP.
 *
 * Appends to the original where that is possible. Encrypted files and files whose cross-reference data had to
 * be recovered are written by @libpdf/core.
 *
 * @returns the bytes, whether the file's structure was rebuilt, and the metadata's object
 */
export async function writeRevision(
  original: Uint8Array,
  { objects }: OpenDocument,
  revision: Revision,
  metadata: DocumentMetadata,
  budget: WorkBudget,
): Promise<WrittenRevision> {
  const { pdf } = objects;
  const { trailer } = pdf.context.info;
  const catalog = pdf.getCatalog();
  const packet = xmpPacket(objects.stream(catalog, 'Metadata'), budget);
  const xmp = new TextEncoder().encode(updateXmp(packet, metadata));
  const rootRef = trailer.getRef('Root');
  if (!rootRef) throw new Error('The trailer names no catalog.');
  setCatalogEntries(objects.dict(catalog, 'ViewerPreferences'), catalog, metadata.language);
  const kind = PdfDict.of({ Type: PdfName.of('Metadata'), Subtype: PdfName.of('XML') });
  // Not packed: readers that know nothing of PDF look for it in the file.
  const packetRef = revision.addStream(kind, xmp, false);
  catalog.set('Metadata', packetRef);
  revision.change(rootRef, catalog);

  // The information dictionary must be an object of its own; some writers put it into the trailer.
  const title = PdfString.fromString(metadata.title);
  const infoRef = trailer.getRef('Info');
  const knownInfo = objects.dict(trailer, 'Info');
  const info = knownInfo ?? new PdfDict();
  info.set('Title', title);
  const infoTarget = knownInfo && infoRef ? infoRef : revision.add(info);
  revision.change(infoTarget, info);

  if (revision.appends) {
    const entries = trailerEntries(objects).set('Info', serialize(infoTarget));
    const appended = appendUpdate(original, revision.updates, entries, revision.size);
    if (appended) return { pdf: appended, rebuilt: false, packetRef };
    throw new Error('The file turned out not to be one that can be continued.');
  }
  if (infoTarget !== infoRef) trailer.set('Info', infoTarget);
  // Without an /ID the library would draw a random one, and the same input would give different bytes.
  if (!trailer.has('ID')) trailer.set('ID', await derivedId(original));
  const incremental = pdf.canSaveIncrementally() === null;
  return { pdf: await pdf.save({ incremental }), rebuilt: !incremental, packetRef };
}

/** What the trailer of an update repeats. */
export function trailerEntries(objects: ObjectAccess): Map<string, string> {
  const { trailer } = objects.pdf.context.info;
  const entries = new Map<string, string>();
  for (const key of ['Root', 'Info']) {
    const ref = trailer.getRef(key);
    if (ref) entries.set(key, serialize(ref));
  }
  const id = objects.resolve(trailer.get('ID'));
  if (id) entries.set('ID', serialize(id));
  return entries;
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

async function derivedId(original: Uint8Array): Promise<PdfArray> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', original.slice()));
  const id = PdfString.fromBytes(digest.subarray(0, 16));
  return PdfArray.of(id, id);
}
