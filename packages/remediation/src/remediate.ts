import { type PDF, PdfDict } from '@libpdf/core';
import { WorkBudget } from './budget.ts';
import { renderHtml } from './html/render-html.ts';
import { detectLanguage, normalizeLanguage } from './language/detect-language.ts';
import { REMEDIATION_LIMITS, type RemediationLimits } from './limits.ts';
import { decodeStream } from './pdf/bounded-decode.ts';
import { titleFromFileName, usableTitle } from './pdf/document-title.ts';
import { readAnnotations } from './pdf/links.ts';
import { writeMetadata } from './pdf/metadata-update.ts';
import type { ObjectAccess } from './pdf/object-access.ts';
import { type OpenDocument, openDocument } from './pdf/open-document.ts';
import { textDigest, verifyOutput } from './pdf/verify-output.ts';
import { xmpTitle } from './pdf/xmp.ts';
import { asRefusal, RemediationRefused } from './refusal.ts';
import type { Notice, RemediationReport } from './report.ts';
import { buildStructure, type DraftPage, draftPage } from './structure/build-structure.ts';
import { pageRows } from './structure/page-lines.ts';
import { type Block, blockText, type PageStructure, plainText } from './structure/types.ts';
import { FontCache } from './text/font-cache.ts';
import { readPageText } from './text/page-interpreter.ts';

/** Changes whenever the same input may give different outputs. */
export const PROCESSOR = 'sluice-remediation/0.1.0';

export interface RemediationOptions {
  /** BCP 47; null lets the document, and then its text, decide. */
  readonly language: string | null;
  /** File name (last segment of the key), for a title when the document has none. */
  readonly fallbackTitle: string;
  readonly limits?: RemediationLimits;
}

export interface RemediationResult {
  readonly pdf: Uint8Array;
  readonly html: string;
  readonly report: RemediationReport;
}

/** A page counts as a picture when an image covers this share of it and there is hardly any text. */
const SCAN_SHARE = 0.5;
const SCAN_CHARACTERS = 20;

/**
 * Makes an accessible HTML page of a PDF, and the PDF again with its language and title set.
 *
 * Pure and deterministic: the same bytes and options give the same result, whatever the machine and the time.
 * The PDF's pages are not touched; the result is read back before it is returned.
 *
 * @throws RemediationRefused and nothing else
 */
export async function remediatePdf(
  bytes: Uint8Array,
  options: RemediationOptions,
): Promise<RemediationResult> {
  try {
    return await remediate(bytes, options);
  } catch (error) {
    throw asRefusal(error);
  }
}

async function remediate(bytes: Uint8Array, options: RemediationOptions): Promise<RemediationResult> {
  const limits = options.limits ?? REMEDIATION_LIMITS;
  if (bytes.length > limits.maxBytes)
    throw new RemediationRefused(
      'pdf_too_large',
      `The file has ${megabytes(bytes.length)} MB; at most ${megabytes(limits.maxBytes)} MB can be processed here.`,
    );
  const budget = new WorkBudget(limits);
  const document = await openDocument(bytes, budget);
  const { objects } = document;
  const notices = new Set<Notice>();
  const read = readPages(document, budget, notices);
  const structure = buildStructure(read.pages);

  const text = structure.flat().map(blockText).join('\n');
  const characters = text.replace(/\s/g, '').length;
  if (characters === 0) notices.add('no_text');
  const language = chooseLanguage(objects, options.language, text, notices);
  const title = chooseTitle(objects, structure.flat(), options.fallbackTitle, budget, notices);
  const pages: PageStructure[] = structure.map((blocks, index) => ({
    blocks,
    scanned: read.scanned.has(index),
  }));
  const html = renderHtml({ language, title, pages });

  noteDocument(objects, document, notices);
  const metadata = { title, language };
  const written = await writeMetadata(bytes, document, metadata, budget);
  if (written.rebuilt) notices.add('structure_rebuilt');
  await verifyOutput(written.pdf, metadata, read.digests, limits);

  const report: RemediationReport = {
    processor: PROCESSOR,
    title,
    language,
    pages: document.pageCount,
    characters,
    notices: [...notices].sort(),
    headings: structure.flat().filter((block) => block.kind === 'heading').length,
    links: read.links,
    scannedPages: read.scanned.size,
  };
  return { pdf: written.pdf, html, report };
}

