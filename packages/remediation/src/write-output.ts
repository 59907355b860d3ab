import { PdfDict, type PdfRef } from '@libpdf/core';
import { WorkBudget } from './budget.ts';
import type { Conformance } from './checker/rules.ts';
import type { RemediationLimits } from './limits.ts';
import { writeRevision } from './pdf/metadata-update.ts';
import type { ObjectAccess } from './pdf/object-access.ts';
import { type OpenDocument, openDocument } from './pdf/open-document.ts';
import { Revision } from './pdf/revision.ts';
import { verifyOutput } from './pdf/verify-output.ts';
import type { ReadPages } from './read-pages.ts';
import { RemediationRefused } from './refusal.ts';
import type { Notice } from './report.ts';
import { alternativeText, type Block, type PageStructure } from './structure/types.ts';
import { repairFonts } from './tagging/font-repair.ts';
import { mendTags } from './tagging/mend-tags.ts';
import { tagDocument } from './tagging/tag-document.ts';

/** What a person has to mend before a file may say that it follows PDF/UA. */
const STANDS_AGAINST_CLAIM: readonly Notice[] = [
  'scanned_pages',
  'text_recognised',
  'no_text',
  'images_need_description',
  'descriptions_suggested',
  'form_fields_need_labels',
  'unmapped_glyphs',
  'unreadable_content',
  'fonts_not_embedded',
  'not_tagged',
];

/** Fields beyond these are not looked at. */
const MAX_FIELDS = 5000;
const MAX_DEPTH = 8;

export interface WrittenOutput {
  readonly pdf: Uint8Array;
  readonly conformance: Conformance;
}

/**
 * Writes the PDF and reads it back. A file that cannot be tagged without loss gets its metadata only, and says so.
 *
 * @throws RemediationRefused when not even that can be done without loss
 */
export async function writeOutput(
  original: Uint8Array,
  document: OpenDocument,
  metadata: { title: string; language: string },
  structure: readonly PageStructure[],
  read: ReadPages,
  limits: RemediationLimits,
  notices: Set<Notice>,
  onPage: (pagesDone: number) => void,
): Promise<WrittenOutput> {
  const tagged = notices.has('already_tagged');
  // Whether an author's own figures have descriptions is told by their tags.
  if (!tagged && structure.some(({ blocks }) => blocks.some(needsDescription)))
    notices.add('images_need_description');
  if (!read.fonts.every(({ font, isSeen }) => font.embedded || !isSeen)) notices.add('fonts_not_embedded');
  try {
    const prepare = (revision: Revision): void => {
      if (tagged) mendTags(document, revision, structure, read.pages);
      else tagDocument(document, revision, structure, read.pages, new WorkBudget(limits));
    };
    return await writeTagged(original, document, metadata, prepare, read, limits, notices, onPage);
  } catch (error) {
    // Out of work: the attempt was too much, and so would the next be.
    if (error instanceof RemediationRefused && error.code === 'pdf_too_complex') throw error;
    if (!tagged) notices.add('not_tagged');
  }
  const budget = new WorkBudget(limits);
  // Tagging changes objects in memory, so what it leaves behind is not built upon.
  const fresh = await openDocument(original, budget);
  const target = { ...metadata, claimsUa: undefined };
  const written = await writeRevision(original, fresh, new Revision(original, fresh), target, budget);
  const conformance = await verifyOutput(written.pdf, target, read.digests, limits, onPage);
  if (written.rebuilt) notices.add('structure_rebuilt');
  return { pdf: written.pdf, conformance };
}

function needsDescription(block: Block): boolean {
  return block.kind === 'figure' && alternativeText(block) === '';
}

/** The claim stays in only when the checks of the written file find nothing. */
async function writeTagged(
  original: Uint8Array,
  document: OpenDocument,
  metadata: { title: string; language: string },
  prepare: (revision: Revision) => void,
  read: ReadPages,
  limits: RemediationLimits,
  notices: Set<Notice>,
  onPage: (pagesDone: number) => void,
): Promise<WrittenOutput> {
  const revision = new Revision(original, document);
  prepare(revision);
  repairFonts({ objects: document.objects, revision }, read.fonts);
  // Of blank pages there is nothing to tell; other pages without text hide it.
  const mayClaim = STANDS_AGAINST_CLAIM.every(
    (notice) => !notices.has(notice) || (notice === 'no_text' && read.isBlank),
  );
  const write = async (claimsUa: boolean): Promise<WrittenOutput & { packetRef: PdfRef }> => {
    const target = { ...metadata, claimsUa };
    const written = await writeRevision(original, document, revision, target, new WorkBudget(limits));
    const conformance = await verifyOutput(written.pdf, target, read.digests, limits, onPage);
    if (written.rebuilt) notices.add('structure_rebuilt');
    return { pdf: written.pdf, conformance, packetRef: written.packetRef };
  };
  // What is appended can be taken back; a file that the library writes gets its claim last.
  const claimsFirst = mayClaim && revision.appends;
  const first = await write(claimsFirst);
  if (first.conformance.failures.some(({ rule }) => rule === '7.3-1')) notices.add('images_need_description');
  const fails = first.conformance.failures.some(({ rule }) => rule !== '5-1');
  if (claimsFirst ? !fails : !mayClaim || fails) return first;
  revision.drop(first.packetRef);
  return await write(!claimsFirst);
}

/**
 * Says what the document brings along.
 *
 * @throws RemediationRefused `pdf_signed`: any change would break the signature
 */
export function noteDocument(document: OpenDocument, notices: Set<Notice>): void {
  const { objects } = document;
  const catalog = objects.pdf.getCatalog();
  if (objects.dict(catalog, 'StructTreeRoot')?.has('K')) notices.add('already_tagged');
  const form = objects.dict(catalog, 'AcroForm');
  if (isSigned(objects, objects.list(form, 'Fields')))
    throw new RemediationRefused(
      'pdf_signed',
      'The file is signed, and any change would break its signature. Upload the version from before it was signed.',
    );
  if (document.ownerProtected) notices.add('owner_protected');
}

/**
 * Whether any of these fields, or of those inside of them, holds a signature.
 *
 * @param seen a field that is part of itself is looked at once
 */
function isSigned(
  objects: ObjectAccess,
  fields: readonly unknown[],
  inherited = false,
  depth = 0,
  seen = new Set<PdfDict>(),
): boolean {
  return fields.slice(0, MAX_FIELDS).some((field) => {
    if (!(field instanceof PdfDict) || seen.has(field)) return false;
    seen.add(field);
    const type = objects.name(field, 'FT');
    const isSignature = type === undefined ? inherited : type === 'Sig';
    if (isSignature && field.has('V')) return true;
    return depth < MAX_DEPTH && isSigned(objects, objects.list(field, 'Kids'), isSignature, depth + 1, seen);
  });
}