interface ReadPages {
  readonly pages: readonly DraftPage[];
  readonly digests: readonly number[];
  readonly scanned: ReadonlySet<number>;
  readonly links: number;
}

/** Page by page: what a page's streams unpack to is let go before the next is read. */
function readPages({ objects }: OpenDocument, budget: WorkBudget, notices: Set<Notice>): ReadPages {
  const fonts = new FontCache(objects, budget);
  const pdfPages = objects.pdf.getPages();
  const pageNumbers = numberPages(pdfPages);
  const pages: DraftPage[] = [];
  const digests: number[] = [];
  const scanned = new Set<number>();
  let links = 0;
  for (const [index, page] of pdfPages.entries()) {
    budget.checkTime();
    const content = readPageText(objects, page.dict, fonts, budget);
    const annotations = readAnnotations(objects, page.dict, content.base, pageNumbers);
    const draft = draftPage(pageRows(content.fragments, annotations.links), index);
    const characters = content.fragments.reduce((sum, fragment) => sum + fragment.text.length, 0);
    if (content.largestImageShare > SCAN_SHARE && characters < SCAN_CHARACTERS) scanned.add(index);
    if (content.unmappedGlyphs > 0) notices.add('unmapped_glyphs');
    if (content.unreadable) notices.add('unreadable_content');
    if (content.images > 0) notices.add('images_need_description');
    if (annotations.formFields > 0) notices.add('form_fields_need_labels');
    if (draft.hasTable) notices.add('tables_flattened');
    links += annotations.links.length;
    pages.push(draft);
    digests.push(textDigest(content.fragments));
  }
  if (scanned.size > 0) notices.add('scanned_pages');
  return { pages, digests, scanned, links };
}

function numberPages(pages: ReturnType<PDF['getPages']>): Map<number, number> {
  return new Map(pages.map((page, index) => [page.ref.objectNumber, index + 1]));
}

function chooseLanguage(
  objects: ObjectAccess,
  wanted: string | null,
  text: string,
  notices: Set<Notice>,
): string {
  const stated =
    normalizeLanguage(wanted) ?? normalizeLanguage(objects.text(objects.pdf.getCatalog(), 'Lang'));
  if (stated !== undefined) return stated;
  notices.add('language_guessed');
  return detectLanguage(text) ?? 'en';
}

function chooseTitle(
  objects: ObjectAccess,
  blocks: readonly Block[],
  fileName: string,
  budget: WorkBudget,
  notices: Set<Notice>,
): string {
  const info = objects.dict(objects.pdf.context.info.trailer, 'Info');
  const packet = objects.stream(objects.pdf.getCatalog(), 'Metadata');
  const decoded = packet && decodeStream(packet, budget);
  const stated =
    usableTitle(objects.text(info, 'Title')) ??
    usableTitle(decoded && xmpTitle(new TextDecoder().decode(decoded)));
  if (stated !== undefined) return stated;
  const heading = blocks.find((block) => block.kind === 'heading');
  const fromHeading = heading && usableTitle(plainText(heading.content));
  notices.add(fromHeading === undefined ? 'title_from_file_name' : 'title_from_heading');
  return fromHeading ?? titleFromFileName(fileName);
}

function noteDocument(objects: ObjectAccess, document: OpenDocument, notices: Set<Notice>): void {
  const catalog = objects.pdf.getCatalog();
  if (objects.bool(objects.dict(catalog, 'MarkInfo'), 'Marked') === true) notices.add('already_tagged');
  const SIGNATURES_EXIST = 1;
  const form = objects.dict(catalog, 'AcroForm');
  const signed = ((objects.number(form, 'SigFlags') ?? 0) & SIGNATURES_EXIST) !== 0;
  if (signed || hasSignedField(objects, form)) notices.add('signature_outdated');
  if (document.ownerProtected) notices.add('owner_protected');
}

function hasSignedField(objects: ObjectAccess, form: PdfDict | undefined): boolean {
  return objects
    .list(form, 'Fields')
    .some((field) => field instanceof PdfDict && objects.name(field, 'FT') === 'Sig' && field.has('V'));
}

function megabytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(1);
}
